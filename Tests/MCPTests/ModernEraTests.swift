import MCP
import Primitives
import Testing

@Suite struct ModernEraTests {
    @Test func `discover says which versions there are`() async {
        let answer = await Fixture.modern("server/discover")
        #expect(answer.status == 200)
        let result = answer.result
        #expect(result?["supportedVersions"]?.strings == ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"])
        #expect(result?["resultType"] == "complete")
        #expect(result?["cacheScope"] == "private")
        #expect(result?["ttlMs"]?.integer ?? -1 >= 0)
        #expect(result?["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"] == "drawbridge")
        #expect(result?["instructions"] == "Be kind.")
    }

    @Test func `lists and calls say that they are complete`() async {
        let list = await Fixture.modern("tools/list")
        #expect(list.result?["resultType"] == "complete")
        #expect(list.result?["ttlMs"] == 0)
        #expect(list.result?["cacheScope"] == "private")
        let call = await Fixture.modern("tools/call", JSONObject([.init(key: "name", value: "echo")]), name: "echo")
        #expect(call.result?["resultType"] == "complete")
        #expect(call.result?["ttlMs"] == nil)
        #expect(call.result?["structuredContent"] == ["tool": "echo", "arguments": [:]])
    }

    static let brokenEnvelopes: [JSON] = [
        .null, [], "2026-07-28", [:], ["io.modelcontextprotocol/protocolVersion": "2026-07-28"],
        ["io.modelcontextprotocol/clientCapabilities": [:]],
        ["io.modelcontextprotocol/protocolVersion": 7, "io.modelcontextprotocol/clientCapabilities": [:]],
        ["io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": "all"],
    ]

    @Test(arguments: brokenEnvelopes)
    func `an incomplete envelope is 400 with invalid params`(_ envelope: JSON) async {
        let answer = await Fixture.modern("tools/list", envelope: envelope)
        #expect(answer.status == 400)
        #expect(answer.code == -32602)
        #expect(answer.body?["id"] == 1)
    }

    @Test func `no envelope at all is 400 with invalid params`() async {
        let answer = await Fixture.respond(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, version: "2026-07-28", method: "tools/list")
        #expect(answer.status == 400)
        #expect(answer.code == -32602)
    }

    struct Disagreement: Sendable {
        var header: String? = "2026-07-28"
        var method: String? = "tools/call"
        var name: String? = "echo"
    }

    static let disagreements: [Disagreement] = [
        Disagreement(header: nil), Disagreement(header: "2026-01-01"), Disagreement(header: "2025-06-18"), Disagreement(method: nil),
        Disagreement(method: "Tools/Call"), Disagreement(method: "tools/list"), Disagreement(name: nil), Disagreement(name: "look"),
        Disagreement(name: "ECHO"), Disagreement(name: "=?base64?bG9vaw==?="), Disagreement(name: "=?base64?ZWNobw?="),
        Disagreement(name: "=?base64?ZWNobx==?="), Disagreement(name: "echo, echo"),
    ]

    @Test(arguments: disagreements)
    func `headers that disagree with the body are 400`(_ one: Disagreement) async {
        let answer = await Fixture.modern(
            "tools/call", JSONObject([.init(key: "name", value: "echo")]), header: one.header, methodHeader: .some(one.method),
            name: one.name)
        #expect(answer.status == 400)
        #expect(answer.code == -32020)
    }

    @Test func `a name may travel in base64`() async {
        let answer = await Fixture.modern("tools/call", JSONObject([.init(key: "name", value: "echo")]), name: "=?base64?ZWNobw==?=")
        #expect(answer.status == 200)
    }

    @Test func `an unsupported version is 400 and names the versions there are`() async {
        let envelope: JSON = [
            "io.modelcontextprotocol/protocolVersion": "2099-01-01", "io.modelcontextprotocol/clientCapabilities": [:],
        ]
        let answer = await Fixture.modern("tools/list", header: "2099-01-01", envelope: envelope)
        #expect(answer.status == 400)
        #expect(answer.code == -32022)
        #expect(answer.body?["error"]?["data"]?["supported"]?.strings?.first == "2026-07-28")
        #expect(answer.body?["error"]?["data"]?["requested"] == "2099-01-01")
    }

    @Test(arguments: ["initialize", "ping", "logging/setLevel", "prompts/list", "subscriptions/listen", "nope"])
    func `an unknown or removed method is 404`(_ method: String) async {
        let answer = await Fixture.modern(method)
        #expect(answer.status == 404)
        #expect(answer.code == -32601)
    }

    @Test func `a notification is accepted and a response is not`() async {
        #expect(await Fixture.respond(#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#, version: "2026-07-28") == .accepted)
        let answer = await Fixture.respond(#"{"jsonrpc":"2.0","id":1,"result":{}}"#, version: "2026-07-28")
        #expect(answer.status == 400)
        #expect(answer.code == -32600)
    }

    @Test func `an unknown tool and a bad cursor are 400 with invalid params`() async {
        let call = await Fixture.modern("tools/call", JSONObject([.init(key: "name", value: "nope")]), name: "nope")
        #expect(call.status == 400)
        #expect(call.code == -32602)
        let list = await Fixture.modern("tools/list", JSONObject([.init(key: "cursor", value: "nope")]))
        #expect(list.status == 400)
        #expect(list.code == -32602)
    }

    @Test func `an envelope of the legacy era is a legacy request`() async {
        let body = #"""
            {"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2025-11-25","progressToken":3}}}
            """#
        #expect(await Fixture.respond(body, version: "2025-11-25").result == [:])
    }
}
