import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct ConsentTests {
    @Test(arguments: StoreKind.all)
    func `a person who says no sends the browser back with access_denied, and nothing is stored`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let shown = try await bridge.show(try bridge.register())
        for _ in 0..<2 {
            guard case .refused(let url) = try await bridge.post(shown, .deny, token: nil) else {
                Issue.record("not refused")
                return
            }
            #expect(Harness.parameter("error", of: url) == "access_denied")
            #expect(Harness.parameter("state", of: url) == "a b&c")
            #expect(Harness.parameter("iss", of: url) == "https://bridge.example.test")
            #expect(Harness.parameter("code", of: url) == nil)
        }
        guard case .refused = try await bridge.post(shown, .approve) else {
            Issue.record("a refusal is final")
            return
        }
        #expect(bridge.upstream.calls == 0)
        try bridge.expectNothingStored()
        #expect(try bridge.audit().map(\.action) == ["refused"])
    }

    @Test func `a checked token waits, sealed, and the approval needs no other`() async throws {
        let bridge = try await Harness()
        let shown = try await bridge.show(try bridge.register())
        guard case .form(nil, checked: Harness.ada, tokenWaits: true) = try await bridge.post(shown, .check) else {
            Issue.record("not checked")
            return
        }
        try bridge.expectNothingStored()
        try await bridge.settle()
        try bridge.expectNoTrace(of: Harness.token)
        let approved = try await bridge.approve(shown, token: nil)
        #expect(approved.account == "@ada")
        #expect(bridge.upstream.calls == 2, "who-am-I is asked again")
        let tokens = try await bridge.exchange(approved)
        #expect(try await bridge.opened(with: tokens.accessToken) == Harness.token)
    }

    @Test func `a token that was pasted beside one that waits counts`() async throws {
        let bridge = try await Harness()
        let shown = try await bridge.show(try bridge.register())
        _ = try await bridge.post(shown, .check)
        let approved = try await bridge.approve(shown, token: Harness.bobsToken)
        #expect(approved.account == "@bob")
    }

    @Test func `approving without any token asks for one`() async throws {
        let bridge = try await Harness()
        let shown = try await bridge.show(try bridge.register())
        let answer = try await bridge.post(shown, .approve, token: nil)
        guard case .form(.unreadable(.missing), checked: nil, tokenWaits: false) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(bridge.upstream.calls == 0)
    }

    @Test(arguments: StoreKind.all)
    func `the same post shows the same code until it is exchanged, and then that it is done`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let shown = try await bridge.show(try bridge.register())
        let approved = try await bridge.approve(shown)
        #expect(try await bridge.approve(shown).code == approved.code)
        #expect(try await bridge.approve(shown, token: nil).code == approved.code)
        #expect(bridge.upstream.calls == 1, "asked once")
        #expect(try bridge.count("grants") == 1)
        _ = try await bridge.exchange(approved)
        guard case .finished = try await bridge.post(shown) else {
            Issue.record("not finished")
            return
        }
        #expect(try bridge.count("grants") == 1)
    }

    @Test(arguments: StoreKind.all)
    func `a double click makes one grant, whichever click comes first`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let shown = try await bridge.show(try bridge.register())
        let codes: [String] = await inParallel(4) { try await bridge.approve(shown).code }.values()
        #expect(codes.count == 4)
        #expect(Set(codes).count == 1)
        #expect(try bridge.count("grants") == 1)
        #expect(try bridge.count("entries") == 1)
        #expect(try bridge.audit().count { $0.action == "connected" } == 1)
    }

    @Test func `two tabs of one browser both work, for two clients`() async throws {
        let bridge = try await Harness()
        let browser = BrowserBinding.new()
        let first = try await bridge.show(try bridge.register(name: "One"), browser: browser)
        let second = try await bridge.show(try bridge.register(name: "Two"), browser: browser)
        let two = try await bridge.exchange(try await bridge.approve(second))
        let one = try await bridge.exchange(try await bridge.approve(first))
        #expect(try await bridge.opened(with: one.accessToken) == Harness.token)
        #expect(try await bridge.opened(with: two.accessToken) == Harness.token)
    }

    @Test func `a form of another site, another browser or somebody's own making belongs to nobody`() async throws {
        let bridge = try await Harness()
        let client = try await bridge.register()
        let (shown, other) = (try await bridge.show(client), try await bridge.show(client))
        let form = try bridge.form(shown, decision: .approve, token: Harness.token)
        #expect(try await bridge.server.open(form, browser: nil) == nil)
        #expect(try await bridge.server.open(form, browser: other.browser) == nil)
        #expect(try await bridge.server.open(form, browser: shown.browser) != nil)

        let sealed = shown.request.sealed
        let csrf = shown.request.csrfToken
        let hostile: [(transaction: String, csrf: String)] = [
            (other.request.sealed, csrf), (sealed, other.request.csrfToken), (sealed, String(csrf.dropLast())), (sealed, csrf + "A"),
            (String(sealed.dropLast(2)), csrf), ("x", csrf), ("00000000." + sealed.drop { $0 != "." }.dropFirst(), csrf), (".", csrf),
        ]
        for (transaction, token) in hostile {
            let fields = [("transaction", transaction), ("csrf", token), ("decision", "approve"), ("token", Harness.token)]
            let form = try #require(ConsentForm(FormData(fields), secretIDs: ["token"]))
            #expect(try await bridge.server.open(form, browser: shown.browser) == nil)
        }
        #expect(bridge.upstream.calls == 0)
        #expect(try bridge.count("consents") == 0)
    }

    @Test func `a request is answered in its time`() async throws {
        let bridge = try await Harness()
        let (early, late) = (try await bridge.show(try bridge.register()), try await bridge.show(try bridge.register()))
        bridge.clock.advance(by: 599)
        #expect(try await bridge.approve(early).account == "@ada")
        bridge.clock.advance(by: 1)
        for decision in [ConsentForm.Decision.approve, .check, .deny] {
            guard case .expired = try await bridge.post(late, decision) else {
                Issue.record("not expired: \(decision)")
                return
            }
        }
        #expect(bridge.upstream.calls == 1)
    }

    @Test func `a client that nobody vouches for needs the box to be ticked, and something to be granted`() async throws {
        let bridge = try await Harness()
        let shown = try await bridge.show(try bridge.register())
        guard case .form(.notUnderstood, checked: nil, tokenWaits: false) = try await bridge.post(shown, understood: false) else {
            Issue.record("approved without understanding")
            return
        }
        for scope in [[], ["write"], ["nonsense"]] {
            guard case .form(.noScope, checked: nil, tokenWaits: false) = try await bridge.post(shown, scope: scope) else {
                Issue.record("approved without scope")
                return
            }
        }
        #expect(bridge.upstream.calls == 0)
        try bridge.expectNothingStored()
        #expect(try await bridge.exchange(try await bridge.approve(shown, granting: ["vals:read", "write"])).scope == "vals:read")
    }

    // MARK: Tokens that are not good

    enum Trouble: Sendable, CaseIterable {
        case wrong, insufficient, outage, excluded
    }

    @Test(arguments: Trouble.allCases)
    func `while the token is not good nothing is stored, and the next one may be`(trouble: Trouble) async throws {
        let bridge = try await Harness()
        let token = "vtwn_trouble_77aa"
        switch trouble {
        case .wrong: break
        case .insufficient: bridge.upstream.answer(.insufficient, to: token)
        case .outage: bridge.upstream.setOutage(.unavailable(retryAfter: 7))
        case .excluded:
            bridge.upstream.answer(.good(Account(id: "nobody", label: "@nobody")), to: token)
            bridge.upstream.exclude(accountID: "nobody")
        }
        let shown = try await bridge.show(try bridge.register())
        for decision in [ConsentForm.Decision.approve, .check] {
            let answer = try await bridge.post(shown, decision, token: token)
            guard case .form(let problem, checked: nil, tokenWaits: false) = answer else {
                Issue.record("\(answer)")
                return
            }
            switch trouble {
            case .wrong: #expect(problem == .wrongToken(triesLeft: decision == .approve ? 4 : 3))
            case .insufficient: #expect(problem == .insufficientToken)
            case .outage: #expect(problem == .upstreamUnavailable(retryAfter: 7))
            case .excluded: #expect(problem == .accountNotAdmitted(Account(id: "nobody", label: "@nobody")))
            }
        }
        try bridge.expectNothingStored()
        #expect(try bridge.count("consents") == 1)
        try await bridge.settle()
        try bridge.expectNoTrace(of: token)
        bridge.upstream.setOutage(nil)
        #expect(try await bridge.approve(shown).account == "@ada")
    }

    @Test(arguments: StoreKind.all)
    func `five wrong tokens burn the request, and the upstream is not asked a sixth time`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let shown = try await bridge.show(try bridge.register())
        for left in (1...4).reversed() {
            guard case .form(.wrongToken(triesLeft: left), checked: nil, tokenWaits: false) = try await bridge.post(shown, token: "no")
            else {
                Issue.record("\(left)")
                return
            }
        }
        for decision in [ConsentForm.Decision.approve, .approve, .check, .deny] {
            guard case .burned = try await bridge.post(shown, decision, token: decision == .approve ? "no" : Harness.token) else {
                Issue.record("not burned")
                return
            }
        }
        #expect(bridge.upstream.calls == 5)
        try bridge.expectNothingStored()
        #expect(try bridge.audit().count { $0.action == "denied" && $0.detail == "wrong token" } == 5)
        let again = try await bridge.show(shown.client, browser: shown.browser)
        #expect(try await bridge.approve(again).account == "@ada", "a new request of the client helps")
    }

    @Test(arguments: StoreKind.all)
    func `of 64 parallel guesses the upstream sees five`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let shown = try await bridge.show(try bridge.register())
        _ = await inParallel(64) { try await bridge.post(shown, token: "guess") }
        #expect(bridge.upstream.calls <= 5)
        guard case .burned = try await bridge.post(shown) else {
            Issue.record("not burned")
            return
        }
        try bridge.expectNothingStored()
    }

    @Test func `trouble that is not the token's costs no tries`() async throws {
        let bridge = try await Harness()
        let shown = try await bridge.show(try bridge.register())
        bridge.upstream.setOutage(.unavailable(retryAfter: nil))
        for _ in 0..<12 { _ = try await bridge.post(shown) }
        bridge.upstream.setOutage(.insufficient)
        for _ in 0..<12 { _ = try await bridge.post(shown, .check) }
        bridge.upstream.setOutage(nil)
        for _ in 0..<12 { _ = try await bridge.post(shown, .check) }
        guard case .form(.wrongToken(triesLeft: 4), checked: nil, tokenWaits: false) = try await bridge.post(shown, token: "no") else {
            Issue.record("tries were spent")
            return
        }
        #expect(try await bridge.approve(shown).account == "@ada")
    }

    @Test(arguments: [
        "two words", "line\r\nend", "nul\u{0}", "é", "\u{202E}gpj", "tab\there", String(repeating: "x", count: 4097),
        String(repeating: "x", count: 1 << 20),
    ])
    func `what cannot be a token never reaches the upstream`(pasted: String) async throws {
        let bridge = try await Harness()
        let shown = try await bridge.show(try bridge.register())
        for decision in [ConsentForm.Decision.approve, .check] {
            guard case .form(.unreadable, checked: nil, tokenWaits: false) = try await bridge.post(shown, decision, token: pasted) else {
                Issue.record("read")
                return
            }
        }
        #expect(bridge.upstream.calls == 0)
        #expect(try bridge.count("consents") == 0)
    }

    @Test func `spaces and line ends around a token are no part of it`() async throws {
        let bridge = try await Harness()
        let approved = try await bridge.approve(try await bridge.show(try bridge.register()), token: " \n\(Harness.token)\r\n")
        let tokens = try await bridge.exchange(approved)
        #expect(try await bridge.opened(with: tokens.accessToken) == Harness.token)
    }
}

extension Harness {
    /// No entry, grant or client, and nothing that a person would call stored.
    func expectNothingStored(sourceLocation: SourceLocation = #_sourceLocation) throws {
        for table in ["entries", "grants", "clients"] {
            #expect(try count(table) == 0, "\(table)", sourceLocation: sourceLocation)
        }
    }

    /// In no file, in no common spelling.
    func expectNoTrace(of secret: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for (name, bytes) in try folder.contents() {
            for spelling in Spelling.all(of: secret) {
                #expect(!bytes.holds(spelling.bytes), "\(spelling.name) in \(name)", sourceLocation: sourceLocation)
            }
        }
    }
}
