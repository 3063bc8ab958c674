import AuthorizationServer
import Foundation
import GRDB
import OAuth
import Primitives
import Vault

/// Clients as rows.
extension AuthenticatedRows {
    func client(_ id: ClientID, _ db: Database) throws -> Stored<ClientRow>? {
        let statement = try db.cachedStatement(sql: "SELECT * FROM clients WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id.text]) else { return nil }
        return try client(row)
    }

    /// - Throws: `tampered` also where the columns do not make a client: nobody here wrote such a row.
    func client(_ row: Row) throws -> Stored<ClientRow> {
        let id: String = row["id"]
        let state: ClientRow.State
        switch (row["state"] as String, row["changed_at"] as Int64?) {
        case ("active", nil): state = .active
        case ("blocked", let at?): state = .blocked(at: UnixTime(at))
        case ("deleted", let at?): state = .deleted(at: UnixTime(at))
        default: throw StoreFailure.tampered(table: "clients", row: id)
        }
        let client = ClientRow(
            id: ClientID(id), createdAt: UnixTime(row["created_at"]), state: state, replacement: row["replacement"])
        return Stored(value: client, generation: try check(row, "clients", id: id, columns: client.decidingColumns))
    }

    func insertIfNew(_ row: ClientRow, _ db: Database) throws {
        if try client(row.id, db) == nil { try save(row, over: nil, db) }
    }

    func save(_ client: ClientRow, over generation: Int64?, _ db: Database) throws {
        let seal = try seal(client.decidingColumns, "clients", generation: (generation ?? 0) + 1)
        var (state, changedAt): (String, Int64?) = ("active", nil)
        switch client.state {
        case .active: break
        case .blocked(let at): (state, changedAt) = ("blocked", at.seconds)
        case .deleted(let at): (state, changedAt) = ("deleted", at.seconds)
        }
        try db.execute(
            sql: """
                INSERT INTO clients (id, created_at, state, changed_at, replacement, mac_key, generation, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at,
                    replacement = excluded.replacement, mac_key = excluded.mac_key, generation = excluded.generation, mac = excluded.mac
                """,
            arguments: [
                client.id.text, client.createdAt.seconds, state, changedAt, client.replacement, seal.keyID.text, seal.generation,
                Data(seal.mac),
            ])
    }

    /// Ends what is left of a client. A row that somebody else wrote is left as it is: it opens nothing.
    /// - Returns: what to note, one event for each grant.
    func endGrants(of id: ClientID, _ reason: Grant.EndReason, at now: UnixTime, _ db: Database) throws -> [AuditEvent] {
        let ids = try String.fetchAll(db, sql: "SELECT id FROM grants WHERE client = ? AND state <> 'ended'", arguments: [id.text])
        var events: [AuditEvent] = []
        for grantID in ids {
            let found: Stored<Grant>?
            do { found = try grant(GrantID(grantID), db) } catch StoreFailure.tampered { continue }
            guard let stored = found else { continue }
            var grant = stored.value
            grant.end(reason, at: now)
            try replace(stored, with: grant, db)
            events.append(AuditEvent(.revoked, subject: grant.subject, clientID: id.text, grantID: grantID, detail: reason.rawValue))
        }
        return events
    }
}
