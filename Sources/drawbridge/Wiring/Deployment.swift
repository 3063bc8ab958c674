import Primitives
import SQLiteStorage
import SodiumCrypto
import Vault

/// The keyring of this installation: opened, or made on the first start.
enum Deployment {
    static func keyring(in database: SQLiteDatabase, master: MasterKey, at now: UnixTime) async throws -> Keyring {
        guard let stored = try database.deployment() else { return try create(in: database, master: master, at: now) }
        try check(master, against: stored)
        let keyring: Keyring
        do {
            keyring = try Keyring(deployment: stored.id, master: master, records: stored.keys)
        } catch {
            throw StartFailure(
                "A key of the keyring does not open with this master key: the database was changed by somebody else. Restore a backup.")
        }
        let store = SQLiteStore(database: database, keyring: keyring)
        for purpose in keyring.missingPurposes {
            let record = keyring.makeRecord(purpose, at: now)
            try await store.addKey(record)
            try keyring.add(record)
        }
        return keyring
    }

    /// - Throws: where the database belongs to another master key.
    static func check(_ master: MasterKey, against stored: StoredDeployment) throws(StartFailure) {
        guard master.matches(stored.masterKeyCheck, for: stored.id) else {
            throw StartFailure(
                "The master key does not belong to this database. Nothing was changed. Put the right key back, or name another state folder."
            )
        }
    }

    private static func create(in database: SQLiteDatabase, master: MasterKey, at now: UnixTime) throws -> Keyring {
        let id = DeploymentID(Base64URL.encode(Random.bytes(16)))
        let empty = try Keyring(deployment: id, master: master, records: [])
        let records = KeyPurpose.allCases.filter(\.isMadeAtStart).map { empty.makeRecord($0, at: now) }
        try database.createDeployment(id, masterKeyCheck: master.check(for: id), keys: records, at: now)
        return try Keyring(deployment: id, master: master, records: records)
    }
}
