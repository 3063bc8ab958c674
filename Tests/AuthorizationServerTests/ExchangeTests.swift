import AuthorizationServer
import OAuth
import Primitives
import SodiumCrypto
import TestKit
import Testing
import Vault

/// An exchange as somebody would try it who has the code but not the rest.
struct HostileExchange: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var overrides: [String: String] = [:]
    var asAnotherClient = false
    let expected: Rejection

    static let all = [
        HostileExchange(
            testDescription: "wrong verifier", overrides: ["code_verifier": String(repeating: "v", count: 43)], expected: .verifierDiffers),
        HostileExchange(testDescription: "another client", asAnotherClient: true, expected: .codeOfAnotherClient),
        HostileExchange(
            testDescription: "another redirect", overrides: ["redirect_uri": "https://client.example.test/callback2"],
            expected: .redirectDiffers),
        HostileExchange(
            testDescription: "the redirect with a slash", overrides: ["redirect_uri": Harness.redirect + "/"], expected: .redirectDiffers),
        HostileExchange(
            testDescription: "a made-up code", overrides: ["code": "dbc_" + Base64URL.encode([UInt8](repeating: 7, count: 72))],
            expected: .unknownCode),
        HostileExchange(testDescription: "no code at all", overrides: ["code": "dbc_"], expected: .unknownCode),
        HostileExchange(
            testDescription: "another resource", overrides: ["resource": "https://bridge.example.test/mcp-evil"],
            expected: .malformed(
                OAuthError(.invalidTarget, "resource must be https://bridge.example.test/mcp, the only resource of this server."))),
    ]
}

@Suite struct ExchangeTests {
    @Test(arguments: HostileExchange.all)
    func `a failed exchange burns nothing`(hostile: HostileExchange) async throws {
        let bridge = try await Harness()
        let approved = try await bridge.approve(try bridge.register())
        let client = hostile.asAnotherClient ? try await bridge.register(name: "Another") : approved.client
        for _ in 0..<3 {
            #expect(await rejection { try await bridge.exchange(approved, as: client, overrides: hostile.overrides) } == hostile.expected)
        }
        let tokens = try await bridge.exchange(approved)
        #expect(try await bridge.opened(with: tokens.accessToken) == Harness.token)
    }

    @Test(arguments: HostileExchange.all)
    func `after the exchange a second invalid one changes nothing, and a second valid one ends the grant`(
        hostile: HostileExchange
    ) async throws {
        let bridge = try await Harness()
        let approved = try await bridge.approve(try bridge.register())
        let tokens = try await bridge.exchange(approved)
        let client = hostile.asAnotherClient ? try await bridge.register(name: "Another") : approved.client
        #expect(await rejection { try await bridge.exchange(approved, as: client, overrides: hostile.overrides) } == hostile.expected)
        #expect(try await bridge.opened(with: tokens.accessToken) == Harness.token)

        #expect(await rejection { try await bridge.exchange(approved) } == .codeReplayed)
        #expect(try await bridge.authenticate(tokens.accessToken) == nil)
        #expect(await rejection { try await bridge.refresh(tokens.refreshToken, as: approved.client) } == .grantEnded)
        #expect(try bridge.count("entries") == 0)
        #expect(try bridge.audit().last?.action == "reuse_detected")
        #expect(await rejection { try await bridge.exchange(approved) } == .grantEnded)
    }

    @Test func `a code is good for its time and no second longer`() async throws {
        let bridge = try await Harness()
        let (one, two) = (try await bridge.approve(try bridge.register()), try await bridge.approve(try bridge.register()))
        bridge.clock.advance(by: 59)
        await #expect(throws: Never.self) { try await bridge.exchange(one) }
        bridge.clock.advance(by: 1)
        #expect(await rejection { try await bridge.exchange(two) } == .codeExpired)
        _ = try await bridge.server.sweep()
        #expect(await rejection { try await bridge.exchange(two) } == .grantEnded)
        #expect(try bridge.count("entries") == 1, "a code that was never exchanged erases its grant")
    }

