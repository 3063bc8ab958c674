import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing

@Suite(.sharedStage) struct RegistrationTests {
    static let metadata: JSON = ["redirect_uris": [.string(RegisteredClient.redirect)], "token_endpoint_auth_method": "none"]

    private static func metadata(_ changes: KeyValuePairs<String, JSON?>) -> JSON {
        var object = metadata.object ?? JSONObject()
        for (key, value) in changes { object[key] = value }
        return .object(object)
    }

    @Test func `what was registered is told as it is served, without null`() async throws {
        let stage = try Stage.shared
        let response = await stage.post(
            "/register",
            json: Self.metadata([
                "client_name": "Claude", "grant_types": ["authorization_code"], "response_types": ["code"], "scope": "read",
                "logo_uri": "https://tracker.example/pixel.svg", "jwks": .null, "contacts": ["a@b.example"], "x-unknown": [:],
            ]))
        #expect(response.code == 201)
        #expect(response["Cache-Control"] == "no-store")
        #expect(response["Content-Type"] == "application/json")
        let answer = response.json
        #expect(answer["client_id"]?.string?.isEmpty == false)
        #expect(answer["client_id_issued_at"]?.integer == stage.harness.clock.now.seconds)
        #expect(answer["client_name"] == "Claude")
        #expect(answer["redirect_uris"] == [.string(RegisteredClient.redirect)])
        #expect(answer["token_endpoint_auth_method"] == "none")
        #expect(answer["grant_types"] == ["authorization_code", "refresh_token"])
        #expect(answer["response_types"] == ["code"])
        #expect(!response.text.contains("null"))
        #expect(!response.text.contains("tracker"))
    }

    @Test(
        arguments: [
            ("none", "none", false), ("client_secret_post", "client_secret_post", true),
            ("client_secret_basic", "client_secret_basic", true), (nil, "client_secret_post", true),
        ] as [(String?, String, Bool)])
    func `a secret is given to those who asked for a method with one`(asked: String?, served: String, hasSecret: Bool) async throws {
        let response = try await Stage.shared.post("/register", json: Self.metadata(["token_endpoint_auth_method": asked.map(JSON.string)]))
        #expect(response.code == 201)
        #expect(response.json["token_endpoint_auth_method"] == .string(served))
        #expect((response.json["client_secret"]?.string?.utf8.count ?? 0 >= 43) == hasSecret)
        #expect(response.json["client_secret_expires_at"]?.integer == (hasSecret ? 0 : nil))
        #expect(!response.text.contains("null"))
    }

    @Test func `a public client that registers again gets the same id, one with a secret another`() async throws {
        let stage = try await Stage()
        let first = try await (stage.register(), stage.register(method: "client_secret_post"))
        stage.harness.clock.advance(by: 3600)
        let second = try await (stage.register(), stage.register(method: "client_secret_post"))
        #expect(first.0.id == second.0.id)
        #expect(first.1.id != second.1.id)
        #expect(first.1.secret != second.1.secret)
        #expect(try await stage.register(name: "Another").id != first.0.id)
    }

    @Test(arguments: [
        [
            "cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
        ],
        ["http://127.0.0.1/", "http://127.0.0.1:33418/", "https://vscode.dev/redirect", "https://insiders.vscode.dev/redirect"],
        ["http://[::1]:5000/callback"], ["com.example.app:/callback"],
    ])
    func `redirects of real clients are accepted together`(redirects: [String]) async throws {
        let stage = try Stage.shared
        let response = await stage.post("/register", json: Self.metadata(["redirect_uris": .strings(redirects)]))
        #expect(response.code == 201)
        #expect(response.json["redirect_uris"] == .strings(redirects))
    }

