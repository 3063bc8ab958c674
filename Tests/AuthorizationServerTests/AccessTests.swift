import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct AccessTests {
    @Test func `a scope that was granted is allowed, one that was refused is not asked for again, another may be`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect(scope: "read write", granting: ["read", "vals:write"])
        let verified = try #require(try await bridge.authenticate(connection.tokens.accessToken))
        #expect(bridge.server.decide("vals:read", for: verified) == .allowed)
        #expect(bridge.server.decide("blobs:write", for: verified) == .refused)
        #expect(bridge.server.decide("vals:delete", for: verified) == .neverAsked(names: ["read", "delete", "vals:write"]))
        let narrowed = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client, scope: "vals:read")
        let less = try #require(try await bridge.authenticate(narrowed.accessToken))
        #expect(bridge.server.decide("vals:read", for: less) == .allowed)
        #expect(bridge.server.decide("vals:write", for: less) == .neverAsked(names: ["vals:read", "vals:write"]))
        #expect(bridge.server.decide("blobs:write", for: less) == .refused)
    }

    @Test func `a credential opens for the origin that it was pasted for and no other`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let verified = try #require(try await bridge.authenticate(connection.tokens.accessToken))
        #expect(try bridge.server.credential(for: verified, origin: UpstreamDouble.origin)?.account == Harness.ada)
        #expect(try bridge.server.credential(for: verified, origin: "https://evil.example.test") == nil)
    }

    @Test func `a bearer that was checked before its grant ended opens nothing after`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let verified = try #require(try await bridge.authenticate(connection.tokens.accessToken))
        try await bridge.server.revoke(connection.tokens.refreshToken, by: connection.client, caller: Harness.caller)
        #expect(try bridge.server.credential(for: verified, origin: UpstreamDouble.origin) == nil, "its entry is gone")
    }

    @Test func `calls are noted before they are made, without waiting for the disk`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let verified = try #require(try await bridge.authenticate(connection.tokens.accessToken))
        for index in 0..<50 { try bridge.server.auditCall("tool_\(index)", verified, caller: Harness.caller) }
        try bridge.server.auditCall("direct", headerTokenOf: verified.grant.subject, caller: Harness.caller)
        try await bridge.settle()
        let calls = try bridge.audit().filter { $0.action == "tool_called" }
        #expect(calls.map(\.detail) == (0..<50).map { "tool_\($0)" } + ["direct, header token"])
    }

    @Test func `a claim key serves one access-token lifetime and is erased when no token of its time can live`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let first = try bridge.keyring.active(.claim).id
        bridge.clock.advance(by: 899)
        let second = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(try bridge.keyring.active(.claim).id == first)
        bridge.clock.advance(by: 1)
        let third = try await bridge.refresh(second.refreshToken, as: connection.client)
        #expect(try bridge.keyring.active(.claim).id != first)
        bridge.clock.advance(by: 928)
        _ = try await bridge.server.sweep()
        #expect(try await bridge.opened(with: second.accessToken) == Harness.token, "the last token under the first key lives still")
        bridge.clock.advance(by: 2)
        _ = try await bridge.server.sweep()
        #expect(bridge.keyring.all(.claim).count == 1)
        #expect(try await bridge.authenticate(second.accessToken) == nil)
        #expect(try await bridge.opened(with: third.accessToken) == nil, "expired, too")
        try await bridge.reopen()
        #expect(bridge.keyring.all(.claim).count == 1, "erased on the disk, too")
        #expect(throws: (any Error).self) { try bridge.keyring.key(first, for: .claim) }
    }

    @Test func `a key of a clock that was ahead is not used`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let first = try bridge.keyring.active(.claim).id
        bridge.clock.advance(by: -3600)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(bridge.keyring.all(.claim).count == 2)
        #expect(try await bridge.opened(with: next.accessToken) == Harness.token)
        let claims = try Forger.parts(next.accessToken).payload
        #expect(claims["vault"]?.string?.hasPrefix(first.text + ".") == false)
    }

    @Test func `without its keys the server says so, and blames no client`() {
        for rejection in [Rejection.keyMissing, .store(.unavailable("full")), .store(.tampered(table: "grants", row: "1"))] {
            #expect(rejection.wireError.code == .serverError)
        }
    }

    @Test(arguments: [
        (Rejection.unknownClient(usedHeader: true), OAuthErrorCode.invalidClient), (.wrongClientSecret(usedHeader: false), .invalidClient),
        (.clientMetadataTooLong, .invalidClientMetadata), (.unknownCode, .invalidGrant), (.codeReplayed, .invalidGrant),
        (.codeExpired, .invalidGrant), (.verifierDiffers, .invalidGrant), (.redirectDiffers, .invalidGrant),
        (.codeOfAnotherClient, .invalidGrant), (.unknownRefreshToken, .invalidGrant), (.refreshTokenReused, .invalidGrant),
        (.refreshTokenExpired, .invalidGrant), (.refreshTokenOfAnotherClient, .invalidGrant), (.grantEnded, .invalidGrant),
        (.scopeNeverAsked, .invalidScope),
    ])
    func `what the client reads says what it can do, and no more`(rejection: Rejection, code: OAuthErrorCode) {
        #expect(rejection.wireError.code == code)
        #expect(rejection.wireError.description.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
    }

    @Test func `a header token is asked about once a minute, and refusals every time`() async throws {
        let bridge = try await Harness()
        for _ in 0..<3 {
            guard
                case .good(let credential, let subject) = try await bridge.server.headerTokens.verdict(
                    Secret(Harness.token), field: "token", caller: Harness.caller)
            else {
                Issue.record("not good")
                return
            }
            #expect(credential.origin == UpstreamDouble.origin)
            #expect(!subject.text.isEmpty)
        }
        #expect(bridge.upstream.calls == 1)
        bridge.clock.advance(by: 60)
        _ = try await bridge.server.headerTokens.verdict(Secret(Harness.token), field: "token", caller: Harness.caller)
        #expect(bridge.upstream.calls == 2)
        for _ in 0..<2 {
            guard case .rejected = try await bridge.server.headerTokens.verdict(Secret("no"), field: "token", caller: Harness.caller) else {
                Issue.record("not rejected")
                return
            }
        }
        #expect(bridge.upstream.calls == 4)
        guard case .unreadable = try await bridge.server.headerTokens.verdict(Secret("two words"), field: "token", caller: Harness.caller)
        else {
            Issue.record("readable")
            return
        }
        bridge.upstream.exclude(accountID: Harness.bob.id)
        guard
            case .notAdmitted = try await bridge.server.headerTokens.verdict(
                Secret(Harness.bobsToken), field: "token", caller: Harness.caller)
        else {
            Issue.record("admitted")
            return
        }
        bridge.upstream.setOutage(.unavailable(retryAfter: 3))
        guard
            case .unavailable(retryAfter: 3) = try await bridge.server.headerTokens.verdict(
                Secret("x"), field: "token", caller: Harness.caller)
        else {
            Issue.record("available")
            return
        }
        bridge.upstream.setOutage(.insufficient)
        guard case .insufficient = try await bridge.server.headerTokens.verdict(Secret("x"), field: "token", caller: Harness.caller) else {
            Issue.record("sufficient")
            return
        }
        #expect(try bridge.count("entries") == 0)
    }
}
