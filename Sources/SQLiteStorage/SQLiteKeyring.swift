import Foundation
import GRDB
package import Primitives
package import Vault

/// What a start needs before there is a keyring: whose database it is, and the wrapped keys.
package struct StoredDeployment: Sendable {
    package let id: DeploymentID
    package let masterKeyCheck: [UInt8]
    package let keys: [KeyRecord]
}

extension SQLiteDatabase {
    /// Reads whose database a file is without opening it for writing: opening a pool writes, and a wrong master key must leave every byte alone.
    /// - Returns: `nil` where there is no database yet.
    /// - Throws: `corrupt` also for the schema of a newer program.
    package static func deployment(at path: String) throws(StoreFailure) -> StoredDeployment? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            var configuration = GRDB.Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            return try DatabaseQueue(path: path, configuration: configuration).read { db in
                guard try !Migrations.migrator.hasBeenSuperseded(db) else { throw newerSchema }
                return try db.tableExists("deployment") ? try deployment(db) : nil
            }
        } catch {
            throw StoreFailure(error)
        }
    }

    /// `nil` in a new database.
    package func deployment() throws(StoreFailure) -> StoredDeployment? {
        do { return try pool.read { try Self.deployment($0) } } catch { throw StoreFailure(error) }
    }

    private static func deployment(_ db: Database) throws -> StoredDeployment? {
        guard let row = try Row.fetchOne(db, sql: "SELECT id, master_key_check FROM deployment") else { return nil }
        let keys = try Row.fetchAll(db, sql: "SELECT * FROM keyring ORDER BY created_at, id").map(Self.keyRecord)
        return StoredDeployment(id: DeploymentID(row["id"]), masterKeyCheck: Array(row["master_key_check"] as Data), keys: keys)
    }

    /// Makes a new deployment with its first keys, all or nothing.
    package func createDeployment(_ id: DeploymentID, masterKeyCheck: [UInt8], keys: [KeyRecord], at now: UnixTime) throws(StoreFailure) {
        do {
            try pool.write { db in
                try db.execute(
                    sql: "INSERT INTO deployment (one, id, master_key_check, created_at) VALUES (1, ?, ?, ?)",
                    arguments: [id.text, Data(masterKeyCheck), now.seconds])
                for key in keys { try Self.insert(key, db) }
            }
        } catch {
            throw StoreFailure(error)
        }
    }

    static func insert(_ key: KeyRecord, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO keyring (id, purpose, form, state, created_at, erase_at, wrapped) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                key.id.text, key.purpose.rawValue, key.form?.text, key.state.rawValue, key.createdAt.seconds, key.eraseAt?.seconds,
                Data(key.wrapped),
            ])
    }

    private static func keyRecord(_ row: Row) throws -> KeyRecord {
        guard let purpose = KeyPurpose(rawValue: row["purpose"]), let state = KeyState(rawValue: row["state"]) else {
            throw StoreFailure.corrupt("keyring row \(row["id"] as String) has an unknown purpose or state")
        }
        // A schema from before forms, read for its master key's sake, has no such column.
        let text = row.hasColumn("form") ? row["form"] as String? : nil
        let form = text.flatMap(SigningKeyForm.init(text:))
        guard text == nil || form != nil else {
            throw StoreFailure.corrupt("keyring row \(row["id"] as String) has an unknown form")
        }
        return KeyRecord(
            id: KeyID(row["id"]), purpose: purpose, form: form, state: state, createdAt: UnixTime(row["created_at"]),
            eraseAt: (row["erase_at"] as Int64?).map { UnixTime($0) }, wrapped: Array(row["wrapped"] as Data))
    }
}
