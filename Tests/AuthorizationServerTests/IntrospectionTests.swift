import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct IntrospectionTests {
    private static let inactive: JSON = ["active": false]

    /// A client with a secret and a person's consent.
    private func connect(_ bridge: Harness, scope: String = "read write", granting: [String]? = nil) async throws -> Connection {
        let client = try await bridge.register(method: .clientSecretBasic)
        let approved = try await bridge.approve(client, scope: scope, granting: granting)
        return Connection(approved: approved, tokens: try await bridge.exchange(approved))
    }

    private func look(_ bridge: Harness, _ token: Secret, by client: AuthenticatedClient) async throws -> JSON {
        try await bridge.server.introspect(token, by: client).json
    }

    @Test(arguments: StoreKind.all) func `a client learns what its access token stands for`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let connection = try await connect(bridge, granting: ["read", "vals:write"])
        let grant = try await bridge.grant(of: connection)
        let claims = try Forger.parts(connection.tokens.accessToken).payload
        let answer = try await look(bridge, connection.tokens.accessToken, by: connection.client)
        let expected: JSON = .object(omittingNil: [
            "active": true, "scope": "read vals:write", "client_id": .string(connection.client.id.text), "token_type": "Bearer",
            "exp": .integer((bridge.clock.now + 900).seconds), "iat": .integer(bridge.clock.now.seconds),
            "sub": .string(grant.subject.text),
            "aud": .string(bridge.configuration.resource.text), "iss": .string(bridge.configuration.issuer.text), "jti": claims["jti"],
        ])
        #expect(answer == expected)
    }

    @Test func `a client learns what its refresh token stands for`() async throws {
        let bridge = try await Harness()
        let connection = try await connect(bridge)
        let grant = try await bridge.grant(of: connection)
        let answer = try await look(bridge, connection.tokens.refreshToken, by: connection.client)
        #expect(answer["active"]?.bool == true && answer["token_type"]?.string == "refresh_token")
        #expect(answer["scope"]?.string == "read write" && answer["client_id"]?.string == connection.client.id.text)
        #expect(answer["exp"]?.integer == (bridge.clock.now + 2_592_000).seconds)
        #expect(answer["sub"]?.string == grant.subject.text && answer["jti"]?.string == "\(grant.id).0")
    }

    @Test func `a public client may not ask, and a secret's holder may`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let refusal = await rejection { try await bridge.server.introspect(connection.tokens.accessToken, by: connection.client) }
        #expect(refusal?.wireError.code == .invalidClient)
        let other = try await bridge.register(method: .clientSecretPost)
        #expect(try await look(bridge, connection.tokens.accessToken, by: other) == Self.inactive)
    }

    @Test func `of another client's tokens, and of what is no token, nobody learns more than that`() async throws {
        let bridge = try await Harness()
        let connection = try await connect(bridge)
        let other = try await bridge.register(name: "Another", method: .clientSecretBasic)
        for token in [connection.tokens.accessToken, connection.tokens.refreshToken] {
            #expect(try await look(bridge, token, by: other) == Self.inactive)
        }
        let tampered = connection.tokens.accessToken.reveal().dropLast(2) + "AA"
        let made = "dbr_" + Base64URL.encode([UInt8](repeating: 3, count: 72))
        for token in ["", "x", "a.b.c", made, connection.approved.code, Harness.token, String(tampered)] {
            #expect(try await look(bridge, Secret(token), by: connection.client) == Self.inactive)
        }
    }

    @Test func `what has expired or was revoked is not active`() async throws {
        let bridge = try await Harness()
        let connection = try await connect(bridge)
        bridge.clock.advance(by: 899)
        #expect(try await look(bridge, connection.tokens.accessToken, by: connection.client)["active"]?.bool == true)
        bridge.clock.advance(by: 1)
        #expect(try await look(bridge, connection.tokens.accessToken, by: connection.client) == Self.inactive, "leeway is for its use")
        bridge.clock.advance(by: 2_592_000 - 901)
        #expect(try await look(bridge, connection.tokens.refreshToken, by: connection.client)["active"]?.bool == true)
        bridge.clock.advance(by: 1)
        #expect(try await look(bridge, connection.tokens.refreshToken, by: connection.client) == Self.inactive)
        let second = try await connect(bridge)
        try await bridge.server.revoke(second.tokens.refreshToken, by: second.client, caller: Harness.caller)
        for token in [second.tokens.accessToken, second.tokens.refreshToken] {
            #expect(try await look(bridge, token, by: second.client) == Self.inactive)
        }
    }

    @Test func `a refresh token is active as long as the token endpoint would take it`() async throws {
        let bridge = try await Harness()
        let connection = try await connect(bridge)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(try await look(bridge, connection.tokens.refreshToken, by: connection.client)["active"]?.bool == true)
        #expect(try await look(bridge, next.refreshToken, by: connection.client)["active"]?.bool == true)
        _ = try await bridge.authenticate(next.accessToken)
        bridge.clock.advance(by: 120)
        #expect(try await look(bridge, connection.tokens.refreshToken, by: connection.client) == Self.inactive)
        #expect(try await look(bridge, next.refreshToken, by: connection.client)["active"]?.bool == true, "and asking was no reuse")
    }

    @Test func `asking marks nothing as seen`() async throws {
        let bridge = try await Harness()
        let connection = try await connect(bridge)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        for token in [next.refreshToken, next.accessToken] { _ = try await look(bridge, token, by: connection.client) }
        bridge.clock.advance(by: 121)
        let retried = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(retried.refreshToken == next.refreshToken)
    }

    @Test func `a narrowed access token shows what it can do, not what the grant can`() async throws {
        let bridge = try await Harness()
        let connection = try await connect(bridge)
        let narrow = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client, scope: "vals:read")
        #expect(try await look(bridge, narrow.accessToken, by: connection.client)["scope"]?.string == "vals:read")
        #expect(try await look(bridge, narrow.refreshToken, by: connection.client)["scope"]?.string == "read write")
    }
}
