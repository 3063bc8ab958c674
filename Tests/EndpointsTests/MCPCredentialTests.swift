import Endpoints
import HTTPTypes
import MCP
import Primitives
import TestKit
import Testing

/// Who may call `/mcp`, and what everybody else is told.
struct MCPCredentialTests {
    private static let metadata = Stage.issuer + "/.well-known/oauth-protected-resource/mcp"

    @Test(arguments: [HTTPRequest.Method.post, .get, .delete])
    func `without credentials the challenge says where to go, and no error`(method: HTTPRequest.Method) async throws {
        let stage = try await Stage()
        let response = await stage.send(method, "/mcp", [("Accept", "*/*")])
        #expect(response.code == 401)
        #expect(response.challenge == ["": "Bearer", "resource_metadata": Self.metadata, "scope": "read write"])
        #expect(response["Cache-Control"] == "no-store")
        #expect(response.json["error_description"]?.string != nil)
    }

    static let bad: [String] = [
        "x", "dbr_AAAAAAAA", "dbc_AAAAAAAA", ValTownDouble.token, "a.b.c", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30.",
        String(repeating: "a", count: 20_000), "{\"payload\":\"e30\"}", "a b",
    ]

    @Test(arguments: bad) func `a bad token is invalid_token, by every method`(token: String) async throws {
        let stage = try await Stage()
        for method in [HTTPRequest.Method.post, .get, .delete] {
            let response = await stage.send(method, "/mcp", Stage.bearer(token) + [("Content-Type", "application/json")])
            #expect(response.code == 401)
            #expect(response.challenge["error"] == "invalid_token")
            #expect(response.challenge["resource_metadata"] == Self.metadata)
            #expect(response.error == "invalid_token")
        }
        #expect(stage.valTown.calls == 0)
    }

    @Test(arguments: ["Basic YTpi", "Bearer", "Bearer ", "Bearer  x", "bearer", "Digest a=b", "Token x", "x"])
    func `an Authorization header that is no bearer is no credential`(value: String) async throws {
        let response = try await Stage().call("tools/list", with: [("Authorization", value)])
        #expect(response.code == 401)
        #expect(response.challenge[""] == "Bearer")
    }

    @Test func `the scheme may be written in any case`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        for scheme in ["bearer", "BEARER"] {
            #expect(await stage.call("tools/list", with: [("Authorization", scheme + " " + tokens.access)]).code == 200)
        }
    }

    @Test func `one kind of token does not work where another belongs`() async throws {
        let stage = try await Stage()
        let approved = try await stage.approve(stage.visit())
        let tokens = try await stage.exchange(approved)
        for token in [tokens.refresh, approved.code, tokens.client.id, ValTownDouble.token] {
            #expect(await stage.call("tools/list", with: Stage.bearer(token)).challenge["error"] == "invalid_token")
        }
        let calls = stage.valTown.calls
        for token in [
            tokens.refresh, approved.code, tokens.access, " " + tokens.refresh, "\u{0B}" + tokens.refresh, "\u{0C}" + tokens.access,
        ] {
            let response = await stage.call("tools/list", with: Stage.header(token))
            #expect(response.code == 401)
            #expect(response["WWW-Authenticate"] == nil)
        }
        #expect(stage.valTown.calls == calls)
    }

    @Test func `a token in the query or in a cookie is no credential`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        for name in ["access_token", "token", "Authorization"] {
            let response = await stage.send(
                .post, "/mcp", query: "\(name)=\(tokens.access)",
                [("Content-Type", "application/json"), ("Cookie", "\(name)=\(tokens.access)")])
            #expect(response.code == 401)
            #expect(response.challenge["error"] == nil)
        }
        let response = await stage.send(
            .post, "/mcp", query: "access_token=nonsense", Stage.bearer(tokens.access) + [("Content-Type", "application/json")],
            body: JSON(dictionaryLiteral: ("jsonrpc", "2.0"), ("id", 1), ("method", "ping")).serialized)
        #expect(response.code == 200)
    }

    @Test func `two credentials are one too many`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let calls = stage.valTown.calls
        let (bearer, header) = (Stage.bearer(tokens.access), Stage.header(ValTownDouble.token))
        for headers in [bearer + header, header + bearer, header + header, header + [("Authorization", "Basic YTpi")], bearer + bearer] {
            for path in ["/mcp", "/legacy/mcp"] {
                let response = await stage.call("tools/list", at: path, with: headers)
                #expect(response.code == 400)
                #expect(response.error == "invalid_request")
                #expect(response["WWW-Authenticate"] == nil)
            }
        }
        #expect(stage.valTown.calls == calls)
    }

    @Test func `a revoked grant is dead at once, though its token has not expired`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        #expect(await stage.call("tools/list", as: tokens).code == 200)
        _ = await stage.post("/revoke", form: [("token", tokens.refresh)] + tokens.client.credentials)
        for era in [Era.legacy, .modern] {
            #expect(await stage.call("tools/list", era: era, as: tokens).challenge["error"] == "invalid_token")
        }
    }

    @Test func `an access token ends with its lifetime and the leeway`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        stage.harness.clock.advance(by: 929)
        #expect(await stage.call("tools/list", as: tokens).code == 200)
        stage.harness.clock.advance(by: 2)
        #expect(await stage.call("tools/list", as: tokens).challenge["error"] == "invalid_token")
        #expect(await stage.call("tools/list", as: try await stage.refresh(tokens)).code == 200)
    }

    @Test(
        arguments: [nil, "", "evil.example", "bridge.example.test:8443", "bridge.example.test.evil.example", "127.0.0.1", "localhost"]
            as [String?])
    func `a Host that is not served is refused before anything else`(authority: String?) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let calls = stage.valTown.calls
        for path in ["/mcp", "/legacy/mcp"] {
            for headers in [[], Stage.bearer(tokens.access), Stage.header(ValTownDouble.token)] {
                let response = await stage.send(.post, path, headers + [("Content-Type", "application/json")], authority: authority)
                #expect(response.code == 403)
                #expect(response["WWW-Authenticate"] == nil)
            }
        }
        #expect(stage.valTown.calls == calls)
    }

    @Test func `the host may carry its default port`() async throws {
        #expect(try await Stage().send(.post, "/mcp", authority: Stage.host + ":443").code == 401)
    }
}
