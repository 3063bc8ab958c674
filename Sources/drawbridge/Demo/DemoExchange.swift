/// A request as the demo's client sends it. URLs are absolute.
struct DemoRequest: Sendable {
    let method: String
    let url: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
}

/// What came back. The transport follows no redirect and keeps no cookie.
struct DemoResponse: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// All lines of a header, in their order.
    func values(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    func header(_ name: String) -> String? { values(name).first }
}

/// Sends one request.
typealias DemoTransport = @Sendable (DemoRequest) async throws -> DemoResponse

/// What a step of the journey wanted and did not get.
struct DemoFailure: Error, Sendable, Equatable {
    let expected: String
    let got: String
}

extension DemoFailure {
    /// For an answer of the wrong kind: its status and the beginning of its text.
    init(expected: String, response: DemoResponse) {
        self.init(expected: expected, got: "\(response.status) \(Self.excerpt(response.text))")
    }

    private static func excerpt(_ text: String) -> String {
        guard !["eyJ", "dbr_", "dbc_", "vtwn_"].contains(where: text.contains) else { return "(with a token in it, so not shown)" }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > 200 ? words.prefix(200) + "…" : words
    }
}

/// The cookies of one browser. Everything is on one origin, so names and values are all it needs.
struct DemoCookies: Sendable {
    private var pairs: [(name: String, value: String)] = []

    /// Reads `Set-Cookie` (RFC 6265 §5.2) as far as a journey of one minute needs it: later wins, `Max-Age=0` removes.
    mutating func keep(_ response: DemoResponse) {
        for line in response.values("Set-Cookie") {
            let parts = line.split(separator: ";").map { String($0).trimmed }
            guard let first = parts.first, let equals = first.firstIndex(of: "=") else { continue }
            let name = String(first[..<equals])
            pairs.removeAll { $0.name == name }
            if parts.dropFirst().contains(where: { $0.lowercased() == "max-age=0" }) { continue }
            pairs.append((name, String(first[first.index(after: equals)...])))
        }
    }

    /// The `Cookie` header; `nil` when there is nothing to send.
    var header: String? { pairs.isEmpty ? nil : pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "; ") }
}
