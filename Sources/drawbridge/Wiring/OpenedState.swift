import Foundation
import Primitives
import SQLiteStorage
import Vault

/// The state folder, opened: its lock, its database and the keys. One way for the server and for the commands that work on a stopped one.
struct OpenedState {
    /// Keeps the folder for as long as it lives.
    let lock: StateFolder.Lock
    let database: SQLiteDatabase
    let keyring: Keyring
    let store: SQLiteStore
    let clock: Clock
    /// Whether the master key lies in memory that is never swapped out.
    let isMasterKeyLocked: Bool

    /// Makes what is not there yet.
    static func forServing(_ settings: Settings) async throws -> OpenedState {
        try await open(settings, for: .server)
    }

    /// For a command while no server runs. Makes nothing: without a database there is nothing to tell or to change.
    static func forCommand(_ settings: Settings) async throws -> OpenedState {
        guard StateFolder(path: settings.state).holdsDatabase else {
            throw StartFailure(
                "There is no database in \(settings.state) yet. Name the bridge's state folder with --state or DRAWBRIDGE_STATE.")
        }
        return try await open(settings, for: .command)
    }

    private static func open(_ settings: Settings, for holder: StateFolder.Holder) async throws -> OpenedState {
        let (folder, lock) = try StateFolder.open(settings.state, for: holder)
        let master = try MasterKeyLoader.load(settings.masterKey, databaseExists: folder.holdsDatabase)
        // Before the database is opened for writing: a wrong key must leave every byte of it alone.
        if let stored = try SQLiteDatabase.deployment(at: folder.databasePath) { try Deployment.check(master, against: stored) }
        let clock: Clock = { UnixTime(Int64(Date().timeIntervalSince1970)) }
        let database = try SQLiteDatabase(path: folder.databasePath, clock: clock)
        let keyring = try await Deployment.keyring(in: database, master: master, at: clock())
        return OpenedState(
            lock: lock, database: database, keyring: keyring, store: SQLiteStore(database: database, keyring: keyring), clock: clock,
            isMasterKeyLocked: master.isLocked)
    }

    /// What a command does at its end: nothing that it erased stays in the write-ahead log.
    func close() async throws {
        await store.flushAudit()
        try database.checkpoint()
        try database.close()
    }
}