    static let refused: [(String, String)] = [
        ("{}", "invalid_redirect_uri"), (#"{"redirect_uris":[]}"#, "invalid_redirect_uri"),
        (#"{"redirect_uris":"https://a.example/"}"#, "invalid_redirect_uri"), (#"{"redirect_uris":[1]}"#, "invalid_redirect_uri"),
        (#"{"redirect_uris":["http://app.example/"]}"#, "invalid_redirect_uri"),
        (#"{"redirect_uris":["javascript:alert(1)"]}"#, "invalid_redirect_uri"),
        (#"{"redirect_uris":["https://a.example/","http://localhost:80@evil/"]}"#, "invalid_redirect_uri"),
        (#"{"redirect_uris":["https://a.example/#b"]}"#, "invalid_redirect_uri"),
        (#"{"redirect_uris":["https://a.example/?code=1"]}"#, "invalid_redirect_uri"),
        (#"{"redirect_uris":["https://a.example/"],"token_endpoint_auth_method":"private_key_jwt"}"#, "invalid_client_metadata"),
        (#"{"redirect_uris":["https://a.example/"],"token_endpoint_auth_method":1}"#, "invalid_client_metadata"),
        (#"{"redirect_uris":["https://a.example/"],"client_name":{}}"#, "invalid_client_metadata"),
        (#"{"redirect_uris":["https://a.example/"],"grant_types":["client_credentials"]}"#, "invalid_client_metadata"),
        (#"{"redirect_uris":["https://a.example/"],"response_types":["token"]}"#, "invalid_client_metadata"),
        (#"{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}"#, "invalid_client_metadata"),
        (#"["https://a.example/"]"#, "invalid_client_metadata"), ("", "invalid_client_metadata"), ("{", "invalid_client_metadata"),
        ("\u{FEFF}{}", "invalid_client_metadata"), (#"{"redirect_uris":["https://a.example/"],}"#, "invalid_client_metadata"),
        (String(repeating: "[", count: 10_000), "invalid_client_metadata"),
    ]

    @Test(arguments: refused) func `a registration that cannot be served is refused`(body: String, error: String) async throws {
        let stage = try Stage.shared
        let response = await stage.send(.post, "/register", [("Content-Type", "application/json")], body: Array(body.utf8))
        #expect(response.code == 400)
        #expect(response.error == error)
        #expect(response.json["error_description"]?.string != nil)
        #expect(response["Cache-Control"] == "no-store")
    }

    @Test func `more redirects than anybody has, and ids too long for a URL, are refused`() async throws {
        let stage = try Stage.shared
        let eleven = (0..<11).map { "https://a.example/\($0)" }
        #expect(await stage.post("/register", json: Self.metadata(["redirect_uris": .strings(eleven)])).error == "invalid_redirect_uri")
        let ten = (0..<10).map { "https://a.example/\($0)" }
        let response = await stage.post("/register", json: Self.metadata(["redirect_uris": .strings(ten)]))
        #expect(response.code == 201)
        #expect(response.json["client_id"]?.string?.utf8.count ?? .max <= 1024)
        let long = (0..<3).map { "https://a.example/\($0)" + String(repeating: "a", count: 400) }
        #expect(await stage.post("/register", json: Self.metadata(["redirect_uris": .strings(long)])).error == "invalid_client_metadata")
    }

    @Test(arguments: [
        [("Content-Type", "text/plain")], [("Content-Type", "application/x-www-form-urlencoded")], [],
        [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
    ])
    func `anything but plain JSON is an unsupported media type`(headers: [(String, String)]) async throws {
        let response = try await Stage.shared.send(.post, "/register", headers, body: Self.metadata.serialized)
        #expect(response.code == 415)
        #expect(response.error == "invalid_client_metadata")
    }

    @Test func `a character set beside the media type does no harm`() async throws {
        let headers = [("Content-Type", "Application/JSON; charset=utf-8")]
        #expect(try await Stage.shared.send(.post, "/register", headers, body: Self.metadata.serialized).code == 201)
    }

    @Test func `16 KiB are enough`() async throws {
        let stage = try Stage.shared
        let room = 16 << 10
        let padded = Self.metadata.serialized + [UInt8](repeating: 0x20, count: room - Self.metadata.serialized.count)
        #expect(await stage.send(.post, "/register", [("Content-Type", "application/json")], body: padded).code == 201)
        let response = await stage.send(.post, "/register", [("Content-Type", "application/json")], body: padded + [0x20])
        #expect(response.code == 413)
        #expect(response.error == "invalid_request")
    }

    @Test func `registrations leave nothing behind`() async throws {
        let stage = try await Stage()
        let before = try stage.rows()
        for number in 0..<200 { _ = try await stage.register(name: "Client \(number)", method: number % 2 == 0 ? "none" : nil) }
        try await stage.harness.settle()
        #expect(try stage.rows() == before)
        let tokens = try await stage.connect(try await stage.register(name: "Client 201"))
        #expect(await stage.call("tools/list", as: tokens).code == 200)
    }
}
