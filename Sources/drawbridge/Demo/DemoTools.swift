import Primitives

/// The two eras of MCP over HTTP.
enum DemoEra: String, Sendable {
    /// Stateless; every request says for itself what it speaks.
    case modern = "2026-07-28"
    /// Begins with `initialize`.
    case legacy = "2025-11-25"
}

extension DemoJourney {
    // Requests

    /// One request. In the modern era headers repeat what the body says, and `_meta` carries what `initialize` used to.
    func mcp(
        _ method: String, _ params: JSONObject = JSONObject(), era: DemoEra, _ server: DemoServer, _ tokens: DemoTokens
    ) async throws(DemoFailure) -> DemoResponse {
        var params = params
        var headers: [(name: String, value: String)] = [
            ("Authorization", "Bearer " + tokens.access), ("Accept", "application/json, text/event-stream"),
        ]
        switch era {
        case .modern:
            params["_meta"] = [
                "io.modelcontextprotocol/protocolVersion": .string(era.rawValue), "io.modelcontextprotocol/clientCapabilities": [:],
                "io.modelcontextprotocol/clientInfo": Self.clientInfo,
            ]
            headers.append(("MCP-Protocol-Version", era.rawValue))
            headers.append(("Mcp-Method", method))
            if let name = params["name"]?.string { headers.append(("Mcp-Name", name)) }
        case .legacy:
            if method != "initialize" { headers.append(("MCP-Protocol-Version", era.rawValue)) }
        }
        let body: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .object(params)]
        return try await post(json: body, to: server.resource, headers: headers)
    }

    private static let clientInfo: JSON = ["name": "drawbridge-demo", "version": "1"]

    /// The `result` of an answer, which is JSON or the one message of an event stream.
    private func result(_ response: DemoResponse) throws(DemoFailure) -> JSON {
        var message: JSON?
        if response.header("Content-Type")?.hasPrefix("text/event-stream") == true {
            let lines = response.text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data:") }
            message = lines.compactMap { try? JSON.parse(String($0.dropFirst(5)).trimmed) }.first { $0["id"]?.integer == 1 }
        } else {
            message = try? JSON.parse(response.body)
        }
        guard response.status == 200, let result = message?["result"] else {
            throw DemoFailure(expected: "a JSON-RPC result, with status 200", response: response)
        }
        return result
    }

    // Listing

    /// - Returns: the tools by name, as the modern era lists them.
    func listTools(_ server: DemoServer, _ tokens: DemoTokens) async throws(DemoFailure) -> [String: JSON] {
        let found = try await report.check("\(DemoEra.modern.rawValue), without a session: tools/list") {
            () throws(DemoFailure) -> [String: JSON] in
            let found = try await tools(server, tokens)
            try require(found["get-my-info"] != nil, "a tool named get-my-info", got: found.keys.sorted().joined(separator: ", "))
            return found
        } detail: { found in
            " names \(found.count) tools"
        }
        try await report.check("\(DemoEra.legacy.rawValue), for the clients of today: initialize") { () throws(DemoFailure) -> String in
            let params = JSONObject([
                .init(key: "protocolVersion", value: .string(DemoEra.legacy.rawValue)), .init(key: "capabilities", value: [:]),
                .init(key: "clientInfo", value: Self.clientInfo),
            ])
            let result = try result(await mcp("initialize", params, era: .legacy, server, tokens))
            let version = try text("protocolVersion", in: result)
            try require(version == DemoEra.legacy.rawValue, "protocolVersion \(DemoEra.legacy.rawValue)", got: version)
            return try text("name", in: result["serverInfo"] ?? [:])
        } detail: { name in
            " is answered by \(name)"
        }
        try await report.check("\(DemoEra.legacy.rawValue): tools/list names the same tools") { () throws(DemoFailure) in
            let legacy = try await tools(server, tokens, era: .legacy).keys.sorted()
            try require(legacy == found.keys.sorted(), found.keys.sorted().joined(separator: ", "), got: legacy.joined(separator: ", "))
        }
        return found
    }

    /// All pages of the list.
    func tools(_ server: DemoServer, _ tokens: DemoTokens, era: DemoEra = .modern) async throws(DemoFailure) -> [String: JSON] {
        var found: [String: JSON] = [:]
        var cursor: String?
        // More pages than any list has; a server that never ends its list must not hold the demo.
        for _ in 0..<50 {
            var params = JSONObject()
            params["cursor"] = cursor.map(JSON.string)
            let page = try result(await mcp("tools/list", params, era: era, server, tokens))
            guard let tools = page["tools"]?.array else { throw DemoFailure(expected: "a list of tools", got: page.text) }
            for tool in tools { found[try text("name", in: tool)] = tool }
            cursor = page["nextCursor"]?.string
            if cursor == nil { return found }
        }
        throw DemoFailure(expected: "a list that ends", got: "50 pages and another cursor")
    }

    // Calling

    func useTools(_ tools: [String: JSON], _ server: DemoServer, _ tokens: DemoTokens) async throws(DemoFailure) {
        try await report.check("get-my-info: the API knows whose token this is") { () throws(DemoFailure) -> String in
            let value = try await call("get-my-info", JSONObject(), server, tokens)
            let name = try text("username", in: value)
            if let account { try require(name == account, account, got: name) }
            return name
        } detail: { name in
            ", \(name)"
        }
        guard let create = tools["create-val"], let get = tools["get-val"], let delete = tools["delete-val"] else {
            report.note("No val is created: what was granted does not allow writing and deleting.")
            return
        }
        try await writeAndDelete(create: create, get: get, delete: delete, server, tokens)
    }

    private func writeAndDelete(
        create: JSON, get: JSON, delete: JSON, _ server: DemoServer, _ tokens: DemoTokens
    ) async throws(DemoFailure) {
        let name = "drawbridge-demo-" + Hex.encode(random(4))
        let id = try await report.check("create-val: a private val is there, \(name)") { () throws(DemoFailure) in
            let privacy = Self.properties(of: create).contains("privacy")
            var arguments = JSONObject([.init(key: "name", value: .string(name))])
            if privacy { arguments["privacy"] = "private" }
            return try text("id", in: await call("create-val", arguments, server, tokens))
        }
        try await report.check("get-val: it can be read back") { () throws(DemoFailure) in
            let found = try text("name", in: await call("get-val", Self.arguments(of: get, id: id), server, tokens))
            try require(found == name, name, got: found)
        }
        try await report.check("delete-val: it is gone, and reading it says so") { () throws(DemoFailure) in
            _ = try await call("delete-val", Self.arguments(of: delete, id: id), server, tokens)
            let again = try result(await calling("get-val", Self.arguments(of: get, id: id), server, tokens))
            try require(again["isError"]?.bool == true, "isError for a val that is gone", got: "a val")
        }
    }

    /// The id under whatever name the tool's schema gives it.
    private static func arguments(of tool: JSON, id: String) -> JSONObject {
        let required = tool["inputSchema"]?["required"]?.strings ?? properties(of: tool)
        let name = required.first { $0.lowercased().hasSuffix("id") } ?? required.first ?? "id"
        return JSONObject([.init(key: name, value: .string(id))])
    }

    private static func properties(of tool: JSON) -> [String] { tool["inputSchema"]?["properties"]?.object?.keys ?? [] }

    private func calling(
        _ tool: String, _ arguments: JSONObject, _ server: DemoServer, _ tokens: DemoTokens
    ) async throws(DemoFailure) -> DemoResponse {
        let params = JSONObject([.init(key: "name", value: .string(tool)), .init(key: "arguments", value: .object(arguments))])
        return try await mcp("tools/call", params, era: .modern, server, tokens)
    }

    /// What the tool answered: its structured content, or the JSON in its text.
    private func call(_ tool: String, _ arguments: JSONObject, _ server: DemoServer, _ tokens: DemoTokens) async throws(DemoFailure) -> JSON
    {
        let result = try result(await calling(tool, arguments, server, tokens))
        let words = result["content"]?.array?.compactMap { $0["text"]?.string }.joined(separator: " ") ?? ""
        try require(result["isError"]?.bool != true, "\(tool) to work", got: words)
        if let value = result["structuredContent"] { return value }
        // An answer of no content has nothing to read.
        return (try? JSON.parse(words)) ?? [:]
    }
}
