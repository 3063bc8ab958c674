import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct RevocationTests {
    @Test(arguments: StoreKind.all, [true, false])
    func `a refresh token, and an access token too, ends its grant`(kind: StoreKind, byRefreshToken: Bool) async throws {
        let bridge = try await Harness(kind)
        let connection = try await bridge.connect()
        let token = byRefreshToken ? connection.tokens.refreshToken : connection.tokens.accessToken
        try await bridge.server.revoke(token, by: connection.client, caller: Harness.caller)
        #expect(try await bridge.authenticate(connection.tokens.accessToken) == nil)
        #expect(await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) } == .grantEnded)
        #expect(try bridge.count("entries") == 0)
        try await bridge.server.revoke(token, by: connection.client, caller: Harness.caller)
        #expect(try bridge.audit().count { $0.action == "revoked" } == 1)
    }

    @Test func `an old refresh token revokes too`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        try await bridge.server.revoke(connection.tokens.refreshToken, by: connection.client, caller: Harness.caller)
        #expect(try await bridge.authenticate(next.accessToken) == nil)
    }

    @Test func `another client's revocation, and an unknown token, have no effect`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let other = try await bridge.register(name: "Another")
        for token in [connection.tokens.refreshToken, connection.tokens.accessToken] {
            try await bridge.server.revoke(token, by: other, caller: Harness.caller)
        }
        let made = "dbr_" + Base64URL.encode([UInt8](repeating: 3, count: 72))
        for token in ["", "x", made, connection.approved.code, Harness.token] {
            try await bridge.server.revoke(Secret(token), by: connection.client, caller: Harness.caller)
        }
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        #expect(try bridge.audit().count { $0.action == "revoked" } == 0)
    }
}
