import Endpoints
import Primitives
import TestKit
import Testing

@Suite(.sharedStage) struct MetadataTests {
    @Test func `the authorization server's metadata says what clients look for`() async throws {
        let response = try await Stage.shared.get("/.well-known/oauth-authorization-server")
        let document = response.json
        #expect(response["Content-Type"] == "application/json")
        #expect(document["issuer"] == .string(Stage.issuer))
        #expect(document["authorization_endpoint"] == .string(Stage.issuer + "/authorize"))
        #expect(document["token_endpoint"] == .string(Stage.issuer + "/token"))
        #expect(document["registration_endpoint"] == .string(Stage.issuer + "/register"))
        #expect(document["revocation_endpoint"] == .string(Stage.issuer + "/revoke"))
        #expect(document["jwks_uri"] == .string(Stage.issuer + "/.well-known/jwks.json"))
        #expect(document["response_types_supported"] == ["code"])
        #expect(document["grant_types_supported"] == ["authorization_code", "refresh_token"])
        #expect(document["code_challenge_methods_supported"] == ["S256"])
        #expect(document["authorization_response_iss_parameter_supported"] == true)
        let methods = try #require(document["token_endpoint_auth_methods_supported"]?.strings)
        #expect(Set(methods).isSuperset(of: ["none", "client_secret_post", "client_secret_basic"]))
        let scopes = try #require(document["scopes_supported"]?.strings)
        #expect(Set(scopes).isSuperset(of: ["read", "write", "delete", "vals:read", "blobs:delete", "offline_access"]))
        #expect(Set(scopes).count == scopes.count)
    }

    @Test func `the OpenID document is the same with what discovery clients demand`() async throws {
        let stage = try Stage.shared
        let document = await stage.get("/.well-known/openid-configuration").json
        for member in await stage.get("/.well-known/oauth-authorization-server").json.object?.members ?? [] {
            #expect(document[member.key] == member.value, "\(member.key)")
        }
        #expect(document["subject_types_supported"] == ["public"])
        #expect(document["id_token_signing_alg_values_supported"] == ["EdDSA"])
    }

    @Test func `the protected resource's metadata names the resource and its server`() async throws {
        let document = try await Stage.shared.get("/.well-known/oauth-protected-resource/mcp").json
        #expect(document["resource"] == .string(Stage.resource))
        #expect(document["authorization_servers"] == .strings([Stage.issuer]))
        #expect(document["bearer_methods_supported"] == ["header"])
        let scopes = try #require(document["scopes_supported"]?.strings)
        #expect(Set(scopes).isSuperset(of: ["read", "write", "delete", "vals:read"]))
        #expect(!scopes.contains("offline_access"))
    }

    @Test(arguments: Place.documents) func `no document holds null, and every one may be kept for a while`(place: Place) async throws {
        let response = try await Stage.shared.get(place.paths[0])
        #expect(response.code == 200)
        #expect(!response.text.contains("null"))
        #expect(response["Cache-Control"]?.contains("max-age") == true)
    }

    @Test func `everything that the metadata name is there`() async throws {
        let stage = try Stage.shared
        let members = await stage.get("/.well-known/openid-configuration").json.object?.members ?? []
        let addresses = members.compactMap(\.value.string).filter { $0.hasPrefix(Stage.issuer + "/") }
        #expect(addresses.count >= 6)
        for address in addresses {
            #expect(await stage.get(String(address.dropFirst(Stage.issuer.count))).code != 404, "\(address)")
        }
    }

    @Test func `the key set holds the key of the access tokens, and only its public half`() async throws {
        let stage = try Stage.shared
        let tokens = try await stage.connect()
        let header = try Forger.parts(Secret(tokens.access)).header
        let keys = try #require(await stage.get("/.well-known/jwks.json").json["keys"]?.array)
        let key = try #require(keys.first { $0["kid"] == header["kid"] })
        #expect(key["alg"] == header["alg"])
        #expect(key["use"] == "sig")
        for key in keys { #expect(key["d"] == nil && key["k"] == nil && key["p"] == nil) }
    }

    @Test(arguments: [
        [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http")], [("Forwarded", "host=evil.example;proto=http")],
        [("Host", "evil.example")], [("X-Original-URL", "/evil"), ("X-Forwarded-Prefix", "/evil")],
    ])
    func `no header changes what this server calls itself`(headers: [(String, String)]) async throws {
        let stage = try Stage.shared
        for place in Place.documents {
            #expect(await stage.get(place.paths[0], headers).bytes == stage.get(place.paths[0]).bytes)
        }
        let challenge = await stage.call("ping", with: headers).challenge
        #expect(challenge["resource_metadata"] == Stage.issuer + "/.well-known/oauth-protected-resource/mcp")
        #expect(try !Page(await stage.get("/", headers)).text.contains("evil"))
    }
}
