import Endpoints
import HTTPTypes
import MCP
import Primitives
import TestKit
import Testing
import Upstream

/// Clients that send the API's own token with each request.
struct HeaderTokenTests {
    static let paths = ["/mcp", "/legacy/mcp"]

    /// A 401 or another refusal that starts nobody's OAuth.
    private static func expectPlain(_ response: Response, _ status: Int) {
        #expect(response.code == status)
        #expect(response["WWW-Authenticate"] == nil)
        #expect(response["Cache-Control"] == "no-store")
        #expect(response.json["error_description"]?.string?.isEmpty == false)
        #expect(!response.text.contains("oauth"))
    }

    @Test(arguments: paths, [Era.legacy, .modern]) func `a good one lists and calls`(path: String, era: Era) async throws {
        let stage = try await Stage()
        let headers = Stage.header(ValTownDouble.token)
        #expect(await stage.call("tools/list", era: era, at: path, with: headers).toolNames.contains("delete-val"))
        let call: JSON = ["name": "list-my-vals", "arguments": [:]]
        #expect(await stage.call("tools/call", call, era: era, at: path, with: headers).toolText.contains("adasVal"))
        for rows in ["grants", "entries", "clients"] { #expect(try stage.harness.count(rows) == 0) }
    }

    @Test(arguments: paths) func `a verdict holds for a minute, and is asked for before the first answer`(path: String) async throws {
        let stage = try await Stage()
        let headers = Stage.header(ValTownDouble.token)
        for seconds: Int64 in [0, 30, 29] {
            stage.harness.clock.advance(by: seconds)
            #expect(await stage.call("ping", at: path, with: headers).code == 200)
            #expect(stage.valTown.questions == 1)
        }
        stage.harness.clock.advance(by: 2)
        #expect(await stage.call("ping", at: path, with: headers).code == 200)
        #expect(stage.valTown.questions == 2)
    }

    @Test func `the verdict on one token says nothing about another`() async throws {
        let stage = try await Stage()
        #expect(await stage.call("ping", with: Stage.header(ValTownDouble.token)).code == 200)
        #expect(await stage.call("ping", with: Stage.header(ValTownDouble.token + "x")).code == 401)
        #expect(await stage.call("ping", with: Stage.header(ValTownDouble.bobsToken)).code == 200)
        #expect(stage.valTown.questions == 3)
    }

    @Test(arguments: paths) func `a refused one is asked about again, and may become good`(path: String) async throws {
        let stage = try await Stage()
        let headers = Stage.header(ValTownDouble.unknownToken)
        for question in 1...2 {
            Self.expectPlain(await stage.call("ping", at: path, with: headers), 401)
            #expect(stage.valTown.questions == question)
        }
        stage.valTown.issue(ValTownDouble.unknownToken, to: "carol")
        #expect(await stage.call("ping", at: path, with: headers).code == 200)
    }

    @Test(arguments: ["a b", "vtwn_\u{7F}a", "vtwn_é", String(repeating: "a", count: 5000)])
    func `what cannot be a token is refused without a question`(token: String) async throws {
        let stage = try await Stage()
        Self.expectPlain(await stage.call("ping", with: Stage.header(token)), 401)
        #expect(stage.valTown.calls == 0)
    }

    @Test(arguments: paths) func `while Val Town is down the answer is 503, and later it works`(path: String) async throws {
        let stage = try await Stage()
        let headers = Stage.header(ValTownDouble.token)
        stage.valTown.setOutage(.unreachable)
        let response = await stage.call("tools/list", at: path, with: headers)
        Self.expectPlain(response, 503)
        #expect(response["Retry-After"].flatMap { Int($0) } != nil)
        stage.valTown.setOutage(nil)
        #expect(await stage.call("tools/list", at: path, with: headers).code == 200)
    }

    @Test(arguments: paths) func `an account that is not admitted stays out, and a nameless token, too`(path: String) async throws {
        let stage = try await Stage(admitted: ["@ada"])
        #expect(await stage.call("tools/list", at: path, with: Stage.header(ValTownDouble.token)).code == 200)
        Self.expectPlain(await stage.call("tools/list", at: path, with: Stage.header(ValTownDouble.bobsToken)), 403)
        let nameless = await stage.call("tools/list", at: path, with: Stage.header(ValTownDouble.namelessToken))
        Self.expectPlain(nameless, 403)
        #expect(nameless.text.contains("Users: Read"))
    }

    @Test func `no credential at the door without OAuth is a bare 401`() async throws {
        let stage = try await Stage()
        for method in [HTTPRequest.Method.post, .get, .delete] { Self.expectPlain(await stage.send(method, "/legacy/mcp"), 401) }
        Self.expectPlain(await stage.call("ping", at: "/legacy/mcp", with: Stage.bearer(try await stage.connect().access)), 401)
        Self.expectPlain(await stage.call("ping", at: "/legacy/mcp", with: Stage.bearer(ValTownDouble.token)), 401)
    }

    @Test func `only what the profile names leaves, with the token that came`() async throws {
        let stage = try await Stage()
        let noise = [("Cookie", "secret-cookie"), ("X-Forwarded-For", "203.0.113.9")]
        let call: JSON = ["name": "list-my-vals", "arguments": [:]]
        _ = await stage.call("tools/call", call, with: Stage.header(ValTownDouble.bobsToken) + noise)
        for request in stage.valTown.requests {
            #expect(Set(request.headers.map(\.name)).isSubset(of: ["Accept", "User-Agent", "Authorization", "Content-Type"]))
            #expect(request.headers.first { $0.name == "Authorization" }?.value == "Bearer " + ValTownDouble.bobsToken)
        }
        #expect(stage.valTown.calls == 2)
    }

    // MARK: Closed

    @Test func `a closed door is not seen`() async throws {
        let stage = try await Stage(legacy: .off)
        let tokens = try await stage.connect()
        let calls = stage.valTown.calls
        let refused = await stage.call("tools/list", with: Stage.header(ValTownDouble.token))
        #expect(refused.code == 401)
        #expect(refused.challenge[""] == "Bearer")
        #expect(refused.challenge["error"] == nil)
        for method in [HTTPRequest.Method.post, .get, .delete, .options] {
            #expect(await stage.send(method, "/legacy/mcp", Stage.header(ValTownDouble.token)).code == 404)
        }
        let both = Stage.bearer(tokens.access) + Stage.header(ValTownDouble.token)
        #expect(await stage.call("tools/list", with: both).code == 200)
        #expect(await stage.call("tools/list", with: Stage.bearer(ValTownDouble.token)).code == 401)
        #expect(stage.valTown.calls == calls)
    }

    // MARK: As a bearer

    @Test func `an API token may come as a bearer where that is allowed`() async throws {
        let stage = try await Stage(legacy: .headerAndBearer)
        let tokens = try await stage.connect()
        let questions = stage.valTown.questions
        #expect(await stage.call("tools/list", as: tokens).code == 200)
        #expect(stage.valTown.questions == questions)
        for path in Self.paths {
            #expect(await stage.call("tools/list", at: path, with: Stage.bearer(ValTownDouble.token)).code == 200)
            #expect(await stage.call("tools/list", at: path, with: Stage.header(ValTownDouble.token)).code == 200)
            Self.expectPlain(await stage.call("tools/list", at: path, with: Stage.bearer(ValTownDouble.unknownToken)), 401)
        }
        #expect(await stage.call("tools/list", with: Stage.bearer(ValTownDouble.token) + Stage.header(ValTownDouble.token)).code == 400)
        #expect(await stage.call("tools/list", with: []).challenge[""] == "Bearer")
    }

    @Test func `what this bridge made is never tried as an API token`() async throws {
        let stage = try await Stage(legacy: .headerAndBearer)
        let approved = try await stage.approve(stage.visit())
        let tokens = try await stage.exchange(approved)
        _ = await stage.post("/revoke", form: [("token", tokens.refresh)] + tokens.client.credentials)
        let calls = stage.valTown.calls
        let ours = [
            tokens.access, tokens.refresh, approved.code, "dbr_anything", "dbc_anything",
            Self.jws(["alg": "EdDSA"], ["iss": .string(Stage.issuer)]),
            Self.jws(["alg": "none", "typ": "at+jwt"], ["iss": "https://elsewhere.example"]),
            Self.jws(["alg": "none", "typ": "application/AT+JWT"], [:]),
        ]
        for token in ours {
            #expect(await stage.call("tools/list", with: Stage.bearer(token)).challenge["error"] == "invalid_token")
            for path in Self.paths {
                Self.expectPlain(await stage.call("tools/list", at: path, with: Stage.header(token)), 401)
                Self.expectPlain(await stage.call("tools/list", at: path, with: Stage.header("\u{0C}" + token)), 401)
            }
            Self.expectPlain(await stage.call("tools/list", at: "/legacy/mcp", with: Stage.bearer(token)), 401)
        }
        #expect(stage.valTown.calls == calls)
    }

    @Test func `a JWT of somebody else may be an API token`() async throws {
        let stage = try await Stage(legacy: .headerAndBearer)
        let token = Self.jws(["alg": "RS256", "typ": "JWT"], ["iss": "https://api.val.town"])
        stage.valTown.issue(token, to: "ada")
        #expect(await stage.call("tools/list", with: Stage.bearer(token)).code == 200)
    }

    private static func jws(_ header: JSON, _ payload: JSON) -> String {
        [header.serialized, payload.serialized, [1, 2, 3]].map { Base64URL.encode($0) }.joined(separator: ".")
    }

    // MARK: Alone

    @Test(arguments: Place.documents + Place.posts + [Place.authorize, Place(paths: ["/connections"], methods: [.get])])
    func `where only header tokens are served there is no OAuth`(place: Place) async throws {
        let stage = try await Stage(legacy: .only)
        for path in place.paths {
            for method in [HTTPRequest.Method.get, .post, .options] {
                let response = await stage.send(method, path)
                #expect(response.code == 404, "\(method) \(path)")
                #expect(response["WWW-Authenticate"] == nil)
            }
        }
    }

    @Test(arguments: paths) func `where only header tokens are served a bearer is nothing`(path: String) async throws {
        let oauth = try await Stage()
        let stage = try await Stage(legacy: .only)
        Self.expectPlain(await stage.send(.post, path), 401)
        Self.expectPlain(await stage.send(.get, path), 401)
        for token in [ValTownDouble.token, try await oauth.connect().access, "dbr_x"] {
            Self.expectPlain(await stage.call("tools/list", at: path, with: Stage.bearer(token)), 401)
        }
        #expect(stage.valTown.calls == 0)
        #expect(await stage.call("tools/list", at: path, with: Stage.header(ValTownDouble.token)).code == 200)
        #expect(await stage.get("/").code == 200)
        #expect(await stage.get("/healthz").code == 200)
    }

    @Test(arguments: [LegacyMode.off, .header, .headerAndBearer, .only]) func `the front page tells of the door where it is open`(
        mode: LegacyMode
    ) async throws {
        let text = try await Page(Stage(legacy: mode).get("/")).text
        #expect(text.contains("X-Val-Town-Token") == (mode != .off))
    }
}
