import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

/// A writer to the database who has no keys.
@Suite struct TamperedRowTests {
    /// Everything of a grant that decides, in the states that have it.
    private static let activeColumns = [
        "client", "subject", "upstream", "redirect_uri", "requested", "granted", "resource", "created_at", "expires_at", "entry",
        "public_key", "state", "code_digest", "code_challenge", "family_generation", "current_digest", "current_issued_at",
        "current_seen", "predecessor_digest", "predecessor_retry_until", "mac_key", "generation", "mac",
    ]
    private static let pendingColumns = ["code_digest", "code_challenge", "code_expires_at", "state", "entry", "public_key", "granted"]

    /// The value as somebody would leave it who may change one thing.
    private static func changed(_ value: SQLValue, _ column: String) -> SQLValue {
        switch value {
        case .null: .integer(1)
        case .integer(let number): .integer(column == "current_seen" ? 1 - number : number + 1)
        case .text("active") where column == "state": .text("pending")
        case .text("pending") where column == "state": .text("active")
        case .text(let text): .text(String(text.dropLast()) + (text.last == "A" ? "B" : "A"))
        case .blob(let bytes): .blob([(bytes.first ?? 0) ^ 1] + bytes.dropFirst())
        }
    }

    @Test func `each column of a grant that decides is under its MAC, and the other grants go on working`() async throws {
        let bridge = try await Harness()
        let (victim, other) = (try await bridge.connect(), try await bridge.connect())
        let next = try await bridge.refresh(victim.tokens.refreshToken, as: victim.client)
        let id = try await bridge.grant(of: victim).id
        let raw = try bridge.raw()
        let row = try #require(try raw.rows("SELECT * FROM grants WHERE id = ?", [.text(id.text)]).first)
        for column in Self.activeColumns {
            let before = try #require(row[column])
            try raw.run("UPDATE grants SET \(column) = ? WHERE id = ?", [Self.changed(before, column), .text(id.text)])
            #expect(throws: StoreFailure.tampered(table: "grants", row: id.text), "\(column)") { try bridge.store.grant(id) }
            let refused = Rejection.store(.tampered(table: "grants", row: id.text))
            await #expect(throws: refused, "\(column)") { try await bridge.authenticate(next.accessToken) }
            await #expect(throws: refused, "\(column)") { try await bridge.refresh(next.refreshToken, as: victim.client) }
            #expect(try await bridge.opened(with: other.tokens.accessToken) == Harness.token)
            try raw.run("UPDATE grants SET \(column) = ? WHERE id = ?", [before, .text(id.text)])
        }
        #expect(try await bridge.opened(with: next.accessToken) == Harness.token, "put back, it works: so each refusal was the column's")
        #expect(throws: Never.self) { try bridge.store.grant(id) }
    }

    @Test func `each column of a grant that waits for its exchange is under its MAC`() async throws {
        let bridge = try await Harness()
        let approved = try await bridge.approve(try bridge.register())
        let raw = try bridge.raw()
        let row = try #require(try raw.rows("SELECT * FROM grants").first)
        let id = try #require(row["id"]?.text)
        for column in Self.pendingColumns {
            let before = try #require(row[column])
            try raw.run("UPDATE grants SET \(column) = ?", [Self.changed(before, column)])
            await #expect(throws: Rejection.store(.tampered(table: "grants", row: id)), "\(column)") { try await bridge.exchange(approved) }
            try raw.run("UPDATE grants SET \(column) = ?", [before])
        }
        await #expect(throws: Never.self) { try await bridge.exchange(approved) }
    }

    @Test(arguments: ["envelope", "envelope_key", "current_locked_key"])
    func `a lock that was changed opens nothing`(column: String) async throws {
        let bridge = try await Harness()
        let (victim, other) = (try await bridge.connect(), try await bridge.connect())
        let id = try await bridge.grant(of: victim).id
        let raw = try bridge.raw()
        let before = try raw.value("SELECT \(column) FROM grants WHERE id = ?", [.text(id.text)])
        try raw.run("UPDATE grants SET \(column) = ? WHERE id = ?", [Self.changed(before, column), .text(id.text)])
        if column == "current_locked_key" {
            await #expect(throws: Rejection.unknownRefreshToken) { try await bridge.refresh(victim.tokens.refreshToken, as: victim.client) }
        } else {
            #expect(try await bridge.opened(with: victim.tokens.accessToken) == nil)
        }
        #expect(try await bridge.opened(with: other.tokens.accessToken) == Harness.token)
        try raw.run("UPDATE grants SET \(column) = ? WHERE id = ?", [before, .text(id.text)])
        #expect(try await bridge.opened(with: victim.tokens.accessToken) == Harness.token)
    }

    @Test func `rows that were swapped between two grants are neither's`() async throws {
        let bridge = try await Harness()
        let (one, two) = (try await bridge.connect(), try await bridge.connect(token: Harness.bobsToken))
        let (first, second) = (try await bridge.grant(of: one).id, try await bridge.grant(of: two).id)
        let raw = try bridge.raw()
        try raw.run("UPDATE grants SET id = 'x' WHERE id = ?", [.text(first.text)])
        try raw.run("UPDATE grants SET id = ? WHERE id = ?", [.text(first.text), .text(second.text)])
        try raw.run("UPDATE grants SET id = ? WHERE id = 'x'", [.text(second.text)])
        for connection in [one, two] {
            await #expect(throws: Rejection.self) { try await bridge.authenticate(connection.tokens.accessToken) }
            await #expect(throws: Rejection.self) { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) }
        }
    }

