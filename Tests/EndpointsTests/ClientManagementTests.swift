import AuthorizationServer
import Endpoints
import HTTPTypes
import OAuth
import Primitives
import TestKit
import Testing

/// RFC 7592 over HTTP, and the registration policies as clients and people meet them.
struct ClientManagementTests {
    private struct Managed {
        let answer: JSON
        let path: String
        let bearer: (String, String)
        var client: RegisteredClient { RegisteredClient(id: answer["client_id"]?.string ?? "", secret: answer["client_secret"]?.string) }
    }

    private static let metadata: JSON = [
        "redirect_uris": [.string(RegisteredClient.redirect)], "token_endpoint_auth_method": "client_secret_post",
    ]

    private func register(_ stage: Stage) async throws -> Managed {
        let answer = await stage.post("/register", json: Self.metadata).json
        let uri = try #require(answer["registration_client_uri"]?.string)
        let token = try #require(answer["registration_access_token"]?.string)
        #expect(uri.hasPrefix(Stage.issuer + "/register/"))
        return Managed(answer: answer, path: String(uri.dropFirst(Stage.issuer.count)), bearer: ("Authorization", "Bearer " + token))
    }

    private func put(_ stage: Stage, _ managed: Managed, _ body: JSON) async -> Response {
        await stage.send(.put, managed.path, [managed.bearer, ("Content-Type", "application/json")], body: body.serialized)
    }

    @Test func `a registration with a secret says where it can be read, and reading it gives the same`() async throws {
        let stage = try await Stage()
        let managed = try await register(stage)
        for path in [managed.path, "/oauth" + managed.path] {
            let response = await stage.get(path, [managed.bearer])
            #expect(response.code == 200)
            #expect(response["Cache-Control"] == "no-store")
            var expected = try #require(managed.answer.object)
            expected["client_id_issued_at"] = nil
            #expect(response.json == .object(expected))
        }
    }

    @Test func `a public registration says nothing of it, and its address answers 401`() async throws {
        let stage = try await Stage()
        let client = try await stage.register()
        let again = await stage.post(
            "/register", json: ["redirect_uris": [.string(RegisteredClient.redirect)], "token_endpoint_auth_method": "none"])
        #expect(again.json["registration_client_uri"] == nil && again.json["registration_access_token"] == nil)
        for method in [HTTPRequest.Method.get, .put, .delete] {
            let response = await stage.send(method, "/register/" + client.id, [("Authorization", "Bearer dbm_x")])
            #expect(response.code == 401)
            #expect(response.error == "invalid_token")
            #expect(response.challenge[""] == "Bearer")
        }
    }

    @Test func `without its own token a registration can be neither read nor changed`() async throws {
        let stage = try await Stage()
        let (managed, other) = (try await register(stage), try await register(stage))
        for headers in [[], [other.bearer], [("Authorization", "Basic YTpi")], [managed.bearer, managed.bearer]] {
            for method in [HTTPRequest.Method.get, .put, .delete] {
                #expect(await stage.send(method, managed.path, headers).code == 401)
            }
        }
        #expect(await stage.get("/register/").code == 404)
        #expect(await stage.get("/register/a/b").code == 404)
        #expect(await stage.post("/register/a", json: [:]).code == 405)
    }

    @Test func `before the first approval a change is refused with 403, afterwards it holds, and deleting ends everything`() async throws {
        let stage = try await Stage()
        let managed = try await register(stage)
        #expect(await put(stage, managed, Self.metadata).code == 403)
        #expect(await stage.send(.delete, managed.path, [managed.bearer]).code == 403)

        let tokens = try await stage.connect(managed.client)
        var changed = try #require(Self.metadata.object)
        changed["client_name"] = "Renamed"
        changed["client_id"] = managed.answer["client_id"]
        let answer = await put(stage, managed, .object(changed))
        #expect(answer.code == 200)
        #expect(answer.json["client_name"] == "Renamed")
        #expect(answer.json["client_secret"] == managed.answer["client_secret"])
        #expect(await put(stage, managed, ["redirect_uris": ["javascript:alert(1)"]]).error == "invalid_redirect_uri")
        #expect(await stage.call("tools/list", as: tokens).code == 200)

        let deleted = await stage.send(.delete, managed.path, [managed.bearer])
        #expect(deleted.code == 204)
        #expect(deleted.bytes.isEmpty)
        #expect(await stage.call("tools/list", as: tokens).code == 401)
        #expect(await stage.post("/token", form: tokens.refreshing).error == "invalid_client")
        #expect(await stage.get(managed.path, [managed.bearer]).code == 401)
        #expect(await stage.get("/authorize", query: stage.query(managed.client)).code == 400)
    }

