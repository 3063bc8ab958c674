package import AuthorizationServer
import GRDB
package import OAuth
package import Primitives
package import Vault

/// The store of one process, in SQLite. Every write is a job of the group committer: one transaction, durable when it returns.
package struct SQLiteStore: AuthorizationStore {
    let database: SQLiteDatabase
    let rows: AuthenticatedRows
    private let auditQueue: AuditQueue

    /// - Parameter auditRetry: how long the audit queue waits before it tries to write again.
    package init(database: SQLiteDatabase, keyring: Keyring, auditRetry: Duration = .seconds(1)) {
        self.database = database
        rows = AuthenticatedRows(authenticator: RowAuthenticator(keyring: keyring))
        auditQueue = AuditQueue(database: database, retry: auditRetry)
    }

    package func time() throws(StoreFailure) -> UnixTime { database.clock() }

    // MARK: Keyring

    package func addKey(_ record: KeyRecord, erasingPredecessorAt end: UnixTime?) async throws(StoreFailure) {
        try await database.committer.perform { db in
            if record.purpose == .signing {
                try db.execute(sql: "DELETE FROM keyring WHERE id = ? AND purpose = 'signing'", arguments: [record.id.text])
            }
            if record.state == .active {
                try db.execute(
                    sql: """
                        UPDATE keyring SET state = 'decrypt-only', erase_at = COALESCE(erase_at, ?)
                        WHERE purpose = ? AND state = 'active'
                        """,
                    arguments: [end?.seconds, record.purpose.rawValue])
            }
            try SQLiteDatabase.insert(record, db)
        }
    }

    package func eraseKeys(_ ids: [KeyID]) async throws(StoreFailure) {
        try await database.committer.perform { db in
            for id in ids { try db.execute(sql: "DELETE FROM keyring WHERE id = ?", arguments: [id.text]) }
        }
    }

    // MARK: Clients

    package func client(_ id: ClientID) throws(StoreFailure) -> ClientRow? {
        try read { db in try rows.client(id, db)?.value }
    }

    package func updateClient<Result: Sendable>(
        _ id: ClientID, _ transition: @escaping @Sendable (inout ClientRow?, UnixTime) -> ClientChange<Result>
    ) async throws(StoreFailure) -> Result {
        let (clock, rows) = (database.clock, rows)
        return try await database.committer.perform { db in
            let now = clock()
            let stored = try rows.client(id, db)
            var row = stored?.value
            let change = transition(&row, now)
            if let row, row != stored?.value { try rows.save(row, over: stored?.generation, db) }
            var audit = change.audit
            if let reason = change.endsGrants { audit += try rows.endGrants(of: id, reason, at: now, db) }
            try AuditLog.append(audit, at: now, db)
            return change.result
        }
    }

    // MARK: Consents

    package func consent(_ id: ConsentID) throws(StoreFailure) -> ConsentRecord? {
        try read { db in try rows.consent(id, db)?.value }
    }

    package func updateConsent<Result: Sendable>(
        _ id: ConsentID, _ transition: @escaping @Sendable (inout ConsentRecord?, UnixTime) -> ConsentChange<Result>
    ) async throws(StoreFailure) -> Result {
        let (clock, rows) = (database.clock, rows)
        return try await database.committer.perform { db in
            let now = clock()
            let stored = try rows.consent(id, db)
            var record = stored?.value
            let change = transition(&record, now)
            if let approval = change.approval {
                try rows.insertIfNew(approval.client, db)
                try rows.insert(approval.entry, db)
                try rows.save(approval.grant, over: nil, db)
            }
            if let record { try rows.save(record, over: stored?.generation, db) }
            try AuditLog.append(change.audit, at: now, db)
            return change.result
        }
    }

    // MARK: Grants and entries

    package func grant(_ id: GrantID) throws(StoreFailure) -> Grant? {
        try read { db in try rows.grant(id, db)?.value }
    }

    package func holding(_ id: GrantID) throws(StoreFailure) -> Holding? {
        try read { db in
            guard let grant = try rows.grant(id, db)?.value, let client = try rows.client(grant.client, db)?.value else { return nil }
            return Holding(grant: grant, client: client)
        }
    }

    package func entry(_ id: EntryID) throws(StoreFailure) -> Entry? {
        try read { db in try rows.entry(id, db) }
    }

    package func updateGrant<Result: Sendable>(
        _ id: GrantID, _ transition: @escaping @Sendable (inout Grant, UnixTime) -> GrantChange<Result>
    ) async throws(StoreFailure) -> Result? {
        let (clock, rows) = (database.clock, rows)
        return try await database.committer.perform { db in
            let now = clock()
            guard let stored = try rows.grant(id, db) else { return nil }
            var grant = stored.value
            let change = transition(&grant, now)
            if grant != stored.value { try rows.replace(stored, with: grant, db) }
            try AuditLog.append(change.audit, at: now, db)
            return change.result
        }
    }

    // MARK: Audit

    package func record(_ events: [AuditEvent]) async throws(StoreFailure) {
        let clock = database.clock
        try await database.committer.perform { db in try AuditLog.append(events, at: clock(), db) }
    }

    package func enqueue(_ event: AuditEvent) throws(StoreFailure) {
        try auditQueue.add(event)
    }

    /// Waits until everything in the audit queue is on the disk, for a clean stop.
    package func flushAudit() async {
        await auditQueue.flush()
    }

    /// Whether the database answers, for a readiness probe.
    package var isReadable: Bool { (try? read { db in try Int.fetchOne(db, sql: "SELECT one FROM deployment") }) == 1 }

    /// A read on the calling thread: it costs less than the hop to another one.
    func read<Value>(_ body: (Database) throws -> Value) throws(StoreFailure) -> Value {
        do { return try database.pool.read(body) } catch { throw StoreFailure(error) }
    }
}
