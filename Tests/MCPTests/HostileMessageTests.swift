import MCP
import Primitives
import Testing

@Suite struct HostileMessageTests {
    struct Hostile: Sendable, CustomTestStringConvertible {
        let body: String
        let code: Int64
        var id: JSON = .null
        var testDescription: String { String(body.prefix(60)) }
    }

    static let unreadable: [Hostile] = [
        Hostile(body: "", code: -32700),
        Hostile(body: "{", code: -32700),
        Hostile(body: "\u{FEFF}{}", code: -32700),
        Hostile(body: #"{"jsonrpc":"2.0","id":1,"method":"ping",}"#, code: -32700),
        Hostile(body: #"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, code: -32700),
        Hostile(body: #"{"jsonrpc":"2.0","id":1,"method":"ping"} {}"#, code: -32700),
        Hostile(body: String(repeating: "[", count: 10_000), code: -32700),
        Hostile(body: String(repeating: #"{"a":"#, count: 65) + "1" + String(repeating: "}", count: 65), code: -32700),
        Hostile(body: "null", code: -32600),
        Hostile(body: "7", code: -32600),
        Hostile(body: #""ping""#, code: -32600),
        Hostile(body: "{}", code: -32600),
        Hostile(body: #"{"id":1,"method":"ping"}"#, code: -32600, id: 1),
        Hostile(body: #"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, code: -32600, id: 1),
        Hostile(body: #"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, code: -32600, id: 1),
        Hostile(body: #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, code: -32600),
        Hostile(body: #"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, code: -32600),
        Hostile(body: #"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, code: -32600),
        Hostile(body: #"{"jsonrpc":"2.0","id":1,"method":7}"#, code: -32600, id: 1),
        Hostile(body: #"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#, code: -32600, id: 1),
        Hostile(body: #"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#, code: -32600, id: 1),
        Hostile(body: #"{"jsonrpc":"2.0","id":1}"#, code: -32600, id: 1),
        Hostile(body: #"{"jsonrpc":"2.0","result":{}}"#, code: -32600),
    ]

    @Test(arguments: unreadable)
    func `what is no message is answered with 400 and the reason`(_ hostile: Hostile) async {
        let answer = await Fixture.respond(hostile.body)
        #expect(answer.status == 400)
        #expect(answer.code == hostile.code)
        #expect(answer.body?["id"] == hostile.id)
    }

    @Test func `bytes that are no UTF-8 are a parse error`() async {
        let answer = await Fixture.server.respond(head: MCPRequestHead(), body: [0x22, 0xFF, 0x22], tools: Fixture.tools)
        #expect(answer.status == 400)
        #expect(answer.code == -32700)
    }

    @Test(arguments: ["1", "-7", "0", "9007199254740993", "123456789012345678901234567890", "1.0", #""abc""#, #""""#, #""1""#, #""ü😀""#])
    func `an id comes back as it was written`(_ id: String) async throws {
        let answer = await Fixture.respond(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#)
        #expect(answer.body?["id"]?.text == id)
        #expect(answer.status == 200)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"bored"}}"#,
        #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo"}}"#,
        #"{"jsonrpc":"2.0","id":5,"result":{}}"#,
        #"{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"no"}}"#,
    ])
    func `what expects no answer is accepted and has no effect`(_ body: String) async {
        let untouched = ToolAccess(listed: [], decide: { _ in .allowed }) { _ in
            Issue.record("a notification ran a tool")
            return .text("")
        }
        #expect(await Fixture.respond(body, tools: untouched) == .accepted)
        #expect(await Fixture.respond(body, version: nil, tools: untouched) == .accepted)
    }
}
