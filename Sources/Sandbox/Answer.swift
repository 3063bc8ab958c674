import HTTPTypes
import Primitives

/// What goes back to the caller.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields = [:]
    var body: [UInt8] = []

    static let noContent = Answer(status: .noContent)

    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, headers: [.contentType: "application/json; charset=utf-8"], body: value.serialized)
    }

    static func bytes(_ bytes: [UInt8], headers: HTTPFields = [:]) -> Answer {
        var headers = headers
        headers[.contentType] = "application/octet-stream"
        return Answer(status: .ok, headers: headers, body: bytes)
    }
}
