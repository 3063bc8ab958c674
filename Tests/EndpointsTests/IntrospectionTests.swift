import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing

/// `POST /introspect` (RFC 7662).
struct IntrospectionTests {
    @Test(arguments: ["/introspect", "/oauth/introspect"], ["client_secret_post", "client_secret_basic"])
    func `a client with a secret learns about its own tokens`(path: String, method: String) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect(try await stage.register(method: method))
        for token in [tokens.access, tokens.refresh] {
            let response = await stage.post(path, form: [("token", token)] + tokens.client.credentials)
            #expect(response.code == 200)
            #expect(response["Cache-Control"] == "no-store" && response["Content-Type"] == "application/json")
            #expect(response.json["active"]?.bool == true)
            #expect(response.json["client_id"]?.string == tokens.client.id)
            #expect(response.json["iss"]?.string == Stage.issuer && response.json["aud"]?.string == Stage.resource)
        }
        let basic = Base64.encode(Array("\(tokens.client.id):\(tokens.client.secret ?? "")".utf8))
        let response = await stage.post(path, form: [("token", tokens.access)], [("Authorization", "Basic " + basic)])
        #expect(response.json["active"]?.bool == true)
        let asJSON = await stage.post(
            path,
            json: .object(
                JSONObject(([("token", tokens.access)] + tokens.client.credentials).map { .init(key: $0.0, value: .string($0.1)) })))
        #expect(asJSON.json["active"]?.bool == true)
    }

    @Test func `a public client, a wrong secret and nobody at all get 401`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect(try await stage.register(method: "none"))
        let other = try await stage.register(method: "client_secret_post")
        for credentials in [
            tokens.client.credentials, [("client_id", other.id)], [("client_id", other.id), ("client_secret", "dbs_x")], [],
            [("client_id", "nobody")],
        ] {
            let response = await stage.post("/introspect", form: [("token", tokens.access)] + credentials)
            #expect(response.code == 401)
            #expect(response.error == "invalid_client")
            #expect(response.json["active"] == nil)
        }
        let wrong = Base64.encode(Array("\(other.id):wrong".utf8))
        let response = await stage.post("/introspect", form: [("token", tokens.access)], [("Authorization", "Basic " + wrong)])
        #expect(response.code == 401 && response["WWW-Authenticate"]?.hasPrefix("Basic") == true)
    }

    @Test func `of another client's token nothing is told but that it is not active`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect(try await stage.register(method: "client_secret_post"))
        let other = try await stage.register(name: "Another", method: "client_secret_post")
        for token in [tokens.access, tokens.refresh, "nonsense", ValTownDouble.token, String(repeating: "a", count: 10_000)] {
            let response = await stage.post("/introspect", form: [("token", token)] + other.credentials)
            #expect(response.code == 200)
            #expect(response.json == ["active": false])
        }
    }

    @Test func `the request is read as strictly as at the token endpoint`() async throws {
        let stage = try await Stage()
        let client = try await stage.register(method: "client_secret_post")
        let form = ("Content-Type", "application/x-www-form-urlencoded")
        #expect(await stage.post("/introspect", form: client.credentials).error == "invalid_request")
        #expect(await stage.post("/introspect", form: [("token", "a"), ("token", "b")] + client.credentials).error == "invalid_request")
        #expect(await stage.send(.post, "/introspect", query: "token=a", [form]).code == 400)
        #expect(await stage.send(.post, "/introspect", [("Content-Type", "text/plain")]).code == 415)
        #expect(await stage.send(.post, "/introspect", [form, ("Content-Encoding", "gzip")]).code == 415)
        #expect(await stage.get("/introspect").code == 405)
        let shared = await stage.post("/introspect", form: [("token", "a")] + client.credentials, [("Origin", "https://evil.example")])
        #expect(shared["Access-Control-Allow-Origin"] == nil)
    }

    @Test func `the metadata names it, and only ways to prove who one is`() async throws {
        let stage = try await Stage()
        let document = await stage.get("/.well-known/oauth-authorization-server").json
        #expect(document["introspection_endpoint"] == .string(Stage.issuer + "/introspect"))
        let methods = try #require(document["introspection_endpoint_auth_methods_supported"]?.strings)
        #expect(methods.contains("client_secret_basic") && methods.contains("client_secret_post") && !methods.contains("none"))
    }
}
