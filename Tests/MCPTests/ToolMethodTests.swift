import MCP
import Primitives
import Testing

@Suite struct ToolMethodTests {
    private func list(_ parameters: String = "{}", pageSize: Int = 200, tools: ToolAccess = Fixture.tools) async -> MCPAnswer {
        let server = MCPServer(info: ServerInfo(name: "a", title: "A", version: "1"), pageSize: pageSize)
        return await Fixture.respond(
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":\#(parameters)}"#, server: server, tools: tools)
    }

    private func call(_ parameters: String) async -> MCPAnswer {
        await Fixture.respond(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":\#(parameters)}"#)
    }

    @Test func `the list shows what the caller may use, with everything a client wants to know`() async {
        let tools = await list().result?["tools"]?.array ?? []
        #expect(tools.map { $0["name"]?.string } == ["echo", "look"])
        #expect(
            tools.first == [
                "name": "echo", "title": "Title of echo", "description": "Does echo.", "inputSchema": ["type": "object"],
                "outputSchema": ["type": "object"],
                "annotations": [
                    "title": "Title of echo", "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true,
                    "openWorldHint": false,
                ],
            ])
        #expect(await list().result?["nextCursor"] == nil)
    }

    @Test func `pages follow each other in one order and end`() async {
        let tools = ToolAccess(listed: ["a", "b", "c", "d", "e"].map(Fixture.tool), decide: { _ in .allowed }, call: { _ in .text("") })
        var seen: [String] = []
        var cursor: String?
        repeat {
            let answer = await list(cursor.map { #"{"cursor":"\#($0)"}"# } ?? "{}", pageSize: 2, tools: tools)
            seen += (answer.result?["tools"]?.array ?? []).compactMap { $0["name"]?.string }
            cursor = answer.result?["nextCursor"]?.string
        } while cursor != nil && seen.count < 20
        #expect(seen == ["a", "b", "c", "d", "e"])
    }

    @Test(arguments: [#""x""#, #""""#, "7", "{}", #""YWZ0ZXI6bm9wZQ""#, #""YWZ0ZXI6""#, #""ZWNobw""#])
    func `a cursor that this server did not give is refused`(_ cursor: String) async {
        #expect(await list(#"{"cursor":\#(cursor)}"#).code == -32602)
    }

    @Test func `no tools are no error`() async {
        let none = ToolAccess(listed: [], decide: { _ in .unknown }, call: { _ in .text("") })
        #expect(await list(tools: none).result?["tools"] == [])
    }

    @Test func `a call carries its arguments and answers in both forms`() async {
        let result = await call(#"{"name":"echo","arguments":{"a":1.50},"_meta":{"progressToken":"p"}}"#).result
        #expect(result?["isError"] == false)
        #expect(result?["structuredContent"]?.text == #"{"tool":"echo","arguments":{"a":1.50}}"#)
        #expect(result?["content"] == [["type": "text", "text": #"{"tool":"echo","arguments":{"a":1.50}}"#]])
    }

    @Test(arguments: [#"{"name":"echo"}"#, #"{"name":"echo","arguments":null}"#, #"{"name":"echo","arguments":{}}"#])
    func `no arguments may be written in three ways`(_ parameters: String) async {
        #expect(await call(parameters).result?["structuredContent"]?["arguments"] == [:])
    }

    @Test(arguments: ["{}", #"{"name":7}"#, #"{"name":"nope"}"#, #"{"name":"ECHO"}"#, #"{"name":"echo","arguments":[]}"#])
    func `an unknown tool and malformed parameters are invalid params`(_ parameters: String) async {
        let answer = await call(parameters)
        #expect(answer.status == 200)
        #expect(answer.code == -32602)
    }

    @Test func `a scope that was never asked for is an answer to the whole request`() async {
        #expect(await call(#"{"name":"erase"}"#) == .insufficientScope(needed: ["vals:delete"]))
    }

    @Test func `a power that was taken away is explained to the model`() async {
        let result = await call(#"{"name":"narrowed"}"#).result
        #expect(result?["isError"] == true)
        #expect(result?["content"]?.array?.first?["text"]?.string?.contains("/connections") == true)
    }
}
