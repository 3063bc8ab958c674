import Endpoints
import HTTPTypes
import MCP
import Primitives
import TestKit
import Testing
import Upstream

/// What `/mcp` answers to somebody who may call it.
struct MCPRequestTests {
    @Test(arguments: [Era.legacy, .modern]) func `both eras list and call`(era: Era) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let list = await stage.call("tools/list", era: era, as: tokens)
        #expect(list.code == 200)
        #expect(list["Content-Type"] == "application/json")
        #expect(list["Cache-Control"] == "no-store")
        #expect(list.toolNames.contains("list-my-vals"))
        let call = await stage.callTool("list-my-vals", era: era, as: tokens)
        #expect(call.code == 200)
        #expect(!call.isToolError)
        #expect(call.toolText.contains("adasVal"))
        #expect(call.json["result"]?["structuredContent"]?["items"]?.array?.count == 1)
        #expect((call.json["result"]?["resultType"] == "complete") == (era == .modern))
        #expect(call.json["id"] == 7)
    }

    @Test func `the handshake of the legacy era and the discovery of the modern one work`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let initialize: JSON = ["protocolVersion": "2025-06-18", "capabilities": [:], "clientInfo": ["name": "test", "version": "1"]]
        let answer = await stage.call("initialize", initialize, as: tokens)
        #expect(answer.json["result"]?["protocolVersion"] == "2025-06-18")
        #expect(answer["Mcp-Session-Id"] == nil)
        let notification: JSON = ["jsonrpc": "2.0", "method": "notifications/initialized"]
        let accepted = await stage.post("/mcp", json: notification, Stage.bearer(tokens.access))
        #expect(accepted.code == 202)
        #expect(accepted.bytes.isEmpty)
        let discovery = await stage.call("server/discover", era: .modern, as: tokens)
        #expect(discovery.json["result"]?["supportedVersions"]?.strings?.contains("2026-07-28") == true)
        #expect(discovery.json["result"]?["cacheScope"] == "private")
    }

    @Test func `a header that contradicts the body is refused`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let body: JSON = [
            "jsonrpc": "2.0", "id": 1, "method": "tools/list",
            "params": [
                "_meta": ["io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:]]
            ],
        ]
        let headers = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call")]
        let response = await stage.post("/mcp", json: body, Stage.bearer(tokens.access) + headers)
        #expect(response.code == 400)
        #expect(response.rpcError == -32020)
    }

    @Test(arguments: [HTTPRequest.Method.get, .delete, .head]) func `nothing is streamed and no session ended: POST alone`(
        method: HTTPRequest.Method
    ) async throws {
        let stage = try await Stage()
        for headers in [Stage.bearer(try await stage.connect().access), Stage.header(ValTownDouble.token)] {
            let response = await stage.send(method, "/mcp", headers + [("Accept", "text/event-stream")])
            #expect(response.code == 405)
            #expect(response["Allow"] == "POST")
            #expect(response["WWW-Authenticate"] == nil)
        }
    }

    @Test(arguments: [
        [], [("Content-Type", "text/plain")], [("Content-Type", "application/x-www-form-urlencoded")],
        [("Content-Type", "application/json-rpc")],
    ])
    func `anything but JSON is an unsupported media type`(headers: [(String, String)]) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        #expect(await stage.send(.post, "/mcp", Stage.bearer(tokens.access) + headers, body: Array("{}".utf8)).code == 415)
    }

    @Test(arguments: ["*/*", "application/json", "text/event-stream", "text/html", ""]) func `no Accept is refused`(accept: String)
        async throws
    {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let body: JSON = ["jsonrpc": "2.0", "id": 1, "method": "ping"]
        #expect(await stage.post("/mcp", json: body, Stage.bearer(tokens.access) + [("Accept", accept)]).code == 200)
    }

    @Test func `a body of more than 4 MiB is refused, and before it anybody without a token`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let body = [UInt8](repeating: 0x20, count: 4 << 20 + 1)
        let type = [("Content-Type", "application/json")]
        let response = await stage.send(.post, "/mcp", Stage.bearer(tokens.access) + type, body: body)
        #expect(response.code == 413)
        #expect(response.error == "invalid_request")
        #expect(await stage.send(.post, "/mcp", type, body: body).code == 401)
    }

    @Test(
        arguments: [
            ("{", 400, -32700), ("", 400, -32700), ("[1", 400, -32700), (#"{"a":1,"a":2}"#, 400, -32700), ("{}", 400, -32600),
            (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, 400, -32600), (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, 400, -32600),
            (#"{"jsonrpc":"2.0","id":1,"method":"nothing"}"#, 200, -32601),
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nothing"}}"#, 200, -32602),
            (String(repeating: "[", count: 10_000), 400, -32700),
        ] as [(String, Int, Int64)])
    func `a message that cannot be served says why`(body: String, status: Int, error: Int64) async throws {
        let stage = try await Stage()
        let headers = Stage.bearer(try await stage.connect().access) + [("Content-Type", "application/json; charset=utf-8")]
        let calls = stage.valTown.calls
        let response = await stage.send(.post, "/mcp", headers, body: Array(body.utf8))
        #expect(response.code == status)
        #expect(response.rpcError == error)
        #expect(stage.valTown.calls == calls)
    }

    @Test func `bad arguments are told to the model, and nothing is sent`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let calls = stage.valTown.calls
        for arguments: JSON in [["limit": 0], ["limit": "x"], ["unknown": 1]] {
            let response = await stage.callTool("list-my-vals", arguments, as: tokens)
            #expect(response.code == 200)
            #expect(response.isToolError)
        }
        for id in ["..", ".", "", "a\u{0}b"] {
            #expect(await stage.callTool("get-val", ["val_id": .string(id)], as: tokens).isToolError, "\(id)")
        }
        #expect(stage.valTown.calls == calls)
    }

    @Test func `a name in a path stays one segment`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        for (name, path) in [
            ("a/../b", "/v1/alias/a%2F..%2Fb"), ("%2f", "/v1/alias/%252f"), ("a?b#c", "/v1/alias/a%3Fb%23c"),
            ("https://evil.example/", "/v1/alias/https%3A%2F%2Fevil.example%2F"),
        ] {
            _ = await stage.callTool("get-user", ["username": .string(name)], as: tokens)
            let request = try #require(stage.valTown.requests.last)
            #expect(request.path == path)
            #expect(request.origin == ValTownDouble.origin)
        }
    }

    @Test func `only what the profile names leaves, and never a token of this bridge`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let noise: Pairs = [
            ("Cookie", "session=secret-cookie"), ("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9"),
            ("X-Secret", "noise"),
            ("Traceparent", "00-noise"), ("Origin", Stage.issuer), ("Referer", "https://noise.example/"), ("User-Agent", "Claude/1"),
        ]
        let call: JSON = ["name": "create-val", "arguments": ["name": "made", "privacy": "private"]]
        let response = await stage.call("tools/call", call, with: Stage.bearer(tokens.access) + noise)
        #expect(!response.isToolError, "\(response.text)")
        let request = try #require(stage.valTown.requests.last)
        #expect(request.url == "https://api.val.town/v2/vals")
        #expect(Set(request.headers.map(\.name)) == ["Accept", "User-Agent", "Authorization", "Content-Type"])
        #expect(request.headers.first { $0.name == "Authorization" }?.value == "Bearer " + ValTownDouble.token)
        for request in stage.valTown.requests {
            let all = request.url + request.headers.map(\.value).joined() + String(decoding: request.body ?? [], as: UTF8.self)
            for secret in [tokens.access, tokens.refresh, "secret-cookie", "203.0.113.9", "noise", "Claude/1"] {
                #expect(!all.contains(secret))
            }
        }
    }

    @Test func `a token that has died is told with the way to repair it, and the client stays connected`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        stage.valTown.delete(ValTownDouble.token)
        let response = await stage.callTool("list-my-vals", as: tokens)
        #expect(response.code == 200)
        #expect(response.isToolError)
        #expect(response.toolText.contains(Stage.issuer + "/connect"))
        #expect(!response.text.contains(ValTownDouble.token))
        #expect(await stage.call("tools/list", as: try await stage.refresh(tokens)).code == 200)
    }

    @Test(arguments: [UpstreamFailure.unreachable, .timedOut, .connectionLost, .malformed, .tooLarge(limit: 1)])
    func `an upstream that fails is told to the model`(failure: UpstreamFailure) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        stage.valTown.setOutage(failure)
        let response = await stage.callTool("list-my-vals", as: tokens)
        #expect(response.code == 200)
        #expect(response.isToolError)
        stage.valTown.setOutage(nil)
        #expect(await !stage.callTool("list-my-vals", as: tokens).isToolError)
    }

    @Test func `a token that was pasted for one address is not sent to another`() async throws {
        let stage = try await Stage(origin: "https://evil.example")
        let tokens = try await stage.connect()
        let calls = stage.valTown.calls
        let response = await stage.callTool("list-my-vals", as: tokens)
        #expect(response.isToolError)
        #expect(stage.valTown.calls == calls)
    }

    @Test func `two clients with the same ids get their own answers`() async throws {
        let stage = try await Stage()
        let ada = try await stage.connect()
        let bob = try await stage.connect(try await stage.register(name: "Bob's"), token: ValTownDouble.bobsToken)
        let answers = await inParallel(8) { @Sendable in
            let (one, other) = await (stage.callTool("list-my-vals", as: ada), stage.callTool("list-my-vals", as: bob))
            return (one.toolText, other.toolText)
        }.values()
        #expect(answers.count == 8)
        for (one, other) in answers { #expect(one.contains("adasVal") && other.contains("bobsVal")) }
    }
}