    @Test func `the verifier of one code redeems no other, and neither code is harmed`() async throws {
        let bridge = try await Harness()
        let client = try await bridge.register()
        let (one, two) = (try await bridge.approve(client), try await bridge.approve(client))
        let mixed = ["code": two.code]
        #expect(await rejection { try await bridge.exchange(one, overrides: mixed) } == .verifierDiffers)
        await #expect(throws: Never.self) { try await bridge.exchange(one) }
        await #expect(throws: Never.self) { try await bridge.exchange(two) }
    }

    @Test func `one kind of token is not taken for another`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let approved = try await bridge.approve(connection.client)
        for other in [connection.tokens.refreshToken.reveal(), connection.tokens.accessToken.reveal(), Harness.token] {
            #expect(await rejection { try await bridge.exchange(approved, overrides: ["code": other]) } == .unknownCode)
        }
        // The body of a refresh token under a code's prefix: the MAC covers the kind.
        let disguised = "dbc_" + connection.tokens.refreshToken.reveal().dropFirst(4)
        #expect(await rejection { try await bridge.exchange(approved, overrides: ["code": disguised]) } == .unknownCode)
        for other in [approved.code, "dbr_" + approved.code.dropFirst(4), connection.tokens.accessToken.reveal(), Harness.token, "dbr_"] {
            #expect(await rejection { try await bridge.refresh(Secret(other), as: connection.client) } == .unknownRefreshToken)
            #expect(try await bridge.authenticate(Secret(other == connection.tokens.accessToken.reveal() ? "" : other)) == nil)
        }
        #expect(try await bridge.authenticate(connection.tokens.refreshToken) == nil)
        await #expect(throws: Never.self) { try await bridge.exchange(approved) }
    }

    @Test func `a code of a deployment that is gone is unknown here`() async throws {
        let (bridge, other) = (try await Harness(), try await Harness())
        let approved = try await other.approve(try other.register())
        let here = try await bridge.approve(try bridge.register())
        #expect(await rejection { try await bridge.exchange(here, overrides: ["code": approved.code]) } == .unknownCode)
    }

    @Test func `the redirect may be left out of the exchange`() async throws {
        let bridge = try await Harness()
        let approved = try await bridge.approve(try bridge.register())
        await #expect(throws: Never.self) { try await bridge.exchange(approved, overrides: ["redirect_uri": ""]) }
    }

    @Test(arguments: StoreKind.all)
    func `of 64 parallel exchanges of one code exactly one succeeds, and then the grant is ended`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let approved = try await bridge.approve(try bridge.register())
        let results = await inParallel(64) { try await bridge.exchange(approved) }
        let tokens: [TokenResponse] = results.values()
        #expect(tokens.count == 1)
        let only = try #require(tokens.first)
        #expect(try await bridge.authenticate(only.accessToken) == nil)
        #expect(await rejection { try await bridge.refresh(only.refreshToken, as: approved.client) } == .grantEnded)
        #expect(try bridge.count("entries") == 0)
        #expect(try bridge.audit().count { $0.action == "exchanged" } == 1)
        #expect(try bridge.audit().count { $0.action == "reuse_detected" } == 1)
    }

    @Test func `a grant ends where its absolute life ends, and no access token outlives it`() async throws {
        var lifetimes = Lifetimes()
        lifetimes.grant = 1000
        let bridge = try await Harness(lifetimes: lifetimes)
        let connection = try await bridge.connect()
        bridge.clock.advance(by: 400)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(next.expiresIn == 600)
        bridge.clock.advance(by: 600)
        #expect(try await bridge.authenticate(next.accessToken) == nil)
        #expect(await rejection { try await bridge.refresh(next.refreshToken, as: connection.client) } == .refreshTokenExpired)
        #expect(try bridge.audit().last?.action == "expired")
        #expect(try bridge.count("entries") == 0)
    }
}