    @Test(arguments: [["entry"], ["public_key"], ["entry", "envelope"], ["entry", "public_key", "envelope", "envelope_key"]])
    func `a grant that was re-pointed to another's entry or key is refused`(columns: [String]) async throws {
        let bridge = try await Harness()
        let (victim, thief) = (try await bridge.connect(), try await bridge.connect(token: Harness.bobsToken))
        let (from, to) = (try await bridge.grant(of: victim).id, try await bridge.grant(of: thief).id)
        for column in columns {
            try bridge.raw().run(
                "UPDATE grants SET \(column) = (SELECT \(column) FROM grants WHERE id = ?) WHERE id = ?",
                [.text(from.text), .text(to.text)])
        }
        await #expect(throws: Rejection.store(.tampered(table: "grants", row: to.text))) {
            try await bridge.opened(with: thief.tokens.accessToken)
        }
        #expect(try await bridge.opened(with: victim.tokens.accessToken) == Harness.token)
    }

    @Test func `each column of an entry is under its MAC`() async throws {
        let bridge = try await Harness()
        let (victim, other) = (try await bridge.connect(), try await bridge.connect(token: Harness.bobsToken))
        let id = try #require(try await bridge.grant(of: victim).connection?.entry.text)
        let raw = try bridge.raw()
        let row = try #require(try raw.rows("SELECT * FROM entries WHERE id = ?", [.text(id)]).first)
        let others = try #require(try raw.rows("SELECT * FROM entries WHERE id <> ?", [.text(id)]).first)
        for column in ["subject", "upstream", "created_at", "sealed", "mac_key", "generation", "mac"] {
            let before = try #require(row[column])
            for after in [Self.changed(before, column), others[column] ?? .null] where after != before {
                try raw.run("UPDATE entries SET \(column) = ? WHERE id = ?", [after, .text(id)])
                await #expect(throws: Rejection.store(.tampered(table: "entries", row: id)), "\(column)") {
                    try await bridge.opened(with: victim.tokens.accessToken)
                }
            }
            try raw.run("UPDATE entries SET \(column) = ? WHERE id = ?", [before, .text(id)])
        }
        #expect(try await bridge.opened(with: victim.tokens.accessToken) == Harness.token)
        #expect(try await bridge.opened(with: other.tokens.accessToken) == Harness.bobsToken)
    }

    @Test func `an entry that is gone opens nothing`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        try bridge.raw().run("DELETE FROM entries")
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == nil)
    }

    @Test(arguments: ["expires_at", "tries", "state", "mac_key", "generation", "mac"])
    func `the tries of a consent cannot be set back, nor its state`(column: String) async throws {
        let bridge = try await Harness()
        let shown = try await bridge.show(try bridge.register())
        _ = try await bridge.post(shown, token: "wrong")
        let raw = try bridge.raw()
        let before = try raw.value("SELECT \(column) FROM consents")
        for after in [Self.changed(before, column), column == "state" ? .text("denied") : column == "tries" ? .integer(0) : before]
        where after != before {
            try raw.run("UPDATE consents SET \(column) = ?", [after])
            await #expect(throws: Rejection.store(.tampered(table: "consents", row: shown.request.transaction.id.text))) {
                try await bridge.post(shown)
            }
        }
        #expect(bridge.upstream.calls == 1)
        try raw.run("UPDATE consents SET \(column) = ?", [before])
        #expect(try await bridge.approve(shown).account == "@ada")
    }

    @Test func `an approved consent leads to its own grant only`() async throws {
        let bridge = try await Harness()
        let shown = try await bridge.show(try bridge.register())
        _ = try await bridge.approve(shown)
        try bridge.raw().run("UPDATE consents SET grant_id = 'another'")
        await #expect(throws: Rejection.self) { try await bridge.post(shown) }
        try bridge.raw().run("UPDATE consents SET grant_id = NULL")
        await #expect(throws: Rejection.self) { try await bridge.post(shown) }
    }

    @Test(arguments: [
        "created_at = created_at + 1", "state = 'blocked'", "state = 'deleted', changed_at = 1", "changed_at = 1",
        #"replacement = '{"m":"none","r":["https://evil.example.test/callback"]}'"#, "generation = generation + 1", "mac = x'00'",
        "mac_key = 'other'",
    ])
    func `a client's row that was changed stops the client and nobody else`(change: String) async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let other = try await bridge.approve(try await bridge.register(name: "Another"))
        let bystander = try await bridge.exchange(other)
        try bridge.raw().run("UPDATE clients SET \(change) WHERE id = ?", [.text(connection.client.id.text)])
        let tampered = Rejection.store(.tampered(table: "clients", row: connection.client.id.text))
        await #expect(throws: tampered) { try await bridge.opened(with: connection.tokens.accessToken) }
        await #expect(throws: tampered) { try await bridge.server.clients.current(connection.client.id) }
        await #expect(throws: AuthorizationRefusal.self) { try await bridge.approve(connection.client) }
        #expect(try bridge.count("entries") == 2, "nothing of the approval was written")
        #expect(try await bridge.opened(with: bystander.accessToken) == Harness.token)
    }

    @Test func `an older row that was put back does not turn a used token into a fresh one`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let raw = try bridge.raw()
        let old = try #require(try raw.rows("SELECT * FROM grants").first)
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        for (column, value) in old { try raw.run("UPDATE grants SET \(column) = ?", [value]) }
        // That is the limit which the documents name: the old state works. The newer token is unknown to it and harms nothing.
        await #expect(throws: Rejection.unknownRefreshToken) { try await bridge.refresh(next.refreshToken, as: connection.client) }
    }
}
