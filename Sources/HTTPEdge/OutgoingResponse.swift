import Endpoints
import HTTPTypes
import NIOHTTP1

/// A response as it goes out. What the connection needs is added here, and endpoints can't get it wrong.
struct OutgoingResponse: Sendable {
    let head: HTTPResponseHead
    let body: Response.Body

    private static let contentTypeOptions = "X-Content-Type-Options"
    /// Fields that belong to the connection or that the edge works out by itself.
    private static let own: Set<String> = [
        "connection", "keep-alive", "transfer-encoding", "content-length", "date", "server", "upgrade", "x-content-type-options",
    ]

    init(_ response: Response, to method: HTTPRequest.Method, date: String) {
        // An endpoint answers; what is informational or no status at all is a mistake of ours.
        let isProper = (200..<600).contains(response.status.code)
        let status = isProper ? response.status : .internalServerError
        var headers = HTTPHeaders()
        headers.reserveCapacity(response.headers.count + 4)
        for field in response.headers where !Self.own.contains(field.name.canonicalName) {
            headers.add(name: field.name.rawName, value: field.value)
        }
        headers.add(name: "Date", value: date)
        headers.add(name: Self.contentTypeOptions, value: "nosniff")
        let mayHaveBody = isProper && status.code != 204 && status.code != 304  // RFC 9110 §6.4.1
        switch response.body {
        case .empty where mayHaveBody || !isProper: headers.add(name: "Content-Length", value: "0")
        case .bytes(let bytes) where mayHaveBody: headers.add(name: "Content-Length", value: String(bytes.count))
        case .bytes where !isProper, .stream where !isProper: headers.add(name: "Content-Length", value: "0")
        case .stream where mayHaveBody && method != .head: headers.add(name: "Transfer-Encoding", value: "chunked")
        case .empty, .bytes, .stream: break
        }
        body = mayHaveBody && method != .head ? response.body : .empty
        head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase), headers: headers)
    }

    /// For what never reached an endpoint, or failed in it.
    static func failure(_ status: HTTPResponse.Status, error: String, description: String?) -> Response {
        let members = description.map { #","error_description":"\#($0)""# } ?? ""
        return Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .bytes(Array(#"{"error":"\#(error)"\#(members)}"#.utf8)))
    }
}
