import OAuth
import Primitives
import TestKit
import Testing

struct BearerTests {
    @Test(arguments: try Vectors.load("bearer.json"))
    func `a header holds one bearer token, nothing, or something else`(_ vector: Vector) throws {
        switch AuthorizationHeader(try vector.texts("headers")) {
        case .absent: #expect(vector["outcome"] == "absent")
        case .malformed: #expect(vector["outcome"] == "malformed")
        case .bearer(let token):
            #expect(vector["outcome"] == "bearer")
            if let expected = vector["token"]?.string { #expect(token.reveal() == expected) }
        }
    }

    @Test func `garbage never stops the reader, and a token has no odd characters`() {
        var generator = SeededGenerator(seed: 26)
        for _ in 0..<5_000 {
            guard
                case .bearer(let token) = AuthorizationHeader([generator.text(of: ["Bearer ", "abc", ".", "=", " ", "\"", ","], upTo: 5)])
            else {
                continue
            }
            #expect(token.revealBytes().allSatisfy { PercentEncoding.isUnreserved($0) || "+/=".utf8.contains($0) })
        }
    }

    @Test func `a challenge names the metadata and the scope, and no error when no credentials came`() {
        let challenge = BearerChallenge(metadataURL: "https://bridge.example/.well-known/oauth-protected-resource/mcp", scope: "read write")
        #expect(
            challenge.value
                == #"Bearer resource_metadata="https://bridge.example/.well-known/oauth-protected-resource/mcp", scope="read write""#)
    }

    @Test func `a challenge names its error first`() {
        let error = OAuthError(.invalidToken, "The token has expired.")
        let challenge = BearerChallenge(metadataURL: "https://b.example/m", scope: "read", error: error)
        #expect(
            challenge.value
                == #"Bearer error="invalid_token", error_description="The token has expired.", resource_metadata="https://b.example/m", scope="read""#
        )
    }
}

struct MetadataTests {
    private static func server() throws -> AuthorizationServerMetadata {
        AuthorizationServerMetadata(issuer: try Fixture.issuer(), scopes: Fixture.scopes, signingAlgorithm: "EdDSA")
    }

    @Test func `the server's metadata says what clients insist on`() throws {
        let document = try Self.server().json
        #expect(document["issuer"] == "https://bridge.example")
        #expect(document["code_challenge_methods_supported"] == ["S256"])
        #expect(document["authorization_response_iss_parameter_supported"] == true)
        #expect(document["response_types_supported"] == ["code"])
        #expect(document["grant_types_supported"] == ["authorization_code", "refresh_token"])
        #expect(document["token_endpoint_auth_methods_supported"]?.strings?.contains("none") == true)
        #expect(document["scopes_supported"]?.strings == Fixture.scopes.names + ["offline_access"])
    }

    @Test func `every endpoint lies at the issuer, at the root`() throws {
        let members = try #require(try Self.server().json.object?.members)
        let endpoints = members.filter { $0.key.hasSuffix("_endpoint") || $0.key == "jwks_uri" }
        #expect(endpoints.count >= 5)
        for endpoint in endpoints { #expect(endpoint.value.string?.hasPrefix("https://bridge.example/") == true) }
        #expect(try Self.server().json["token_endpoint"] == "https://bridge.example/token")
    }

    @Test func `nothing is null and no member is there twice`() throws {
        for document in [try Self.server().json, try Self.server().openIDConfiguration] {
            let members = try #require(document.object?.members)
            #expect(Set(members.map(\.key)).count == members.count)
            #expect(!members.contains { $0.value.isNull })
            #expect(try JSON.parse(document.serialized) == document)
        }
    }

    @Test func `discovery by OpenID Connect gets the same and what it demands`() throws {
        let document = try Self.server().openIDConfiguration
        for member in try #require(try Self.server().json.object).members { #expect(document[member.key] == member.value) }
        #expect(document["jwks_uri"] == "https://bridge.example/.well-known/jwks.json")
        #expect(document["subject_types_supported"] == ["public"])
        #expect(document["id_token_signing_alg_values_supported"] == ["EdDSA"])
    }

    @Test func `offline_access is no scope of the resource`() throws {
        let document = ProtectedResourceMetadata(
            resource: try Fixture.resource(), issuer: try Fixture.issuer(), scopes: Fixture.scopes, name: "Val Town"
        ).json
        #expect(document["resource"] == "https://bridge.example/mcp")
        #expect(document["authorization_servers"] == ["https://bridge.example"])
        #expect(document["scopes_supported"]?.strings == Fixture.scopes.names)
        #expect(document["bearer_methods_supported"] == ["header"])
        #expect(document["resource_name"] == "Val Town")
    }

    @Test func `error codes are spelled as their standards spell them`() {
        for code in OAuthErrorCode.allCases {
            #expect(code.rawValue.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") })
        }
        #expect(Set(OAuthErrorCode.allCases.map(\.rawValue)).count == OAuthErrorCode.allCases.count)
    }
}
