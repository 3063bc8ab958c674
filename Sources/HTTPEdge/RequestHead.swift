import HTTPTypes
import NIOHTTP1

/// A request's head, checked as far as HTTP itself demands it. Path and query are the bytes that came.
struct RequestHead: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let query: String?
    let authority: String?
    let headers: HTTPFields
    let bodyLength: BodyLength
    /// Whether the client would keep the connection.
    let wantsKeepAlive: Bool
    /// The client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
    let expectsContinue: Bool
    let isHTTP10: Bool

    enum BodyLength: Equatable {
        case none
        case bytes(Int)
        case chunked
    }

    /// Why a head is refused, always as 400.
    struct Failure: Error {
        let reason: String

        static func badRequest(_ reason: String) -> Failure { Failure(reason: reason) }
    }

    init(_ head: HTTPRequestHead) throws(Failure) {
        guard head.version.major == 1 else { throw .badRequest("this server speaks HTTP/1.1") }
        isHTTP10 = head.version.minor == 0
        guard let method = HTTPRequest.Method(head.method.rawValue), head.method != .CONNECT else {
            throw .badRequest("this method is not for servers")
        }
        self.method = method
        let hosts = head.headers["Host"]
        guard hosts.count == 1 || (isHTTP10 && hosts.isEmpty) else { throw .badRequest("a request has one Host") }  // RFC 9112 §3.2
        let target = try Self.target(head.uri, isOptions: head.method == .OPTIONS)
        path = target.path
        query = target.query
        authority = target.authority ?? hosts.first
        bodyLength = try Self.bodyLength(head.headers, isHTTP10: isHTTP10)
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count)
        for (name, value) in head.headers {
            guard let name = HTTPField.Name(name) else { throw .badRequest("a field has no proper name") }
            fields.append(HTTPField(name: name, value: value))
        }
        headers = fields
        expectsContinue = !isHTTP10 && bodyLength != .none && head.headers["Expect"].contains { $0.lowercased() == "100-continue" }
        // After an upgrade that nobody takes up, the parser would take what follows for the other protocol.
        wantsKeepAlive = !isHTTP10 && head.isKeepAlive && !head.headers.contains(name: "Upgrade")
    }

    /// origin-form, absolute-form or `*` (RFC 9112 §3.2).
    private static func target(
        _ uri: String, isOptions: Bool
    ) throws(Failure) -> (path: String, query: String?, authority: String?) {
        guard uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .badRequest("the request target holds characters that must be encoded")
        }
        if uri == "*", isOptions { return ("*", nil, nil) }
        var rest = uri[...]
        var authority: String?
        for scheme in ["http://", "https://"] where uri.prefix(scheme.utf8.count).lowercased() == scheme {
            rest = uri.dropFirst(scheme.utf8.count)
            let host = rest.prefix { $0 != "/" && $0 != "?" }
            guard !host.isEmpty else { throw .badRequest("the request target has no host") }
            authority = String(host)
            rest = rest[host.endIndex...]
        }
        guard authority != nil || rest.hasPrefix("/") else { throw .badRequest("the request target is no path") }
        let question = rest.firstIndex(of: "?")
        let path = String(rest[..<(question ?? rest.endIndex)])
        return (path.isEmpty ? "/" : path, question.map { String(rest[rest.index(after: $0)...]) }, authority)
    }

    /// Anything about which two servers could disagree is refused: that is what request smuggling lives on (RFC 9112 §6.3).
    private static func bodyLength(_ headers: HTTPHeaders, isHTTP10: Bool) throws(Failure) -> BodyLength {
        let lengths = headers["Content-Length"]
        let codings = headers["Transfer-Encoding"]
        guard codings.isEmpty else {
            guard lengths.isEmpty, !isHTTP10, codings.count == 1, codings[0].lowercased() == "chunked" else {
                throw .badRequest("the length of the body is not clear")
            }
            return .chunked
        }
        guard let text = lengths.first else { return .none }
        guard lengths.count == 1, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let length = Int(text) else {
            throw .badRequest("the length of the body is not clear")
        }
        return length == 0 ? .none : .bytes(length)
    }
}
