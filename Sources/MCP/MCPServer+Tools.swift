import Primitives

/// `tools/list` and `tools/call`, which both eras share.
extension MCPServer {
    func list(_ parameters: JSONObject, of tools: ToolAccess) throws(RPCError) -> JSONObject {
        let start = try ToolCursor.start(parameters["cursor"], in: tools.listed)
        let page = tools.listed[start...].prefix(pageSize)
        var result = JSONObject()
        result["tools"] = .array(page.map(\.json))
        if page.endIndex < tools.listed.endIndex, let last = page.last { result["nextCursor"] = .string(ToolCursor.after(last)) }
        return result
    }

    func call(_ parameters: JSONObject, of tools: ToolAccess) async throws(RPCError) -> Outcome {
        guard let name = parameters["name"]?.string else { throw RPCError(.invalidParams, "params.name must be a string") }
        let arguments: JSONObject
        switch parameters["arguments"] {
        // Clients write "no arguments" in three ways.
        case nil, .some(.null): arguments = JSONObject()
        case .some(.object(let object)): arguments = object
        default: throw RPCError(.invalidParams, "params.arguments must be an object")
        }
        switch tools.decide(name) {
        case .unknown: throw RPCError(.invalidParams, "Unknown tool \"\(name.prefix(80))\"; tools/list names the ones there are")
        case .insufficientScope(let needed): return .insufficientScope(needed)
        case .refused(let message): return .result(ToolResult.error(message).json)
        case .allowed: return .result(await tools.call(ToolCall(name: name, arguments: arguments)).json)
        }
    }
}

/// The place in the list at which the next page starts. It names the last tool that was shown, so that it still means something after the
/// list has changed.
private enum ToolCursor {
    private static let prefix = "after:"

    static func after(_ tool: Tool) -> String { Base64URL.encode(Array((prefix + tool.name).utf8)) }

    static func start(_ cursor: JSON?, in tools: [Tool]) throws(RPCError) -> Int {
        guard let cursor, !cursor.isNull else { return 0 }
        guard let bytes = cursor.string.flatMap({ Base64URL.decode($0) }), let text = String(validating: bytes, as: UTF8.self),
            text.hasPrefix(prefix), let place = tools.firstIndex(where: { $0.name == text.dropFirst(prefix.count) })
        else { throw RPCError(.invalidParams, "Unknown cursor; start again without one") }
        return place + 1
    }
}
