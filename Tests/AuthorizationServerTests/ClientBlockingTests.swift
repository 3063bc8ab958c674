import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct ClientBlockingTests {
    private func page(_ step: () async throws -> Void) async -> OAuthErrorCode? {
        do {
            try await step()
            return nil
        } catch AuthorizationRefusal.page(let error) {
            return error.code
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    @Test(arguments: StoreKind.all) func `nothing of a blocked client works, at once and everywhere, until it is unblocked`(kind: StoreKind)
        async throws
    {
        let bridge = try await Harness(kind)
        let connection = try await bridge.connect()
        let waiting = try await bridge.show(connection.client)
        let approved = try await bridge.approve(connection.client)
        let elsewhere = try await bridge.secondInstance()
        #expect(try await elsewhere.authenticate(connection.tokens.accessToken) != nil)
        let calls = bridge.upstream.calls

        #expect(try await bridge.store.block(connection.client.id) != nil)
        for _ in 0..<2 {
            #expect(try await bridge.authenticate(connection.tokens.accessToken) == nil)
            #expect(try await elsewhere.authenticate(connection.tokens.accessToken) == nil)
            #expect(await page { _ = try await bridge.show(connection.client) } == .unauthorizedClient)
            #expect(await rejection { try await bridge.post(waiting) } == .clientBlocked)
            let credentials = try ClientCredentials(authorization: nil, form: FormData([("client_id", connection.client.id.text)]))
            #expect(await rejection { try await bridge.server.clients.authenticate(credentials) } == .clientBlocked)
            #expect(try await bridge.store.block(connection.client.id) == nil)
        }
        #expect(bridge.upstream.calls == calls)

        #expect(try await bridge.store.unblock(connection.client.id) != nil)
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        _ = try await bridge.exchange(approved)
        _ = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(try bridge.audit().map(\.action).filter { $0.hasPrefix("client_") } == ["client_blocked", "client_unblocked"])
    }

    @Test func `a client can be blocked before anybody approves it, and stays so over a restart`() async throws {
        let bridge = try await Harness()
        let client = try await bridge.register()
        let row = try #require(try await bridge.store.block(client.id))
        #expect(row.state == .blocked(at: bridge.clock.now))
        try await bridge.reopen()
        #expect(await page { _ = try await bridge.show(client) } == .unauthorizedClient)
        // Another one is no worse off for it.
        _ = try await bridge.approve(try await bridge.register(name: "Another"))
    }

    @Test func `a grant that the operator revokes is dead at once`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let grant = try await bridge.grant(of: connection)
        #expect(try await bridge.store.revoke(grant.id) == true)
        #expect(try await bridge.authenticate(connection.tokens.accessToken) == nil)
        #expect(try await bridge.store.revoke(grant.id) == false)
        #expect(try await bridge.store.revoke(GrantID("unknown")) == nil)
        #expect(try bridge.count("entries") == 0)
        #expect(try bridge.audit().last?.detail == "operator")
    }

    @Test func `a row that somebody else unblocked fails closed`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        _ = try await bridge.store.block(connection.client.id)
        try await bridge.settle()
        try bridge.raw().run("UPDATE clients SET state = 'active', changed_at = NULL")
        let tampered = Rejection.store(.tampered(table: "clients", row: connection.client.id.text))
        #expect(await rejection { try await bridge.authenticate(connection.tokens.accessToken) } == tampered)
        #expect(await rejection { try await bridge.server.clients.current(connection.client.id) } == tampered)
    }

    @Test func `a row of the first schema keeps its MAC: an active client that changed nothing decides by the same columns`() {
        let row = ClientRow(id: ClientID("dbi_1"), createdAt: UnixTime(1_800_000_000))
        var first = ByteWriter(purpose: "dbi_1")
        first.append(Int64(1_800_000_000))
        #expect(row.decidingColumns == first.bytes)
        var blocked = row
        #expect(blocked.block(at: UnixTime(1)) && blocked.decidingColumns != row.decidingColumns)
        var (deleted, changed) = (row, row)
        deleted.delete(at: UnixTime(1))
        changed.replace(with: "{}")
        #expect(Set([row, blocked, deleted, changed].map(\.decidingColumns)).count == 4)
        // For good.
        #expect(!deleted.block(at: UnixTime(2)) && !deleted.unblock())
        deleted.replace(with: "{}")
        #expect(deleted.replacement == nil)
    }

    @Test func `rows go a year after nothing is left of a client, and never while a grant lives or they say more than the id`() async throws
    {
        let bridge = try await Harness()
        let plain = try await bridge.connect()
        let blocked = try await bridge.approve(try await bridge.register(name: "Blocked"))
        _ = try await bridge.store.block(blocked.client.id)
        #expect(try bridge.count("clients") == 2)
        bridge.clock.advance(by: bridge.configuration.lifetimes.grant + 1)
        let late = try await bridge.approve(plain.client)
        bridge.clock.advance(by: 31_536_000 - bridge.configuration.lifetimes.grant - 2)
        _ = try await bridge.server.sweep()
        #expect(try bridge.store.client(plain.client.id) != nil)
        bridge.clock.advance(by: 3)
        // The year is over; a grant of it is not.
        let fresh = try await bridge.approve(plain.client)
        _ = try await bridge.exchange(fresh)
        _ = try await bridge.server.sweep()
        #expect(try bridge.store.client(plain.client.id) != nil)
        bridge.clock.advance(by: bridge.configuration.lifetimes.grant + 1)
        _ = try await bridge.server.sweep()
        _ = try await bridge.server.sweep()
        #expect(try bridge.store.client(late.client.id) == nil)
        #expect(try bridge.store.client(blocked.client.id)?.state != .active)
        #expect(try bridge.count("clients") == 1)
        // Its id says it all: it comes back with the next approval.
        _ = try await bridge.approve(plain.client)
        #expect(try bridge.count("clients") == 2)
    }
}
