import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct LimitTests {
    private static let attacker = Caller(address: "198.51.100.9")
    private static let neighbour = Caller(address: "198.51.100.10")

    // MARK: Wrong tokens

    @Test func `guessing tokens at the header door ends within 60 tries of a minute, for that address alone`() async throws {
        let bridge = try await Harness()
        var refused = 0
        // One try a second, for a minute.
        for number in 0..<60 {
            switch try await bridge.tryHeader("guess-\(number)", Self.attacker) {
            case .rejected: refused += 1
            case .tooManyWrongTokens(let wait): #expect((1...4).contains(wait))
            default: Issue.record("neither refused nor limited")
            }
            bridge.clock.advance(by: 1)
        }
        #expect(refused < 60)
        #expect(bridge.upstream.calls == refused, "the upstream is not asked about the others")
        guard case .good = try await bridge.tryHeader(Harness.token, Self.neighbour) else {
            Issue.record("the neighbour was harmed")
            return
        }
    }

    @Test func `the limit goes away by itself, and no earlier than told`() async throws {
        let bridge = try await Harness()
        for number in 0..<40 { _ = try await bridge.tryHeader("guess-\(number)", Self.attacker) }
        guard case .tooManyWrongTokens(retryAfter: let wait) = try await bridge.tryHeader(Harness.token, Self.attacker) else {
            Issue.record("not limited")
            return
        }
        bridge.clock.advance(by: Int64(wait) - 1)
        guard case .tooManyWrongTokens = try await bridge.tryHeader(Harness.token, Self.attacker) else {
            Issue.record("too early")
            return
        }
        bridge.clock.advance(by: 1)
        guard case .good = try await bridge.tryHeader(Harness.token, Self.attacker) else {
            Issue.record("not when told")
            return
        }
    }

    @Test func `a clock that is set back by a day locks nobody out for a day`() async throws {
        let bridge = try await Harness()
        for number in 0..<40 { _ = try await bridge.tryHeader("guess-\(number)", Self.attacker) }
        bridge.clock.advance(by: -86_400)
        guard case .tooManyWrongTokens(retryAfter: let wait) = try await bridge.tryHeader("guess", Self.attacker) else {
            Issue.record("forgiven")
            return
        }
        #expect(wait <= 4)
        bridge.clock.advance(by: 160)
        guard case .rejected = try await bridge.tryHeader("guess", Self.attacker) else {
            Issue.record("still limited")
            return
        }
    }

    @Test(arguments: ["2001:db8:7:1::1", "2001:db8:7:1:ffff::2"])
    func `changing the address within one's IPv6 network helps nobody`(address: String) async throws {
        let bridge = try await Harness()
        for number in 0..<40 { _ = try await bridge.tryHeader("guess-\(number)", Caller(address: "2001:db8:7:1::\(number + 2)")) }
        guard case .tooManyWrongTokens = try await bridge.tryHeader("guess", Caller(address: address)) else {
            Issue.record("not limited")
            return
        }
        guard case .rejected = try await bridge.tryHeader("guess", Caller(address: "2001:db8:7:2::1")) else {
            Issue.record("another network is limited")
            return
        }
    }

    @Test func `of 300 parallel guesses from one address the upstream sees 40`() async throws {
        let bridge = try await Harness()
        let tries = try await withThrowingTaskGroup(of: HeaderVerdict.self) { group in
            for number in 0..<300 { group.addTask { try await bridge.tryHeader("guess-\(number)", Self.attacker) } }
            return try await group.reduce(into: [HeaderVerdict]()) { $0.append($1) }
        }
        #expect(bridge.upstream.calls == 40)
        #expect(tries.count { if case .tooManyWrongTokens = $0 { true } else { false } } == 260)
    }

    @Test func `good tokens never count, however many come from one address`() async throws {
        let bridge = try await Harness()
        for number in 0..<200 { bridge.upstream.answer(.good(Account(id: "a-\(number)", label: "@a")), to: "good-\(number)") }
        for number in 0..<200 {
            guard case .good = try await bridge.tryHeader("good-\(number)", Self.attacker) else {
                Issue.record("\(number)")
                return
            }
        }
        bridge.upstream.setOutage(.insufficient)
        for number in 0..<100 { _ = try await bridge.tryHeader("nameless-\(number)", Self.attacker) }
        bridge.upstream.setOutage(.unavailable(retryAfter: nil))
        for number in 0..<100 { _ = try await bridge.tryHeader("late-\(number)", Self.attacker) }
        bridge.upstream.setOutage(nil)
        guard case .rejected = try await bridge.tryHeader("guess", Self.attacker) else {
            Issue.record("something else than a refusal was counted")
            return
        }
    }

    @Test func `many parallel requests with one token ask once`() async throws {
        let bridge = try await Harness()
        let verdicts = await inParallel(200) { try await bridge.tryHeader(Harness.token, Self.attacker) }.values()
        #expect(verdicts.count { if case .good = $0 { true } else { false } } == 200)
        #expect(bridge.upstream.calls < 200)
    }

    @Test func `a token in use is served though somebody else at its address guesses`() async throws {
        let bridge = try await Harness()
        _ = try await bridge.tryHeader(Harness.token, Self.attacker)
        for number in 0..<60 { _ = try await bridge.tryHeader("guess-\(number)", Self.attacker) }
        bridge.clock.advance(by: 59)
        for number in 0..<60 { _ = try await bridge.tryHeader("more-\(number)", Self.attacker) }
        bridge.clock.advance(by: 1)
        let before = bridge.upstream.calls
        guard case .good = try await bridge.tryHeader(Harness.token, Self.attacker) else {
            Issue.record("harmed by others")
            return
        }
        #expect(bridge.upstream.calls == before + 1, "the verdict was a minute old")
        bridge.upstream.answer(.rejected, to: Harness.token)
        bridge.clock.advance(by: 60)
        for number in 0..<60 { _ = try await bridge.tryHeader("again-\(number)", Self.attacker) }
        guard case .rejected = try await bridge.tryHeader(Harness.token, Self.attacker) else {
            Issue.record("not asked")
            return
        }
        guard case .tooManyWrongTokens = try await bridge.tryHeader(Harness.token, Self.attacker) else {
            Issue.record("a token that died is a wrong one")
            return
        }
    }

    @Test func `wrong tokens count at the pages and at the header door together`() async throws {
        let bridge = try await Harness()
        let client = try await bridge.register()
        for _ in 0..<8 {
            let shown = try await bridge.show(client)
            for number in 0..<5 { _ = try await bridge.post(shown, token: "guess-\(number)", caller: Self.attacker) }
        }
        #expect(bridge.upstream.calls == 40)
        let shown = try await bridge.show(client)
        for decision in [ConsentForm.Decision.check, .approve] {
            guard
                case .form(.tooManyWrongTokens, checked: nil, tokenWaits: false) = try await bridge.post(
                    shown, decision, caller: Self.attacker)
            else {
                Issue.record("not limited on the page")
                return
            }
        }
        guard case .tooManyWrongTokens = try await bridge.tryHeader("guess", Self.attacker) else {
            Issue.record("not limited at the door")
            return
        }
        #expect(bridge.upstream.calls == 40)
        #expect(try bridge.count("grants") == 0)
        guard case .connected = try await bridge.post(shown, caller: Self.neighbour) else {
            Issue.record("the neighbour was harmed, or the request lost its tries")
            return
        }
    }

    @Test(arguments: StoreKind.all)
    func `of 64 parallel guesses for one request from 64 addresses the upstream sees five, and the request is burned`(
        kind: StoreKind
    ) async throws {
        let bridge = try await Harness(kind)
        let shown = try await bridge.show(await bridge.register())
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<64 {
                let caller = Caller(address: "203.0.113.\(number)")
                group.addTask { _ = try? await bridge.post(shown, token: "guess-\(number)", caller: caller) }
            }
        }
        #expect(bridge.upstream.calls == 5)
        guard case .burned = try await bridge.post(shown) else {
            Issue.record("not burned")
            return
        }
    }

    @Test func `who is limited may still say no`() async throws {
        let bridge = try await Harness()
        for number in 0..<40 { _ = try await bridge.tryHeader("guess-\(number)", Self.attacker) }
        guard
            case .refused = try await bridge.post(try await bridge.show(await bridge.register()), .deny, token: nil, caller: Self.attacker)
        else {
            Issue.record("not refused")
            return
        }
    }

    // MARK: Codes and refresh tokens

    private static let wrongVerifier = ["code_verifier": String(repeating: "v", count: 43)]

    @Test(arguments: [19, 20])
    func `a code survives 19 wrong verifiers and no twentieth`(tries: Int) async throws {
        let bridge = try await Harness()
        let approved = try await bridge.approve(await bridge.register())
        for _ in 0..<tries {
            #expect(await rejection { try await bridge.exchange(approved, overrides: Self.wrongVerifier) } == .verifierDiffers)
        }
        guard tries == 20 else {
            await #expect(throws: Never.self) { try await bridge.exchange(approved) }
            return
        }
        #expect(await rejection { try await bridge.exchange(approved) } == .grantEnded)
        #expect(try bridge.count("entries") == 0)
        #expect(try bridge.audit().last?.detail == "code_burned")
        guard case .finished = try await bridge.post(approved.shown) else {
            Issue.record("the page shows a dead code")
            return
        }
    }

    @Test func `other codes of the same client from the same address are not harmed by one that burns`() async throws {
        let bridge = try await Harness()
        let client = try await bridge.register()
        let (guessed, good) = (try await bridge.approve(client), try await bridge.approve(client))
        for _ in 0..<40 { _ = await rejection { try await bridge.exchange(guessed, overrides: Self.wrongVerifier) } }
        await #expect(throws: Never.self) { try await bridge.exchange(good) }
    }

    @Test func `invalid exchanges of a spent code don't hide its replay`() async throws {
        let bridge = try await Harness()
        let approved = try await bridge.approve(await bridge.register())
        let tokens = try await bridge.exchange(approved)
        for _ in 0..<60 { _ = await rejection { try await bridge.exchange(approved, overrides: Self.wrongVerifier) } }
        #expect(try await bridge.opened(with: tokens.accessToken) == Harness.token)
        #expect(await rejection { try await bridge.exchange(approved) } == .codeReplayed)
        #expect(try await bridge.authenticate(tokens.accessToken) == nil)
    }

    @Test func `failed refreshes are limited for their family and for nobody else`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let stranger = try await bridge.register(name: "Another")
        for _ in 0..<20 {
            #expect(
                await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: stranger) } == .refreshTokenOfAnotherClient)
        }
        guard case .tooManyFailures(let wait) = await rejection({ try await bridge.refresh(connection.tokens.refreshToken, as: stranger) })
        else {
            Issue.record("not limited")
            return
        }
        let other = try await bridge.connect()
        await #expect(throws: Never.self) { try await bridge.refresh(other.tokens.refreshToken, as: other.client) }
        bridge.clock.advance(by: Int64(wait))
        await #expect(throws: Never.self) { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) }
    }

    @Test func `good refreshes are not limited, and a dead token goes on being told so`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let answers = await inParallel(64) { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) }.values()
        #expect(answers.count == 64)
        try await bridge.server.revoke(connection.tokens.refreshToken, by: connection.client, caller: Harness.caller)
        for _ in 0..<60 {
            #expect(await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) } == .grantEnded)
        }
    }

    // MARK: Registrations

    @Test func `100,000 registrations at once from one address cost less than is allowed, and large ones for ever do not`() async throws {
        let bridge = try await Harness()
        let meters = bridge.server.limits.registeredBytes
        for _ in 0..<100_000 where meters.take(600, for: Self.attacker.network) != nil {
            Issue.record("limited")
            return
        }
        var large = 0
        while meters.take(16 << 10, for: Self.attacker.network) == nil { large += 1 }
        #expect(large < 4096)
        #expect(meters.take(600, for: Self.neighbour.network) == nil)
        bridge.clock.advance(by: 1)
        #expect(meters.take(16 << 10, for: Self.attacker.network) == nil)
    }

    @Test func `tokens that nobody issued count for nobody`() async throws {
        let bridge = try await Harness()
        let client = try await bridge.register()
        for number in 0..<100 {
            let madeUp = Secret("dbr_" + Base64URL.encode([UInt8](repeating: UInt8(number), count: 72)))
            #expect(await rejection { try await bridge.refresh(madeUp, as: client) } == .unknownRefreshToken)
        }
        #expect(bridge.server.limits.failedTokenRequests.size == 0)
    }
}

extension Harness {
    fileprivate func tryHeader(_ token: String, _ caller: Caller) async throws -> HeaderVerdict {
        try await server.headerTokens.verdict(Secret(token), field: "token", caller: caller)
    }
}
