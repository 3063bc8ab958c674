import AuthorizationServer
import Foundation
import GRDB
import OAuth
import Primitives
import Vault

/// A row whose MAC held, and how often it was written.
struct Stored<Value: Sendable>: Sendable {
    let value: Value
    let generation: Int64
}

/// Reads and writes the rows that decide. Nothing leaves here whose MAC does not hold, and nothing is written without one.
struct AuthenticatedRows: Sendable {
    let authenticator: RowAuthenticator

    // MARK: Seals

    func seal(_ columns: [UInt8], _ table: String, generation: Int64) throws -> RowSeal {
        do {
            return try authenticator.seal(columns, table: table, generation: generation)
        } catch {
            throw StoreFailure.corrupt("the keyring has no key for row MACs")
        }
    }

    /// - Throws: `tampered` when the row is not what this deployment wrote.
    func check(_ row: Row, _ table: String, id: String, columns: [UInt8]) throws -> Int64 {
        let seal = RowSeal(keyID: KeyID(row["mac_key"]), generation: row["generation"], mac: Array(row["mac"] as Data))
        guard authenticator.verifies(seal, row: columns, table: table) else { throw StoreFailure.tampered(table: table, row: id) }
        return seal.generation
    }

    // MARK: Entries

    func entry(_ id: EntryID, _ db: Database) throws -> Entry? {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM entries WHERE id = ?", arguments: [id.text]) else { return nil }
        let entry = Entry(
            id: EntryID(row["id"]), subject: Subject(row["subject"]), upstream: UpstreamID(row["upstream"]),
            createdAt: UnixTime(row["created_at"]), sealed: Array(row["sealed"] as Data))
        _ = try check(row, "entries", id: id.text, columns: entry.decidingColumns)
        return entry
    }

    func insert(_ entry: Entry, _ db: Database) throws {
        let seal = try seal(entry.decidingColumns, "entries", generation: 1)
        try db.execute(
            sql: """
                INSERT INTO entries (id, subject, upstream, created_at, sealed, mac_key, generation, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                entry.id.text, entry.subject.text, entry.upstream.text, entry.createdAt.seconds, Data(entry.sealed), seal.keyID.text,
                seal.generation, Data(seal.mac),
            ])
    }

    // MARK: Consents

    func consent(_ id: ConsentID, _ db: Database) throws -> Stored<ConsentRecord>? {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM consents WHERE id = ?", arguments: [id.text]) else { return nil }
        let state: ConsentRecord.State
        switch (row["state"] as String, row["grant_id"] as String?) {
        case ("open", _): state = .open
        case ("burned", _): state = .burned
        case ("denied", _): state = .denied
        case ("approved", let grant?): state = .approved(GrantID(grant), outcome: (row["outcome"] as Data?).map { Array($0) })
        default: throw StoreFailure.tampered(table: "consents", row: id.text)
        }
        let record = ConsentRecord(
            id: ConsentID(row["id"]), expiresAt: UnixTime(row["expires_at"]), tries: row["tries"], state: state,
            waiting: (row["waiting"] as Data?).map { Array($0) })
        return Stored(value: record, generation: try check(row, "consents", id: id.text, columns: record.decidingColumns))
    }

    func save(_ record: ConsentRecord, over generation: Int64?, _ db: Database) throws {
        let seal = try seal(record.decidingColumns, "consents", generation: (generation ?? 0) + 1)
        var (name, grant, outcome): (String, String?, [UInt8]?) = ("open", nil, nil)
        switch record.state {
        case .open: name = "open"
        case .burned: name = "burned"
        case .denied: name = "denied"
        case .approved(let id, let locked): (name, grant, outcome) = ("approved", id.text, locked)
        }
        try db.execute(
            sql: """
                INSERT INTO consents (id, expires_at, tries, state, grant_id, outcome, waiting, mac_key, generation, mac)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET tries = excluded.tries, state = excluded.state, grant_id = excluded.grant_id,
                    outcome = excluded.outcome, waiting = excluded.waiting, mac_key = excluded.mac_key, generation = excluded.generation,
                    mac = excluded.mac
                """,
            arguments: [
                record.id.text, record.expiresAt.seconds, record.tries, name, grant, outcome.map { Data($0) },
                record.waiting.map { Data($0) },
                seal.keyID.text, seal.generation, Data(seal.mac),
            ])
    }
}
