package import AuthorizationServer
import GRDB
import OAuth
import Primitives
package import Vault

extension SQLiteStore {
    /// How many rows one transaction touches at most, so that no request waits long for the background.
    private static let step = 200

    package func sweep(lifetimes: Lifetimes) async throws(StoreFailure) -> Int {
        var total = 0
        for task in GrantTask.allCases {
            var step: Step? = Step(after: "", found: 0, changed: 0)
            while let last = step {
                let next = try await run(task, lifetimes, after: last.after)
                total += next.changed
                step = next.found == Self.step ? next : nil
            }
        }
        for query in Self.deletions {
            var deleted = Self.step
            while deleted == Self.step {
                deleted = try await delete(query)
                total += deleted
            }
        }
        return total
    }

    /// What changes grants that may still hold keys, row by row.
    private enum GrantTask: CaseIterable {
        case endUnusedCodes
        case endIdleGrants
        case eraseSpentSuccessors
    }

    /// A year, in seconds.
    private static let clientLife = 31_536_000

    /// What is deleted without being read. Ended grants are kept as long as a token of theirs could still be presented, to tell a replay from an
    /// unknown token. The row of a client goes a year after its first approval if nothing of it is left: its id, or its document, still says it
    /// all. What says more (blocked, deleted, changed) stays.
    private static let deletions = [
        "DELETE FROM consents WHERE id IN (SELECT id FROM consents WHERE expires_at <= ? LIMIT ?)",
        "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE state = 'ended' AND expires_at <= ? LIMIT ?)",
        """
        DELETE FROM clients WHERE id IN (
            SELECT id FROM clients WHERE state = 'active' AND (replacement IS NULL OR id LIKE 'https://%') AND created_at <= ? - \(clientLife)
                AND NOT EXISTS (SELECT 1 FROM grants WHERE client = clients.id) LIMIT ?)
        """,
    ]

    private struct Step: Sendable {
        let after: String
        let found: Int
        let changed: Int
    }

    private func run(_ task: GrantTask, _ lifetimes: Lifetimes, after: String) async throws(StoreFailure) -> Step {
        let (clock, rows) = (database.clock, rows)
        return try await database.committer.perform { db in
            let now = clock()
            let (condition, arguments) = Self.condition(task, lifetimes, now)
            let ids = try String.fetchAll(
                db, sql: "SELECT id FROM grants WHERE \(condition) AND id > ? ORDER BY id LIMIT ?",
                arguments: StatementArguments(arguments) + [after, Self.step])
            var changed = 0
            // A row that somebody else wrote is left as it is: it opens nothing, and must not keep the others from being swept.
            for id in ids where try Self.change(GrantID(id), task, now, rows, db) { changed += 1 }
            return Step(after: ids.last ?? after, found: ids.count, changed: changed)
        }
    }

    private static func condition(_ task: GrantTask, _ lifetimes: Lifetimes, _ now: UnixTime) -> (sql: String, arguments: [Int64]) {
        switch task {
        case .endUnusedCodes: ("state = 'pending' AND code_expires_at <= ?", [now.seconds])
        case .endIdleGrants:
            (
                "state = 'active' AND (current_issued_at <= ? OR expires_at <= ?)", [now.seconds - lifetimes.refreshTokenIdle, now.seconds]
            )
        case .eraseSpentSuccessors:
            ("predecessor_locked_successor IS NOT NULL AND current_seen = 1 AND predecessor_retry_until <= ?", [now.seconds])
        }
    }

    /// - Returns: whether the grant was changed.
    private static func change(
        _ id: GrantID, _ task: GrantTask, _ now: UnixTime, _ rows: AuthenticatedRows, _ db: Database
    ) throws -> Bool {
        let found: Stored<Grant>?
        do { found = try rows.grant(id, db) } catch StoreFailure.tampered { return false }
        guard let stored = found else { return false }
        var grant = stored.value
        var audit: [AuditEvent] = []
        switch task {
        case .endUnusedCodes, .endIdleGrants:
            let reason: Grant.EndReason = task == .endUnusedCodes ? .codeNeverUsed : .expired
            grant.end(reason, at: now)
            audit = [AuditEvent(.expired, subject: grant.subject, clientID: grant.client.text, grantID: id.text, detail: reason.rawValue)]
        case .eraseSpentSuccessors: grant.eraseSpentSuccessor(at: now)
        }
        guard grant != stored.value else { return false }
        try rows.replace(stored, with: grant, db)
        try AuditLog.append(audit, at: now, db)
        return true
    }

    private func delete(_ query: String) async throws(StoreFailure) -> Int {
        let clock = database.clock
        return try await database.committer.perform { db in
            try db.execute(sql: query, arguments: [clock().seconds, Self.step])
            return db.changesCount
        }
    }
}
