import AuthorizationServer
import GRDB
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@testable import SQLiteStorage

@Suite struct CommitTests {
    private struct Failed: Error {}

    private let folder: TemporaryFolder
    private let database: SQLiteDatabase
    private let clock = TestClock()

    init() throws {
        folder = try TemporaryFolder()
        database = try SQLiteDatabase(path: folder.file("test.sqlite"), clock: clock.clock)
    }

    private func insert(_ index: Int, _ db: Database) throws {
        try db.execute(sql: "INSERT INTO audit (at, action) VALUES (?, 'x')", arguments: [index])
    }

    @Test func `a job that fails takes nothing of the others along`() async throws {
        let (database, raw) = (database, try RawDatabase(path: folder.file("test.sqlite")))
        let results = await withTaskGroup(of: (Int, Result<Int, StoreFailure>).self) { group in
            for index in 0..<200 {
                group.addTask {
                    do throws(StoreFailure) {
                        return (
                            index,
                            .success(
                                try await database.committer.perform { db in
                                    try insert(index, db)
                                    if index.isMultiple(of: 5) { throw Failed() }
                                    if index.isMultiple(of: 7) { try db.execute(sql: "INSERT INTO nowhere VALUES (1)") }
                                    return index
                                })
                        )
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [(Int, Result<Int, StoreFailure>)]()) { $0.append($1) }
        }
        let good = Set((0..<200).filter { !$0.isMultiple(of: 5) && !$0.isMultiple(of: 7) })
        for (index, result) in results {
            switch result {
            case .success(let value): #expect(value == index && good.contains(index))
            case .failure(let failure):
                #expect(!good.contains(index))
                #expect(failure == .unavailable("Failed") || "\(failure)".contains("nowhere"))
            }
        }
        let written = try raw.rows("SELECT at FROM audit").compactMap { $0["at"]?.integer.map(Int.init) }
        #expect(Set(written) == good)
        #expect(written.count == good.count)
    }

    @Test func `a result is given only once its commit can be seen from outside`() async throws {
        let (database, raw) = (database, try RawDatabase(path: folder.file("test.sqlite")))
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<100 {
                group.addTask {
                    do {
                        try await database.committer.perform { try insert(index, $0) }
                        #expect(try raw.value("SELECT count(*) FROM audit WHERE at = ?", [.integer(Int64(index))]) == .integer(1))
                    } catch {
                        Issue.record(error)
                    }
                }
            }
        }
    }

    @Test func `a commit that fails is told to everybody who was in it`() async throws {
        let (database, raw) = (database, try RawDatabase(path: folder.file("test.sqlite")))
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<60 {
                group.addTask {
                    let outcome: Void? = try? await database.committer.perform { db in
                        try insert(index, db)
                        // A foreign key that is checked at the commit and not before.
                        guard index.isMultiple(of: 20) else { return }
                        try db.execute(sql: "PRAGMA defer_foreign_keys = ON")
                        try db.execute(
                            sql: """
                                INSERT INTO grants (id, client, subject, upstream, redirect_uri, requested, granted, resource, created_at,
                                    expires_at, state, mac_key, generation, mac)
                                VALUES (?, 'nobody', '', '', '', '', '', '', 0, 0, 'ended', '', 0, x'')
                                """, arguments: ["\(index)"])
                    }
                    let written = try? raw.value("SELECT count(*) FROM audit WHERE at = ?", [.integer(Int64(index))]).integer
                    #expect(written == (outcome == nil ? 0 : 1), "\(index)")
                    if index.isMultiple(of: 20) { #expect(outcome == nil) }
                }
            }
        }
        #expect(try raw.count("grants") == 0)
        try await database.committer.perform { try insert(1000, $0) }
        #expect(try raw.value("SELECT count(*) FROM audit WHERE at = 1000") == .integer(1), "the next commit is none the worse for it")
    }

    /// How a disk refuses: full, or read-only.
    enum Refusal: String, Sendable, CaseIterable {
        case full = "PRAGMA max_page_count = 1"
        case readOnly = "PRAGMA query_only = ON"

        var end: String {
            switch self {
            case .full: "PRAGMA max_page_count = 1000000"
            case .readOnly: "PRAGMA query_only = OFF"
            }
        }
    }

    @Test(arguments: Refusal.allCases)
    func `a disk that takes nothing is the server's trouble and costs nobody his tokens`(refusal: Refusal) async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let approved = try await bridge.approve(connection.client)
        let shown = try await bridge.show(connection.client)
        let pool = try #require(bridge.store as? SQLiteStore).database.pool
        try await pool.writeWithoutTransaction { db in try db.execute(sql: refusal.rawValue) }
        if refusal == .full { try await fill(pool) }
        let steps: [@Sendable () async throws -> Void] = [
            { _ = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) },
            { _ = try await bridge.exchange(approved) }, { _ = try await bridge.post(shown) },
            { try await bridge.server.revoke(connection.tokens.refreshToken, by: connection.client, caller: Harness.caller) },
        ]
        for step in steps {
            do {
                try await step()
                #expect(refusal == .full, "a full disk may still have room in its pages")
            } catch {
                guard case .store(.unavailable) = error as? Rejection else {
                    Issue.record(error)
                    continue
                }
                #expect((error as? Rejection)?.wireError.code == .serverError)
            }
        }
        try await pool.writeWithoutTransaction { db in try db.execute(sql: refusal.end) }
        if refusal == .readOnly {
            await #expect(throws: Never.self) { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) }
            await #expect(throws: Never.self) { try await bridge.exchange(approved) }
            #expect(try await bridge.approve(shown).account == "@ada")
        }
    }

    /// Uses up the room in the pages that are there.
    private func fill(_ pool: DatabasePool) async throws {
        try await pool.write { db in
            try? db.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
                    INSERT INTO audit (at, action) SELECT 0, 'x' FROM n
                    """)
        }
    }

    @Test func `the audit queue refuses when it cannot be written, and recovers by itself`() async throws {
        let database = database
        let store = SQLiteStore(database: database, keyring: try Keyrings.full(), auditRetry: .zero)
        try await database.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
        try store.enqueue(AuditEvent(.toolCalled, detail: "kept"))
        await store.flushAudit()
        #expect(throws: StoreFailure.self) { try store.enqueue(AuditEvent(.toolCalled, detail: "refused")) }
        try await database.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = OFF") }
        while (try? store.enqueue(AuditEvent(.toolCalled, detail: "after"))) == nil { await Task.yield() }
        await store.flushAudit()
        let raw = try RawDatabase(path: folder.file("test.sqlite"))
        #expect(try raw.rows("SELECT detail FROM audit ORDER BY sequence").map { $0["detail"] } == [.text("kept"), .text("after")])
    }

    @Test func `after the flush all events are on the disk, in their order`() async throws {
        let store = SQLiteStore(database: database, keyring: try Keyrings.full())
        await store.flushAudit()
        for index in 0..<500 { try store.enqueue(AuditEvent(.toolCalled, detail: "\(index)")) }
        await store.flushAudit()
        let raw = try RawDatabase(path: folder.file("test.sqlite"))
        #expect(try raw.rows("SELECT detail FROM audit ORDER BY sequence").map { $0["detail"] } == (0..<500).map { .text("\($0)") })
    }

    @Test func `a closed database is unavailable`() async throws {
        let store = SQLiteStore(database: database, keyring: try Keyrings.full())
        try database.close()
        #expect(throws: StoreFailure.self) { try store.grant(GrantID("x")) }
        #expect(throws: StoreFailure.self) { try database.checkpoint() }
        #expect(throws: StoreFailure.self) { try database.deployment() }
        await #expect(throws: StoreFailure.self) { try await store.record([AuditEvent(.denied)]) }
        await #expect(throws: StoreFailure.self) { try await store.sweep(lifetimes: Lifetimes()) }
    }
}
