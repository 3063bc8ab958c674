import Endpoints
import HTTPTypes
import MCP
import Primitives

extension Stage {
    static let legacyHeader = "X-Val-Town-Token"

    /// One JSON-RPC request, as a client of that era sends it.
    func call(
        _ method: String, _ parameters: JSON = [:], era: Era = .legacy, at path: String = "/mcp", with headers: Pairs
    ) async -> Response {
        var parameters = parameters
        var headers = headers + [("Accept", "application/json, text/event-stream")]
        if era == .modern {
            let version = ProtocolVersion.july2026.rawValue
            var object = parameters.object ?? JSONObject()
            object["_meta"] = [
                "io.modelcontextprotocol/protocolVersion": .string(version), "io.modelcontextprotocol/clientCapabilities": [:],
            ]
            headers += [("MCP-Protocol-Version", version), ("Mcp-Method", method)]
            if let name = object["name"]?.string { headers.append(("Mcp-Name", name)) }
            parameters = .object(object)
        }
        return await post(path, json: ["jsonrpc": "2.0", "id": 7, "method": .string(method), "params": parameters], headers)
    }

    func call(_ method: String, _ parameters: JSON = [:], era: Era = .legacy, as tokens: Tokens) async -> Response {
        await call(method, parameters, era: era, with: Self.bearer(tokens.access))
    }

    func callTool(_ name: String, _ arguments: JSON = [:], era: Era = .legacy, as tokens: Tokens) async -> Response {
        await call("tools/call", ["name": .string(name), "arguments": arguments], era: era, as: tokens)
    }

    static func bearer(_ token: String) -> Pairs { [("Authorization", "Bearer " + token)] }
    static func header(_ token: String) -> Pairs { [(legacyHeader, token)] }
}

extension Response {
    /// The tools that `tools/list` names.
    var tools: [JSON] { json["result"]?["tools"]?.array ?? [] }
    var toolNames: [String] { tools.compactMap { $0["name"]?.string } }
    var isToolError: Bool { json["result"]?["isError"]?.bool ?? false }
    /// The text of a tool's result.
    var toolText: String { (json["result"]?["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined(separator: "\n") }
    var rpcError: Int64? { json["error"]?["code"]?.integer }
}
