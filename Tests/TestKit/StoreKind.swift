import AuthorizationServer
import Primitives
import SQLiteStorage
import SodiumCrypto
import Vault

/// A kind of store. The contract suites take it as an argument, so that one suite runs against all of them.
package struct StoreKind: Sendable, CustomStringConvertible {
    package let description: String
    let open: @Sendable (TemporaryFolder, _ master: MasterKey, @escaping Clock) throws -> OpenedStore

    package static let all = [sqlite]

    package static let sqlite = StoreKind(description: "SQLite") { folder, master, clock in
        let path = folder.file("drawbridge.sqlite")
        let stored = try SQLiteDatabase.deployment(at: path)
        if let stored, !master.matches(stored.masterKeyCheck, for: stored.id) { throw WrongMasterKey() }
        let database = try SQLiteDatabase(path: path, clock: clock)
        let keyring: Keyring
        if let stored {
            keyring = try Keyring(deployment: stored.id, master: master, records: stored.keys)
        } else {
            let id = DeploymentID(Hex.encode(Random.bytes(16)))
            keyring = try Keyring(deployment: id, master: master, records: [])
            let keys = keyring.missingPurposes.map { keyring.makeRecord($0, at: clock()) }
            try database.createDeployment(id, masterKeyCheck: master.check(for: id), keys: keys, at: clock())
            for key in keys { try keyring.add(key) }
        }
        let store = SQLiteStore(database: database, keyring: keyring)
        return OpenedStore(
            store: store, keyring: keyring,
            settle: {
                await store.flushAudit()
                try database.checkpoint()
            },
            close: { try database.close() },
            count: { table in try RawDatabase(path: folder.file("drawbridge.sqlite")).count(table) ?? 0 },
            audit: {
                let rows = try RawDatabase(path: folder.file("drawbridge.sqlite")).rows("SELECT * FROM audit ORDER BY sequence")
                return rows.map { row in
                    AuditLine(
                        action: row["action"]?.text ?? "", grant: row["grant_id"]?.text, detail: row["detail"]?.text,
                        address: row["address"]?.text)
                }
            })
    }
}

/// A store, the keyring that was found in it, and what a start and a stop do to it.
struct OpenedStore: Sendable {
    let store: any AuthorizationStore
    let keyring: Keyring
    /// Everything is on the disk, and what was erased is erased there too.
    let settle: @Sendable () async throws -> Void
    let close: @Sendable () throws -> Void
    /// How many rows of a kind there are: `clients`, `entries`, `grants`, `consents`.
    let count: @Sendable (String) throws -> Int64
    let audit: @Sendable () throws -> [AuditLine]
}

/// A line of the audit log, read back.
package struct AuditLine: Sendable, Equatable {
    package let action: String
    package let grant: String?
    package let detail: String?
    package let address: String?

    package init(action: String, grant: String?, detail: String?, address: String?) {
        self.action = action
        self.grant = grant
        self.detail = detail
        self.address = address
    }
}

/// The master key does not belong to the database.
package struct WrongMasterKey: Error {
    package init() {}
}
