import Primitives

/// 2025-03-26 to 2025-11-25: `initialize` agrees on a version, and afterwards a header names it. Sessionless, as the specification allows.
extension MCPServer {
    func legacy(_ request: JSONRPCRequest, head: MCPRequestHead, tools: ToolAccess) async throws(RPCError) -> Outcome {
        // The handshake comes before there is a version to name.
        if request.method != Method.initialize.rawValue { _ = try Self.legacyVersion(head) }
        switch try Method(request.method, in: .legacy) {
        case .initialize: return .result(try initialize(request.parameters))
        // `Method` let only methods of this era through.
        case .ping, .discover: return .result(JSONObject())
        case .listTools: return .result(try list(request.parameters, of: tools))
        case .callTool: return try await call(request.parameters, of: tools)
        }
    }

    /// The version that a request is under.
    /// - Throws: for a header that names none of ours; the answer is 400.
    static func legacyVersion(_ head: MCPRequestHead) throws(RPCError) -> ProtocolVersion {
        guard let text = head.protocolVersion else { return .assumed }
        guard let version = ProtocolVersion(rawValue: text) else { throw .unsupportedVersion(text) }
        return version
    }

    private func initialize(_ parameters: JSONObject) throws(RPCError) -> JSONObject {
        guard let asked = parameters["protocolVersion"]?.string else {
            throw RPCError(.invalidParams, "params.protocolVersion must be a string")
        }
        let version = ProtocolVersion(rawValue: asked).flatMap { $0.era == .legacy ? $0 : nil } ?? .latestLegacy
        var result = JSONObject()
        result["protocolVersion"] = .string(version.rawValue)
        result["capabilities"] = Self.capabilities
        result["serverInfo"] = info.json
        result["instructions"] = info.instructions.map(JSON.string)
        return result
    }

    static var capabilities: JSON { ["tools": ["listChanged": false]] }

    /// An array of messages, which only 2025-03-26 knows.
    func batch(_ messages: [JSON], head: MCPRequestHead, tools: ToolAccess) async -> MCPAnswer {
        let requests: [Result<JSONRPCMessage, RPCError>]
        do throws(RPCError) {
            requests = try Self.checkBatch(messages, head: head)
        } catch {
            return .failure(error, id: .null, in: .legacy)
        }
        // A missing scope is an answer to the whole request, so nothing may have happened before it is found.
        for case .success(.request(let request)) in requests where request.method == Method.callTool.rawValue {
            if let name = request.parameters["name"]?.string, case .insufficientScope(let needed) = tools.decide(name) {
                return .insufficientScope(needed: needed)
            }
        }
        var answers: [JSON] = []
        for (index, message) in requests.enumerated() {
            switch message {
            case .failure(let error): answers.append(error.response(id: JSONRPCMessage.identifier(of: messages[index])))
            case .success(.notification), .success(.response): break
            case .success(.request(let request)): answers.append(await answerInBatch(request, head: head, tools: tools))
            }
        }
        return answers.isEmpty ? .accepted : .json(status: 200, body: JSON.array(answers).serialized)
    }

    private static func checkBatch(_ messages: [JSON], head: MCPRequestHead) throws(RPCError) -> [Result<JSONRPCMessage, RPCError>] {
        guard try legacyVersion(head) == .march2025 else {
            throw RPCError(.invalidRequest, "Arrays of messages exist only in \(ProtocolVersion.march2025.rawValue)")
        }
        guard (1...maximumBatch).contains(messages.count) else {
            throw RPCError(.invalidRequest, "An array holds 1 to \(maximumBatch) messages")
        }
        let parsed = messages.map { json in Result { () throws(RPCError) in try JSONRPCMessage(json) } }
        for case .success(.request(let request)) in parsed where request.method == Method.initialize.rawValue {
            throw RPCError(.invalidRequest, "\"initialize\" must not be part of an array")
        }
        return parsed
    }

    private func answerInBatch(_ request: JSONRPCRequest, head: MCPRequestHead, tools: ToolAccess) async -> JSON {
        do throws(RPCError) {
            switch try await legacy(request, head: head, tools: tools) {
            case .result(let result): return Self.response(result, to: request)
            // Only if a grant was narrowed between the look ahead and now.
            case .insufficientScope(let needed):
                return Self.response(ToolResult.error("This needs the scope \(needed.joined(separator: " "))").json, to: request)
            }
        } catch {
            return error.response(id: request.id)
        }
    }
}
