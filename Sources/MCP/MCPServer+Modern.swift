import Primitives

/// 2026-07-28: every request stands for itself.
extension MCPServer {
    /// How long a client may keep what `server/discover` said, in milliseconds. It changes only with a new version of this program.
    private static let discoveryLife = 300_000
    /// What a person takes away must be gone at once, so lists are never kept.
    private static let listLife = 0

    func modern(_ envelope: ModernEnvelope, tools: ToolAccess) async throws(RPCError) -> Outcome {
        let parameters = envelope.request.parameters
        switch try Method(envelope.request.method, in: .modern) {
        // `Method` let only methods of this era through.
        case .initialize, .ping, .discover: return .result(complete(discover(), life: Self.discoveryLife))
        case .listTools: return .result(complete(try list(parameters, of: tools), life: Self.listLife))
        case .callTool:
            switch try await call(parameters, of: tools) {
            case .result(let result): return .result(complete(result))
            case .insufficientScope(let needed): return .insufficientScope(needed)
            }
        }
    }

    private func discover() -> JSONObject {
        var result = JSONObject()
        result["supportedVersions"] = .strings(ProtocolVersion.supported)
        result["capabilities"] = Self.capabilities
        result["instructions"] = info.instructions.map(JSON.string)
        return result
    }

    /// What every result of this era carries.
    /// - Parameter life: in milliseconds, for results that may be kept; `private`, since they depend on the grant.
    private func complete(_ result: JSONObject, life: Int? = nil) -> JSONObject {
        var result = result
        result["resultType"] = "complete"
        if let life {
            result["ttlMs"] = .integer(life)
            result["cacheScope"] = "private"
        }
        result["_meta"] = [ModernEnvelope.serverInfoKey: info.json]
        return result
    }
}
