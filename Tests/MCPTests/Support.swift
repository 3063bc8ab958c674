import MCP
import Primitives
import Testing

/// A server with four tools of which the caller may see two.
enum Fixture {
    static let server = MCPServer(info: ServerInfo(name: "drawbridge", title: "Drawbridge", version: "1.2.3", instructions: "Be kind."))

    static func tool(_ name: String) -> Tool {
        Tool(
            name: name, title: "Title of \(name)", description: "Does \(name).", inputSchema: ["type": "object"],
            outputSchema: ["type": "object"],
            annotations: ToolAnnotations(readOnly: true, destructive: false, idempotent: true, openWorld: false))
    }

    static let tools = ToolAccess(
        listed: [tool("echo"), tool("look")],
        decide: { name in
            switch name {
            case "echo", "look": .allowed
            case "erase": .insufficientScope(needed: ["vals:delete"])
            case "narrowed": .refused(message: "You took vals:write away. Change it at https://bridge.test/connections")
            default: .unknown
            }
        },
        call: { .structured(["tool": .string($0.name), "arguments": .object($0.arguments)]) })

    static func respond(
        _ body: String, version: String? = "2025-06-18", method: String? = nil, name: String? = nil, server: MCPServer = server,
        tools: ToolAccess = tools
    ) async -> MCPAnswer {
        await server.respond(
            head: MCPRequestHead(protocolVersion: version, method: method, name: name), body: Array(body.utf8), tools: tools)
    }

    /// A request of the modern era with everything it needs.
    static func modern(
        _ method: String, _ parameters: JSONObject = JSONObject(), id: JSON = 1, header: String? = "2026-07-28", envelope: JSON? = nil,
        methodHeader: String?? = nil, name: String? = nil, server: MCPServer = server
    ) async -> MCPAnswer {
        var parameters = parameters
        parameters["_meta"] = envelope ?? Self.envelope
        let body: JSON = ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": .object(parameters)]
        return await respond(body.text, version: header, method: methodHeader ?? method, name: name, server: server)
    }

    static let envelope: JSON = [
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:],
    ]
}

extension MCPAnswer {
    var status: Int? {
        guard case .json(let status, _) = self else { return nil }
        return status
    }

    var body: JSON? {
        guard case .json(_, let bytes) = self else { return nil }
        return try? JSON.parse(bytes)
    }

    var result: JSON? { body?["result"] }
    var code: Int64? { body?["error"]?["code"]?.integer }
}