    @Test func `a blocked client is told so by a page and by 400, and its calls by 401`() async throws {
        let stage = try await Stage()
        let managed = try await register(stage)
        let tokens = try await stage.connect(managed.client)
        _ = try await stage.harness.store.block(ClientID(managed.client.id))
        let page = await stage.get("/authorize", query: stage.query(managed.client))
        #expect(page.code == 400 && page.isPage)
        #expect(try Page(page).text.contains("blocked"))
        #expect(await stage.post("/token", form: tokens.refreshing).error == "unauthorized_client")
        #expect(await stage.call("tools/list", as: tokens).code == 401)
        #expect(await stage.get(managed.path, [managed.bearer]).code == 403)
        _ = try await stage.harness.store.unblock(ClientID(managed.client.id))
        #expect(await stage.call("tools/list", as: tokens).code == 200)
    }

    @Test func `where nobody may register, the metadata do not offer it and the endpoint says so`() async throws {
        let stage = try await Stage(registration: .off)
        let response = await stage.post("/register", json: Self.metadata)
        #expect(response.code == 403)
        #expect(response.error == "access_denied")
        for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
            #expect(await stage.get(path).json["registration_endpoint"] == nil)
        }
        #expect(try await Stage().get("/.well-known/oauth-authorization-server").json["registration_endpoint"] != nil)
    }

    /// PROTOCOL: the redirects of clients on the web, as each of them registers.
    @Test(arguments: [
        ["https://claude.ai/api/mcp/auth_callback"], ["https://claude.com/api/mcp/auth_callback"],
        ["https://chatgpt.com/connector/oauth/6f1c2d"], ["https://chatgpt.com/connector_platform_oauth_redirect"],
        ["http://127.0.0.1/", "http://127.0.0.1:33418/", "https://vscode.dev/redirect", "https://insiders.vscode.dev/redirect"],
        [
            "cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
        ],
        ["http://localhost:6274/oauth/callback/debug"], ["http://127.0.0.1:6276/oauth/callback"], ["http://localhost:3334/oauth/callback"],
    ])
    func `well-known clients register where only they may`(redirects: [String]) async throws {
        let stage = try await Stage(registration: .known)
        #expect(try await stage.register(redirects: redirects).id.isEmpty == false)
        let strange = redirects + ["https://stranger.example.test/callback"]
        let response = await stage.post("/register", json: ["redirect_uris": .strings(strange)])
        #expect(response.code == 400)
        #expect(response.error == "invalid_redirect_uri")
    }

    @Test func `an unverified web site that nobody knows is warned about in stronger words`() async throws {
        let stage = try await Stage()
        let warning = "Nobody here knows this web site"
        for (redirect, isStrange) in [
            (RegisteredClient.redirect, true), ("https://claude.ai/api/mcp/auth_callback", false), ("http://127.0.0.1:5000/cb", false),
            ("cursor://anysphere.cursor-mcp/oauth/callback", false),
        ] {
            let visit = try await stage.visit(try await stage.register(redirects: [redirect]), changing: ["redirect_uri": redirect])
            #expect(try visit.page.text.contains(warning) == isStrange, "\(redirect)")
            // Nobody vouches for any of them.
            #expect(try visit.form.choices("understood") == ["yes"])
        }
    }

    @Test func `an error goes to a well-known client at once, and no further than its own redirect`() async throws {
        let stage = try await Stage()
        let redirect = "https://claude.ai/api/mcp/auth_callback"
        let client = try await stage.register(redirects: [redirect])
        let response = await stage.get(
            "/authorize", query: stage.query(client, changing: ["redirect_uri": redirect, "code_challenge_method": "plain"]))
        #expect(response.code == 303)
        let location = try #require(response["Location"])
        #expect(location.hasPrefix(redirect + "?error=invalid_request&"))
        #expect(Harness.parameter("state", of: location) == "a b&c")
        #expect(Harness.parameter("iss", of: location) == Stage.issuer)
        #expect(response["Cache-Control"] == "no-store")
        let foreign = await stage.get(
            "/authorize", query: stage.query(client, changing: ["redirect_uri": redirect + "/", "code_challenge_method": "plain"]))
        #expect(foreign.code == 400 && foreign["Location"] == nil)
    }
}
