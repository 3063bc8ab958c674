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
        for task in SweepTask.allCases {
            var changed = Self.step
            while changed == Self.step {
                changed = try await run(task, lifetimes)
                total += changed
            }
        }
        return total
    }

    private func run(_ task: SweepTask, _ lifetimes: Lifetimes) async throws(StoreFailure) -> Int {
        let (clock, rows) = (database.clock, rows)
        return try await database.committer.perform { db in
            let now = clock()
            switch task {
            case .endUnusedCodes:
                let query = "SELECT id FROM grants WHERE state = 'pending' AND code_expires_at <= ? LIMIT ?"
                return try Self.end(query, [now.seconds, Self.step], .codeNeverUsed, now, rows, db)
            case .endIdleGrants:
                let query = "SELECT id FROM grants WHERE state = 'active' AND (current_issued_at <= ? OR expires_at <= ?) LIMIT ?"
                return try Self.end(query, [now.seconds - lifetimes.refreshTokenIdle, now.seconds, Self.step], .expired, now, rows, db)
            case .eraseSpentSuccessors:
                let query = """
                    SELECT id FROM grants
                    WHERE predecessor_locked_successor IS NOT NULL AND current_seen = 1 AND predecessor_retry_until <= ? LIMIT ?
                    """
                return try Self.eraseSuccessors(query, [now.seconds, Self.step], now, rows, db)
            case .deleteConsents:
                let query = "DELETE FROM consents WHERE id IN (SELECT id FROM consents WHERE expires_at <= ? LIMIT ?)"
                try db.execute(sql: query, arguments: [now.seconds, Self.step])
                return db.changesCount
            case .deleteEndedGrants:
                // Kept as long as a token of theirs could still be presented, to tell a replay from an unknown token.
                let query = "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE state = 'ended' AND expires_at <= ? LIMIT ?)"
                try db.execute(sql: query, arguments: [now.seconds, Self.step])
                return db.changesCount
            }
        }
    }

    private enum SweepTask: CaseIterable {
        case endUnusedCodes
        case endIdleGrants
        case eraseSpentSuccessors
        case deleteConsents
        case deleteEndedGrants
    }

    private static func end(
        _ query: String, _ arguments: StatementArguments, _ reason: Grant.EndReason, _ now: UnixTime, _ rows: AuthenticatedRows,
        _ db: Database
    ) throws -> Int {
        let ids = try String.fetchAll(db, sql: query, arguments: arguments)
        for id in ids {
            guard let stored = try rows.grant(GrantID(id), db) else { continue }
            var grant = stored.value
            grant.end(reason, at: now)
            try rows.replace(stored, with: grant, db)
            let event = AuditEvent(.expired, subject: grant.subject, clientID: grant.client.text, grantID: id, detail: reason.rawValue)
            try AuditLog.append([event], at: now, db)
        }
        return ids.count
    }

    private static func eraseSuccessors(
        _ query: String, _ arguments: StatementArguments, _ now: UnixTime, _ rows: AuthenticatedRows, _ db: Database
    ) throws -> Int {
        let ids = try String.fetchAll(db, sql: query, arguments: arguments)
        for id in ids {
            guard let stored = try rows.grant(GrantID(id), db) else { continue }
            var grant = stored.value
            grant.eraseSpentSuccessor(at: now)
            try rows.replace(stored, with: grant, db)
        }
        return ids.count
    }
}
