import MCP
import Primitives
import Testing

@Suite struct LegacyEraTests {
    private func initialize(_ version: String, header: String? = nil) async -> MCPAnswer {
        await Fixture.respond(
            #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"\#(version)","capabilities":{},"clientInfo":{}}}"#,
            version: header)
    }

    @Test(arguments: [
        ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"), ("2024-11-05", "2025-11-25"),
        ("2026-07-28", "2025-11-25"), ("2099-01-01", "2025-11-25"), ("", "2025-11-25"),
    ])
    func `initialize echoes a version of its era and answers the latest to others`(asked: String, given: String) async {
        let answer = await initialize(asked)
        #expect(answer.status == 200)
        #expect(answer.result?["protocolVersion"]?.string == given)
        #expect(answer.result?["serverInfo"] == ["name": "drawbridge", "title": "Drawbridge", "version": "1.2.3"])
        #expect(answer.result?["capabilities"]?["tools"] != nil)
        #expect(answer.result?["instructions"] == "Be kind.")
        #expect(answer.result?["resultType"] == nil)
    }

    @Test func `initialize does not need the header that it is there to agree on`() async {
        #expect(await initialize("2025-06-18", header: "2024-11-05").status == 200)
        #expect(await initialize("2025-06-18", header: "2025-06-18").status == 200)
    }

    @Test func `initialize without a version is told so`() async {
        let answer = await Fixture.respond(#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#, version: nil)
        #expect(answer.code == -32602)
        #expect(answer.status == 200)
    }

    @Test(arguments: [nil, "2025-03-26", "2025-06-18", "2025-11-25"])
    func `ping works under every version of the era`(_ version: String?) async {
        let answer = await Fixture.respond(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, version: version)
        #expect(answer.body == ["jsonrpc": "2.0", "id": 1, "result": [:]])
    }

    @Test(arguments: ["2024-11-05", "2025-03-27", "2099-01-01", "", "latest", "2025-06-18, 2025-06-18"])
    func `an unknown version header is 400 and names the versions there are`(_ version: String) async {
        for body in [#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#] {
            let answer = await Fixture.respond(body, version: version)
            #expect(answer.status == 400)
            #expect(answer.code == -32022)
            #expect(answer.body?["error"]?["data"]?["supported"]?.strings?.contains("2025-11-25") == true)
        }
    }

    @Test(arguments: ["server/discover", "prompts/list", "resources/read", "logging/setLevel", "", "tools/List"])
    func `a method that is not there is a JSON-RPC error under 200`(_ method: String) async {
        let answer = await Fixture.respond(#"{"jsonrpc":"2.0","id":"x","method":"\#(method)"}"#)
        #expect(answer.status == 200)
        #expect(answer.code == -32601)
        #expect(answer.body?["id"] == "x")
    }

    // MARK: Arrays

    @Test func `an array of messages is answered with an array in 2025-03-26`() async {
        let body = #"""
            [{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"},
            {"jsonrpc":"2.0","id":"two","method":"nope"},7,{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo"}}]
            """#
        for version in [nil, "2025-03-26"] {
            let answers = await Fixture.respond(body, version: version).body?.array ?? []
            #expect(answers.map { $0["id"] } == [1, "two", .null, 3])
            #expect(answers.map { $0["error"]?["code"]?.integer } == [nil, -32601, -32600, nil])
        }
    }

    @Test func `an array of notifications is accepted`() async {
        #expect(await Fixture.respond(#"[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","method":"b"}]"#, version: nil) == .accepted)
    }

    static let refusedArrays: [(String, String?)] = [
        ("[]", nil), (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, "2025-06-18"),
        (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, "2025-11-25"), (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, "2026-07-28"),
        (#"[{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26"}}]"#, "2025-03-26"),
        ("[" + Array(repeating: #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, count: 33).joined(separator: ",") + "]", nil),
    ]

    @Test(arguments: refusedArrays)
    func `other arrays are refused whole`(body: String, version: String?) async {
        let answer = await Fixture.respond(body, version: version)
        #expect(answer.status == 400)
        #expect(answer.code == -32600)
    }

    @Test func `nothing in an array runs when one of its calls lacks a scope`() async {
        let body = #"""
            [{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}},
            {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"erase"}}]
            """#
        let tools = ToolAccess(listed: [], decide: Fixture.tools.decide) { _ in
            Issue.record("a tool ran")
            return .text("")
        }
        #expect(await Fixture.respond(body, version: nil, tools: tools) == .insufficientScope(needed: ["vals:delete"]))
    }
}
