package import Primitives

/// A JSON-RPC error object (JSON-RPC 2.0 §5.1).
package struct RPCError: Error, Sendable, Equatable {
    package enum Code: Int, Sendable {
        case parseError = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParams = -32602
        case internalError = -32603
        /// Headers and body disagree (2026-07-28).
        case headerMismatch = -32020
        /// (2026-07-28)
        case unsupportedProtocolVersion = -32022
    }

    package let code: Code
    package let message: String
    package let data: JSON?

    package init(_ code: Code, _ message: String, data: JSON? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    static func unsupportedVersion(_ requested: String) -> RPCError {
        let supported = ProtocolVersion.supported
        return RPCError(
            .unsupportedProtocolVersion, "Unsupported protocol version; this server speaks \(supported.joined(separator: ", "))",
            data: ["supported": .strings(supported), "requested": .string(requested)])
    }

    /// The whole response object.
    func response(id: JSON) -> JSON {
        [
            "jsonrpc": "2.0", "id": id,
            "error": .object(omittingNil: ["code": .integer(code.rawValue), "message": .string(message), "data": data]),
        ]
    }

    /// The modern era says what went wrong in the status, too; in the legacy era only a message that could not be read is an HTTP error.
    func status(in era: Era) -> Int {
        switch (code, era) {
        case (.parseError, _), (.invalidRequest, _), (.headerMismatch, _), (.unsupportedProtocolVersion, _), (.invalidParams, .modern): 400
        case (.methodNotFound, .modern): 404
        case (.methodNotFound, .legacy), (.invalidParams, .legacy), (.internalError, _): 200
        }
    }
}
