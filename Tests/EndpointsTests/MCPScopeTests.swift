import Endpoints
import MCP
import Primitives
import TestKit
import Testing

/// What a grant allows, at the list and at the call.
struct MCPScopeTests {
    private static let create: JSON = ["name": "made", "privacy": "private"]
    private static let delete: JSON = ["val_id": "123e4567-e89b-12d3-a456-426614174000"]

    @Test(
        arguments: [
            ("vals:read", "create-val", create, "vals:read vals:write"), ("read", "create-val", create, "read vals:write"),
            ("read write", "delete-val", delete, "read write vals:delete"),
            ("vals:read blobs:read", "get-my-info", [:], "account:read vals:read blobs:read"),
        ] as [(String, String, JSON, String)], [Era.legacy, .modern])
    func `a power that was never asked for may be asked for now`(
        scenario: (scope: String, tool: String, arguments: JSON, needed: String), era: Era
    ) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect(scope: scenario.scope)
        let calls = stage.valTown.calls
        let response = await stage.callTool(scenario.tool, scenario.arguments, era: era, as: tokens)
        #expect(response.code == 403)
        #expect(response.challenge["error"] == "insufficient_scope")
        #expect(response.challenge["resource_metadata"] == Stage.issuer + "/.well-known/oauth-protected-resource/mcp")
        let named = Set((response.challenge["scope"] ?? "").split(separator: " ").map(String.init))
        #expect(named == Set(scenario.needed.split(separator: " ").map(String.init)))
        #expect(response.error == "insufficient_scope")
        #expect(stage.valTown.calls == calls)
        // A client that asks for just that gets there.
        let more = try await stage.connect(tokens.client, scope: response.challenge["scope"])
        #expect(await stage.callTool(scenario.tool, scenario.arguments, era: era, as: more).code == 200)
    }

    @Test(arguments: [Era.legacy, .modern]) func `a power that the person refused is told to the model`(era: Era) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect(scope: "read write", granting: ["vals:read"])
        let calls = stage.valTown.calls
        for (tool, arguments) in [("create-val", Self.create), ("get-my-info", [:])] {
            let response = await stage.callTool(tool, arguments, era: era, as: tokens)
            #expect(response.code == 200)
            #expect(response.isToolError)
            #expect(response.toolText.contains(Stage.issuer + "/connections"))
            #expect(response["WWW-Authenticate"] == nil)
        }
        #expect(stage.valTown.calls == calls)
    }

    @Test(arguments: ["read", "read write delete"]) func `a grant to read neither lists nor calls what writes`(asked: String) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect(scope: asked, granting: ["read"])
        #expect(tokens.scope == "read")
        let tools = await stage.call("tools/list", as: tokens).tools
        #expect(tools.count > 10)
        for tool in tools { #expect(tool["annotations"]?["readOnlyHint"] == true, "\(tool["name"]?.string ?? "")") }
        let everything = await stage.call("tools/list", with: Stage.header(ValTownDouble.token)).tools
        let listed = Set(tools.compactMap { $0["name"]?.string })
        let others = everything.compactMap { $0["name"]?.string }.filter { !listed.contains($0) }
        #expect(others.count > 5)
        let calls = stage.valTown.calls
        for name in others {
            let response = await stage.callTool(name, as: tokens)
            #expect(asked == "read" ? response.code == 403 : response.isToolError, "\(name)")
        }
        #expect(stage.valTown.calls == calls)
    }

    @Test func `destructive tools need delete`() async throws {
        let stage = try await Stage()
        let tools = await stage.call("tools/list", as: try await stage.connect(scope: "read write")).tools
        let all = await stage.call("tools/list", as: try await stage.connect(scope: "read write delete")).tools
        #expect(all.count > tools.count)
        for name in ["delete-val", "delete-blob", "execute-sql"] {
            #expect(all.contains { $0["name"] == .string(name) })
            #expect(!tools.contains { $0["name"] == .string(name) })
        }
    }

    @Test func `an access token that was narrowed lists less`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let narrow = try await stage.refresh(tokens, scope: "vals:read")
        let names = await stage.call("tools/list", as: narrow).toolNames
        #expect(names.contains("list-my-vals"))
        #expect(!names.contains("create-val") && !names.contains("list-blobs"))
        let calls = stage.valTown.calls
        let response = await stage.callTool("create-val", Self.create, as: narrow)
        #expect(response.code == 403 || response.isToolError)
        #expect(stage.valTown.calls == calls)
    }

    @Test func `an array with one call that needs more is refused before anything happens`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect(scope: "vals:read")
        let calls = stage.valTown.calls
        let body: JSON = .array(
            [("list-my-vals", [:]), ("create-val", Self.create)].enumerated().map { index, call in
                [
                    "jsonrpc": "2.0", "id": .integer(index), "method": "tools/call",
                    "params": ["name": .string(call.0), "arguments": call.1],
                ]
            })
        let response = await stage.post("/mcp", json: body, Stage.bearer(tokens.access))
        #expect(response.code == 403)
        #expect(response.challenge["scope"] == "vals:read vals:write")
        #expect(stage.valTown.calls == calls)
    }

    @Test func `the challenge never asks for offline_access`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect(scope: "vals:read offline_access openid")
        #expect(tokens.scope == "vals:read")
        #expect(await stage.callTool("create-val", Self.create, as: tokens).challenge["scope"] == "vals:read vals:write")
    }
}
