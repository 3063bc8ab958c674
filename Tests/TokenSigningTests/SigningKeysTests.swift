import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import TokenSigning
import Vault

/// Which key signs, and how one takes the place of another: with whole access tokens, over restarts.
@Suite struct SigningKeysTests {
    private func algorithm(of token: Secret) throws -> String? { try Forger.parts(token).header["alg"]?.string }
    private func key(of token: Secret) throws -> String? { try Forger.parts(token).header["kid"]?.string }

    @Test(arguments: JWSAlgorithm.allCases) func `a new deployment has one key, of the algorithm that is asked for`(algorithm: JWSAlgorithm)
        async throws
    {
        let bridge = try await Harness(signing: SigningKeys.Choice(algorithm: algorithm))
        #expect(bridge.keyring.signingKeys.map(\.form) == [SigningKeyForm(algorithm)])
        let connection = try await bridge.connect()
        #expect(try self.algorithm(of: connection.tokens.accessToken) == algorithm.rawValue)
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        try await bridge.reopen(signing: SigningKeys.Choice())
        #expect(bridge.keyring.signingKeys.map(\.form) == [SigningKeyForm(algorithm)], "without a wish it stays as it is")
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
    }

    @Test func `another algorithm signs new tokens, and the old ones live to their end`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        try await bridge.reopen(signing: SigningKeys.Choice(algorithm: .es256))
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(try algorithm(of: next.accessToken) == "ES256")
        #expect(try await bridge.opened(with: next.accessToken) == Harness.token)
        #expect(bridge.server.accessTokens.signer.keySet["keys"]?.array?.compactMap { $0["alg"]?.string } == ["ES256", "EdDSA"])
        bridge.clock.advance(by: 929)
        _ = try await bridge.server.sweep()
        #expect(bridge.keyring.signingKeys.count == 2)
        bridge.clock.advance(by: 1)
        _ = try await bridge.server.sweep()
        #expect(bridge.keyring.signingKeys.map(\.form.algorithm) == [.es256])
        #expect(bridge.server.accessTokens.signer.keySet["keys"]?.array?.count == 1, "no longer published")
        try await bridge.reopen()
        #expect(bridge.keyring.signingKeys.map(\.form.algorithm) == [.es256], "erased on the disk, too")
    }

    @Test func `a rotation makes a new key that signs, and the old one verifies`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let old = try #require(bridge.keyring.signingKeys.first?.id)
        let new = try await bridge.signingKeys.rotate()
        #expect(new != old && bridge.keyring.signingKeys.map(\.id) == [new, old])
        bridge.server.accessTokens.use(try await bridge.signingKeys.signer(SigningKeys.Choice()))
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(try key(of: next.accessToken) == new.text)
        try await bridge.reopen()
        for token in [connection.tokens.accessToken, next.accessToken] { #expect(try await bridge.opened(with: token) == Harness.token) }
        #expect(try bridge.audit().filter { $0.action == "signing_key_added" }.map(\.detail) == ["\(new) EdDSA"])
    }

    @Test func `a replaced key stays at least as long as the key set may be kept`() async throws {
        var lifetimes = Lifetimes()
        lifetimes.accessToken = 10
        let bridge = try await Harness(lifetimes: lifetimes)
        let old = try #require(bridge.keyring.signingKeys.first?.id)
        try await bridge.signingKeys.rotate()
        let end = try #require(bridge.keyring.signingKeys.first { $0.id == old }?.eraseAt)
        #expect(end == bridge.clock.now + 300)
    }

    @Test func `tokens of an erased key are refused, also those that were verified before`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        #expect(try await bridge.authenticate(connection.tokens.accessToken) != nil)
        let old = try #require(bridge.keyring.signingKeys.first?.id)
        #expect(try await !bridge.signingKeys.erase(old), "the one that signs stays")
        try await bridge.signingKeys.rotate()
        #expect(try await bridge.signingKeys.erase(old))
        #expect(try await !bridge.signingKeys.erase(old))
        #expect(try await !bridge.signingKeys.erase(KeyID("ffffffff")))
        bridge.server.accessTokens.use(try await bridge.signingKeys.signer(SigningKeys.Choice()))
        #expect(try await bridge.authenticate(connection.tokens.accessToken) == nil)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(try await bridge.opened(with: next.accessToken) == Harness.token)
        try await bridge.reopen()
        #expect(bridge.keyring.signingKeys.count == 1)
        #expect(try bridge.audit().filter { $0.action == "signing_key_erased" }.map(\.detail) == [old.text])
    }

    @Test(arguments: JWSAlgorithm.allCases) func `an own key signs under its thumbprint, and only its public half is stored`(
        algorithm: JWSAlgorithm
    ) async throws {
        let own = try SigningKeyPair.generate(algorithm)
        let bridge = try await Harness(signing: SigningKeys.Choice(own: own))
        let connection = try await bridge.connect()
        #expect(try key(of: connection.tokens.accessToken) == own.publicKey.thumbprint.text)
        #expect(bridge.keyring.signingKeys.map(\.form) == [SigningKeyForm(algorithm, isPublicOnly: true)])
        #expect(bridge.keyring.signingKeys.first?.material == own.publicKey.material)
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        try await bridge.reopen()
        #expect(bridge.keyring.signingKeys.count == 1, "the same key again is no other key")
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
    }

    @Test func `own keys come and go, and none of them signs any more once it is not given`() async throws {
        let (first, second) = (try SigningKeyPair.generate(.es256), try SigningKeyPair.generate(.edDSA))
        let bridge = try await Harness(signing: SigningKeys.Choice(own: first))
        let connection = try await bridge.connect()
        try await bridge.reopen(signing: SigningKeys.Choice(own: second))
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(try key(of: next.accessToken) == second.publicKey.thumbprint.text)
        try await bridge.reopen(signing: SigningKeys.Choice(own: first))
        #expect(bridge.keyring.signingKeys.map(\.id) == [first.publicKey.thumbprint, second.publicKey.thumbprint])
        #expect(bridge.keyring.signingKeys.first?.eraseAt == nil, "back in use, it is not erased at its old end")
        try await bridge.reopen(signing: SigningKeys.Choice())
        let active = try #require(bridge.keyring.signingKeys.first)
        #expect(active.form == SigningKeyForm(.es256), "made here, of the algorithm that signed last")
        #expect(bridge.keyring.signingKeys.count == 3)
        #expect(try await bridge.opened(with: next.accessToken) == Harness.token)
    }

    @Test func `a key of the ring that was made into one of another algorithm opens nothing`() async throws {
        let bridge = try await Harness()
        try await bridge.settle()
        try bridge.raw().run("UPDATE keyring SET form = 'ES256' WHERE purpose = 'signing'")
        await #expect(throws: (any Error).self) { try await bridge.reopen() }
        try bridge.raw().run("UPDATE keyring SET form = 'EdDSA public' WHERE purpose = 'signing'")
        await #expect(throws: (any Error).self) { try await bridge.reopenAfterFailure() }
        try bridge.raw().run("UPDATE keyring SET form = 'HS256' WHERE purpose = 'signing'")
        await #expect(throws: (any Error).self) { try await bridge.reopenAfterFailure() }
        try bridge.raw().run("UPDATE keyring SET form = 'EdDSA' WHERE purpose = 'signing'")
        try await bridge.reopenAfterFailure()
        #expect(bridge.keyring.signingKeys.count == 1)
    }

    @Test func `a database from before there were forms goes on with its Ed25519 key`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let keys = bridge.keyring.signingKeys.map(\.id)
        try await bridge.settle()
        let raw = try bridge.raw()
        try raw.run("ALTER TABLE keyring DROP COLUMN form")
        try raw.run("DELETE FROM grdb_migrations WHERE identifier LIKE '3:%'")
        try await bridge.reopen()
        #expect(bridge.keyring.signingKeys.map(\.id) == keys)
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
    }
}
