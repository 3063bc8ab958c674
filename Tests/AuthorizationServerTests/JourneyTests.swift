import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct JourneyTests {
    @Test(arguments: StoreKind.all)
    func `a client registers, a person pastes a token once, and calls open it until the client gives it back`(kind: StoreKind) async throws
    {
        let bridge = try await Harness(kind)
        let client = try await bridge.register()
        let shown = try await bridge.show(client, scope: "read write")
        #expect(shown.request.transaction.requested == Harness.scopes.expand(["read", "write"]))
        #expect(shown.request.client == client.client)
        #expect(shown.request.redirect.text == Harness.redirect)
        #expect(try bridge.count("consents") == 0, "a page that is shown writes nothing")

        let answer = try await bridge.post(shown, scope: ["vals:read"])
        guard case .connected(let account, let url, _) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(account == "@ada")
        #expect(url.hasPrefix(Harness.redirect + "?code=dbc_"))
        #expect(Harness.parameter("state", of: url) == "a b&c")
        #expect(Harness.parameter("iss", of: url) == "https://bridge.example.test")
        let code = try #require(Harness.parameter("code", of: url))

        let tokens = try await bridge.exchange(ApprovedConsent(shown: shown, code: code, account: account))
        #expect(tokens.scope == "vals:read")
        #expect(tokens.expiresIn == 900)
        #expect(tokens.refreshToken.reveal().hasPrefix("dbr_"))
        #expect(try await bridge.opened(with: tokens.accessToken) == Harness.token)

        let next = try await bridge.refresh(tokens.refreshToken, as: client)
        #expect(next.refreshToken != tokens.refreshToken)
        #expect(try await bridge.opened(with: next.accessToken) == Harness.token)
        #expect(try await bridge.opened(with: tokens.accessToken) == Harness.token, "the older access token lives on")

        try await bridge.server.revoke(next.refreshToken, by: client, caller: Harness.caller)
        #expect(try await bridge.authenticate(next.accessToken) == nil)
        #expect(try bridge.count("entries") == 0, "the last grant takes the entry along")
        #expect(try bridge.audit().map(\.action) == ["connected", "exchanged", "refreshed", "revoked"])
        #expect(try bridge.audit().allSatisfy { $0.address == "192.0.2.0/24" })
    }

    @Test(arguments: 0...8)
    func `a restart between any two steps is not noticed`(place: Int) async throws {
        let bridge = try await Harness()
        var step = 0
        let restart = {
            if step == place { try await bridge.reopen() }
            step += 1
        }
        let client = try await bridge.register()
        try await restart()
        let shown = try await bridge.show(client)
        try await restart()
        let checked = try await bridge.post(shown, .check)
        guard case .form(nil, checked: Harness.ada, tokenWaits: true) = checked else {
            Issue.record("\(checked)")
            return
        }
        try await restart()
        let approved = try await bridge.approve(shown, token: nil)
        try await restart()
        let tokens = try await bridge.exchange(approved)
        try await restart()
        #expect(try await bridge.opened(with: tokens.accessToken) == Harness.token)
        try await restart()
        let next = try await bridge.refresh(tokens.refreshToken, as: client)
        try await restart()
        let again = try await bridge.refresh(tokens.refreshToken, as: client)
        #expect(again.refreshToken == next.refreshToken)
        try await restart()
        #expect(try await bridge.opened(with: again.accessToken) == Harness.token)
        try await bridge.server.revoke(next.accessToken, by: client, caller: Harness.caller)
        try await restart()
        #expect(try await bridge.authenticate(again.accessToken) == nil)
        #expect(await rejection { try await bridge.refresh(next.refreshToken, as: client) } == .grantEnded)
    }

    @Test(arguments: StoreKind.all)
    func `two instances over one store serve one chain`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let connection = try await bridge.connect()
        let other = try await bridge.secondInstance()
        let verified = try #require(try await other.authenticate(connection.tokens.accessToken))
        #expect(verified.grant.granted == Harness.scopes.expand(["read"]))
        try await bridge.server.revoke(connection.tokens.refreshToken, by: connection.client, caller: Harness.caller)
        #expect(try await other.authenticate(connection.tokens.accessToken) == nil, "dead at once, there too")
    }

    @Test func `the wrong master key refuses to start and changes nothing`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        try await bridge.settle()
        let before = try bridge.folder.contents()["drawbridge.sqlite"]
        await #expect(throws: WrongMasterKey.self) { try await bridge.reopen(master: Secret([UInt8](repeating: 1, count: 32))) }
        #expect(try bridge.folder.contents()["drawbridge.sqlite"] == before)
        try await bridge.reopenAfterFailure()
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
    }

    @Test(arguments: StoreKind.all)
    func `each client has its own connection, and each account its own subject`(kind: StoreKind) async throws {
        let bridge = try await Harness(kind)
        let (one, two) = (try await bridge.connect(), try await bridge.connect())
        let bob = try await bridge.connect(token: Harness.bobsToken)
        let (first, second, third) = (
            try await bridge.grant(of: one), try await bridge.grant(of: two), try await bridge.grant(of: bob)
        )
        #expect(first.subject == second.subject)
        #expect(first.subject != third.subject)
        #expect(Set([first, second, third].compactMap { $0.connection?.entry }).count == 3)
        #expect(try bridge.count("clients") == 1, "the same metadata is the same client")
        try await bridge.server.revoke(one.tokens.refreshToken, by: one.client, caller: Harness.caller)
        #expect(try await bridge.opened(with: two.tokens.accessToken) == Harness.token)
        #expect(try await bridge.opened(with: bob.tokens.accessToken) == Harness.bobsToken)
        #expect(try bridge.count("entries") == 2)
    }
}

/// Why a step was turned down; `nil` when it was not.
func rejection<Value>(_ step: () async throws -> Value) async -> Rejection? {
    do {
        _ = try await step()
        return nil
    } catch {
        return error as? Rejection
    }
}
