import Primitives

extension DemoResponse {
    var json: JSON? { try? JSON.parse(body) }

    var mediaType: String { (header("Content-Type") ?? "").prefix { $0 != ";" }.lowercased().trimmed }

    /// The error code of an OAuth answer.
    var error: String? { json?["error"]?.string }

    /// Status, and what of the rest helps: an error's code, the kind of a body. Bodies themselves may hold what is not for a terminal.
    var summary: String {
        if let error { return "\(status), error \(error)" }
        if !values("Location").isEmpty { return "\(status), a redirect" }
        return body.isEmpty ? "\(status)" : "\(status), \(mediaType.isEmpty ? "a body of no type" : mediaType)"
    }

    /// The words of a list in a header, in lower case.
    func list(_ name: String) -> [String] {
        values(name).flatMap { $0.split(separator: ",") }.map { String($0).trimmed.lowercased() }
    }

    /// Headers by which scripts of other sites may read this.
    var sharedWith: String? { header("Access-Control-Allow-Origin") }

    /// A header that a preflight allows although no specification knows it: the one that takes API tokens.
    var unusualHeader: String? {
        values("Access-Control-Allow-Headers").flatMap { $0.split(separator: ",") }.map { String($0).trimmed }
            .first { !Self.usualHeaders.contains($0.lowercased()) && $0.lowercased().hasSuffix("-token") }
    }

    static let usualHeaders: Set<String> = [
        "authorization", "content-type", "accept", "mcp-protocol-version", "mcp-session-id", "mcp-method", "mcp-name", "last-event-id",
    ]

    /// Whether a person would be asked for a token by this page.
    var asksForToken: Bool { text.contains("type=\"password\"") || text.contains("type='password'") || text.contains("name=\"token\"") }
}

/// A `WWW-Authenticate` header's first challenge (RFC 9110 §11.6.1).
struct ChallengeReader: Sendable, Equatable {
    let scheme: String
    let parameters: [String: String]

    /// `nil` when it is not of the form `scheme name="value", …`.
    init?(_ header: String) {
        let halves = header.split(separator: " ", maxSplits: 1)
        guard let first = halves.first else { return nil }
        scheme = first.lowercased()
        var found: [String: String] = [:]
        var rest = halves.count > 1 ? halves[1] : ""
        while true {
            rest = rest.drop { $0 == " " || $0 == "," }
            if rest.isEmpty { break }
            guard let equals = rest.firstIndex(of: "=") else { return nil }
            let name = String(rest[..<equals]).lowercased()
            rest = rest[rest.index(after: equals)...]
            let value: Substring
            if rest.hasPrefix("\"") {
                let inner = rest.dropFirst()
                guard let end = inner.firstIndex(of: "\"") else { return nil }
                value = inner[..<end]
                rest = inner[inner.index(after: end)...]
            } else {
                value = rest.prefix { $0 != "," && $0 != " " }
                rest = rest[value.endIndex...]
            }
            guard found.updateValue(String(value), forKey: name) == nil else { return nil }
        }
        parameters = found
    }

    /// The Bearer challenge of an answer (RFC 6750 §3).
    static func bearer(_ answer: DemoResponse) -> ChallengeReader? {
        answer.values("WWW-Authenticate").compactMap { ChallengeReader($0) }.first { $0.scheme == "bearer" }
    }
}

/// The `Date` of an answer, as HTTP writes it today (RFC 9110 §5.6.7).
enum HTTPTime {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Seconds since 1970; `nil` for anything but `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int64(parts[1]), let month = months.firstIndex(of: String(parts[2])),
            let year = Int64(parts[3])
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3, (1...31).contains(day), (1970...9999).contains(year) else { return nil }
        return days(year, Int64(month) + 1, day) * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
    }

    /// Days since 1970-01-01 in the Gregorian calendar, with years that begin in March so that the leap day is the last one.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
