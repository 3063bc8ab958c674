import Endpoints
import HTTPTypes
import Primitives

/// Names and values in their order; a name may come twice.
typealias Pairs = [(String, String)]

extension Stage {
    /// One request, from a network of its own, since tests that share a stage must not share its limits. Header names must be such.
    func send(
        _ method: HTTPRequest.Method, _ path: String, query: String? = nil, _ headers: Pairs = [], authority: String? = host,
        body: [UInt8] = []
    ) async -> Response {
        var fields = HTTPFields()
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return await bridge.respond(
            to: Request(
                method: method, path: path, query: query, headers: fields, authority: authority, remoteAddress: Self.address(),
                body: RequestBody(bytes: body)))
    }

    private static func address() -> String {
        "2001:db8:" + (0..<6).map { _ in String(UInt16.random(in: .min ... .max), radix: 16) }.joined(separator: ":")
    }

    func get(_ path: String, query: String? = nil, _ headers: Pairs = []) async -> Response {
        await send(.get, path, query: query, headers)
    }

    /// A form as a program posts it.
    func post(_ path: String, form: Pairs, _ headers: Pairs = []) async -> Response {
        let type = ("Content-Type", "application/x-www-form-urlencoded")
        return await send(.post, path, [type] + headers, body: Array(FormData(form).encoded.utf8))
    }

    func post(_ path: String, json: JSON, _ headers: Pairs = []) async -> Response {
        await send(.post, path, [("Content-Type", "application/json")] + headers, body: json.serialized)
    }
}

/// A test did not get where it wanted to begin.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Response {
    var code: Int { status.code }

    subscript(header: String) -> String? { HTTPField.Name(header).flatMap { headers[$0] } }

    var bytes: [UInt8] {
        switch body {
        case .empty, .stream: []
        case .bytes(let bytes): bytes
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    var json: JSON { (try? JSON.parse(bytes)) ?? .null }

    /// The `error` member of a JSON body.
    var error: String? { json["error"]?.string }

    var isPage: Bool { self["Content-Type"] == "text/html; charset=utf-8" }

    /// The parameters of the `WWW-Authenticate` challenge, with the scheme under the empty name.
    var challenge: [String: String] {
        guard let value = self["WWW-Authenticate"], let space = value.firstIndex(of: " ") else { return [:] }
        var found = ["": String(value[..<space])]
        for part in value[space...].split(separator: "\", ") {
            let halves = part.split(separator: "=\"", maxSplits: 1)
            guard halves.count == 2 else { continue }
            found[halves[0].trimming(" ")] = halves[1].hasSuffix("\"") ? String(halves[1].dropLast()) : String(halves[1])
        }
        return found
    }
}

extension Substring {
    fileprivate func trimming(_ character: Character) -> String { String(drop { $0 == character }) }
}
