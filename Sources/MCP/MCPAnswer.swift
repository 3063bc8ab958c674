import Primitives

/// The answer to one `POST`, for the HTTP layer to send.
package enum MCPAnswer: Sendable, Equatable {
    /// A JSON body with `Content-Type: application/json`.
    case json(status: Int, body: [UInt8])
    /// 202 without a body: there was nothing to answer.
    case accepted
    /// 403 with a challenge that names the granted and the needed scopes (RFC 6750 §3.1).
    case insufficientScope(needed: [String])

    static func failure(_ error: RPCError, id: JSON, in era: Era) -> MCPAnswer {
        .json(status: error.status(in: era), body: error.response(id: id).serialized)
    }
}
