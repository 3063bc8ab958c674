import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct RefreshTests {
    @Test(arguments: StoreKind.all, [32, 64])
    func `of many parallel refreshes of one token exactly one rotates, and all get its successor`(kind: StoreKind, count: Int) async throws
    {
        let bridge = try await Harness(kind)
        let connection = try await bridge.connect()
        let results = await inParallel(count) { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) }
        let tokens: [TokenResponse] = results.values()
        #expect(tokens.count == count)
        #expect(Set(tokens.map { $0.refreshToken.reveal() }).count == 1)
        for token in tokens { #expect(try await bridge.opened(with: token.accessToken) == Harness.token) }
        #expect(try await bridge.grant(of: connection).family?.generation == 1)
        let next = try await bridge.refresh(try #require(tokens.first).refreshToken, as: connection.client)
        #expect(try await bridge.opened(with: next.accessToken) == Harness.token)
        #expect(try bridge.audit().count { $0.action == "refreshed" && $0.detail == nil } == 2)
    }

    @Test(arguments: StoreKind.all)
    func `parallel refreshes at several instances make one chain`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let connection = try await bridge.connect()
        let other = try await bridge.secondInstance()
        let request = try TokenRequest(
            form: FormData([("grant_type", "refresh_token"), ("refresh_token", connection.tokens.refreshToken.reveal())]))
        async let here = inParallel(16) { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) }
        async let there = inParallel(16) { try await other.issueTokens(request, to: connection.client, caller: Harness.caller) }
        let tokens: [TokenResponse] = await (here + there).values()
        #expect(tokens.count == 32)
        #expect(Set(tokens.map { $0.refreshToken.reveal() }).count == 1)
    }

    @Test func `a lost answer may be asked for again, and is the same`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let lost = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        bridge.clock.advance(by: 100_000)
        let again = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(again.refreshToken == lost.refreshToken, "nobody has used the successor, so the answer was lost")
        #expect(try bridge.audit().last?.detail == "retry")
        #expect(try await bridge.opened(with: again.accessToken) == Harness.token)
    }

    @Test(arguments: [true, false])
    func `a late predecessor, whose successor was seen, ends the family`(seenByAccessToken: Bool) async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        bridge.clock.advance(by: 119)
        await #expect(throws: Never.self) { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) }
        var newest = next
        if seenByAccessToken {
            #expect(try await bridge.authenticate(next.accessToken) != nil)
        } else {
            newest = try await bridge.refresh(next.refreshToken, as: connection.client)
        }
        bridge.clock.advance(by: 1)
        #expect(await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) } == .refreshTokenReused)
        #expect(try await bridge.authenticate(newest.accessToken) == nil)
        #expect(await rejection { try await bridge.refresh(newest.refreshToken, as: connection.client) } == .grantEnded)
        #expect(try bridge.audit().last == AuditLine.reuse(of: "refresh token", bridge))
        #expect(try bridge.count("entries") == 0)
    }

    @Test func `an access token of before the rotation does not show that the answer arrived`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let lost = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        bridge.clock.advance(by: 200)
        let again = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(again.refreshToken == lost.refreshToken)
    }

    @Test func `a grandparent ends the family at once`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let second = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        let third = try await bridge.refresh(second.refreshToken, as: connection.client)
        #expect(await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) } == .refreshTokenReused)
        #expect(await rejection { try await bridge.refresh(third.refreshToken, as: connection.client) } == .grantEnded)
    }

    @Test func `with a grace of 0 no answer is given twice`() async throws {
        var lifetimes = Lifetimes()
        lifetimes.refreshGrace = 0
        let bridge = try await Harness(lifetimes: lifetimes)
        let connection = try await bridge.connect()
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) } == .refreshTokenReused)
        #expect(try await bridge.authenticate(next.accessToken) == nil)
    }

    @Test func `another client gets nothing for the token, and does it no harm`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let other = try await bridge.register(name: "Another")
        #expect(
            await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: other) } == .refreshTokenOfAnotherClient)
        await #expect(throws: Never.self) { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) }
    }

    @Test func `a refresh token that is not used dies, with everything`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        bridge.clock.advance(by: 2_591_999)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        bridge.clock.advance(by: 2_592_000)
        #expect(await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) } == .refreshTokenExpired)
        #expect(await rejection { try await bridge.refresh(next.refreshToken, as: connection.client) } == .grantEnded)
        #expect(try bridge.count("entries") == 0)
    }

    // MARK: Scope and resource (PROTOCOL: RFC 6749 §6)

    struct ScopeCase: Sendable, CustomTestStringConvertible {
        let asked: String
        /// `nil`: refused as never asked for.
        let given: String?
        var testDescription: String { asked.isEmpty ? "none" : asked }
    }

    /// The request was for read and write, and something that nobody knows; the person left out writing blobs.
    @Test(arguments: [
        ScopeCase(asked: "", given: "read vals:write"), ScopeCase(asked: "read", given: "read"),
        ScopeCase(asked: "vals:read", given: "vals:read"), ScopeCase(asked: "read write", given: "read vals:write"),
        ScopeCase(asked: "blobs:write vals:read", given: "vals:read"), ScopeCase(asked: "read openid offline_access", given: "read"),
        ScopeCase(asked: "openid", given: "read vals:write"), ScopeCase(asked: "delete", given: nil),
        ScopeCase(asked: "read delete", given: nil), ScopeCase(asked: "vals:delete", given: nil), ScopeCase(asked: "nonsense", given: nil),
        ScopeCase(asked: "read made-up", given: "read"), ScopeCase(asked: "made-up", given: "read vals:write"),
    ])
    func `scope narrows the access token, never widens it, and the grant stays as it is`(row: ScopeCase) async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect(scope: "read write made-up", granting: ["read", "vals:write"])
        #expect(connection.tokens.scope == "read vals:write")
        guard let given = row.given else {
            #expect(
                await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client, scope: row.asked) }
                    == .scopeNeverAsked)
            #expect(try await bridge.grant(of: connection).family?.generation == 0, "nothing was rotated")
            return
        }
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client, scope: row.asked)
        #expect(next.scope == given)
        let verified = try #require(try await bridge.authenticate(next.accessToken))
        #expect(verified.scope == Harness.scopes.expand(given.split(separator: " ").map(String.init)))
        let third = try await bridge.refresh(next.refreshToken, as: connection.client)
        #expect(third.scope == "read vals:write")
    }

    @Test func `another resource is refused and rotates nothing`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let refused = await rejection {
            try await bridge.refresh(connection.tokens.refreshToken, as: connection.client, resource: "https://evil.example.test/mcp")
        }
        #expect(refused?.wireError.code == .invalidTarget)
        #expect(try await bridge.grant(of: connection).family?.generation == 0)
        await #expect(throws: Never.self) {
            try await bridge.refresh(
                connection.tokens.refreshToken, as: connection.client, resource: "HTTPS://BRIDGE.example.test:443/mcp/")
        }
    }
}

extension AuditLine {
    /// The line that a replay leaves, of the only grant there is.
    static func reuse(of what: String, _ bridge: Harness) throws -> AuditLine {
        AuditLine(action: "reuse_detected", grant: try bridge.audit().first?.grant, detail: what, address: "192.0.2.0/24")
    }
}
