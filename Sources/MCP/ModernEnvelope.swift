import Primitives

/// A request of the modern era (2026-07-28) whose headers and `_meta` were checked.
///
/// In the order of the reference server: first what must be there, then whether headers and body agree, and only then whether the version
/// is one of ours, so that a client that contradicts itself is told so.
struct ModernEnvelope {
    let request: JSONRPCRequest

    static let versionKey = "io.modelcontextprotocol/protocolVersion"
    static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"
    static let serverInfoKey = "io.modelcontextprotocol/serverInfo"

    /// Methods whose subject travels in `Mcp-Name`, and the parameter that names it.
    private static let namedBy = ["tools/call": "name", "prompts/get": "name", "resources/read": "uri"]

    init(_ request: JSONRPCRequest, head: MCPRequestHead) throws(RPCError) {
        guard let meta = request.meta else {
            throw RPCError(.invalidParams, "params._meta must carry \(Self.versionKey) and \(Self.capabilitiesKey)")
        }
        let missing = [Self.versionKey, Self.capabilitiesKey].filter { meta[$0] == nil }
        guard missing.isEmpty else { throw RPCError(.invalidParams, "params._meta lacks \(missing.joined(separator: " and "))") }
        guard let version = meta[Self.versionKey]?.string else { throw RPCError(.invalidParams, "\(Self.versionKey) must be a string") }
        guard meta[Self.capabilitiesKey]?.object != nil else {
            throw RPCError(.invalidParams, "\(Self.capabilitiesKey) must be an object")
        }
        try Self.compare(head, with: request, version: version)
        guard version == ProtocolVersion.july2026.rawValue else { throw RPCError.unsupportedVersion(version) }
        self.request = request
    }

    private static func compare(_ head: MCPRequestHead, with request: JSONRPCRequest, version: String) throws(RPCError) {
        guard head.protocolVersion == version else {
            throw RPCError(.headerMismatch, "The MCP-Protocol-Version header does not equal params._meta[\"\(versionKey)\"]")
        }
        guard head.method == request.method else {
            throw RPCError(.headerMismatch, "The Mcp-Method header does not equal the body's method")
        }
        guard let key = namedBy[request.method] else { return }
        guard let name = request.parameters[key]?.string else {
            throw RPCError(.invalidParams, "params.\(key) must be a string")
        }
        guard MCPRequestHead.decoded(head.name) == name else {
            throw RPCError(.headerMismatch, "The Mcp-Name header does not equal params.\(key)")
        }
    }
}
