import GRDB
package import Primitives
package import Vault

/// The database file: opened, migrated, and set so that what was committed stays and what was deleted is gone.
package struct SQLiteDatabase: Sendable {
    let pool: DatabasePool
    let clock: Clock
    let committer: GroupCommitter

    /// Opens the database, making it where there is none.
    ///
    /// WAL, `synchronous = FULL`, foreign keys, `secure_delete`. GRDB sets its writer back to `NORMAL` once it has opened it, so `FULL` is set
    /// afterwards, and checked.
    package init(path: String, clock: @escaping Clock) throws(StoreFailure) {
        self.clock = clock
        do {
            var configuration = GRDB.Configuration()
            configuration.foreignKeysEnabled = true
            configuration.busyMode = .timeout(5)
            configuration.maximumReaderCount = 4
            configuration.prepareDatabase { db in
                try db.execute(sql: "PRAGMA secure_delete = ON")
                try db.execute(sql: "PRAGMA trusted_schema = OFF")
            }
            pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2, try Int.fetchOne(db, sql: "PRAGMA secure_delete") == 1 else {
                    throw DatabaseError(message: "synchronous = FULL or secure_delete could not be set")
                }
            }
            let applied = try pool.read { try Migrations.migrator.hasBeenSuperseded($0) }
            guard !applied else { throw Self.newerSchema }
            try Migrations.migrator.migrate(pool)
        } catch {
            throw StoreFailure(error)
        }
        committer = GroupCommitter(pool: pool)
    }

    static let newerSchema = StoreFailure.corrupt(
        "the database was written by a newer version of drawbridge; use that version, or restore a backup")

    /// Moves everything from the write-ahead log into the database and truncates the log, so that what was erased is erased on disk too.
    package func checkpoint() throws(StoreFailure) {
        do {
            try pool.writeWithoutTransaction { db in
                // As a statement, which a closed connection refuses; the function behind `db.checkpoint` crashes on one.
                let isBusy = try Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                guard isBusy == 0 else { throw DatabaseError(resultCode: .SQLITE_BUSY, message: "the log is being read") }
            }
        } catch {
            throw StoreFailure(error)
        }
    }

    package func close() throws(StoreFailure) {
        do { try pool.close() } catch { throw StoreFailure(error) }
    }
}

extension StoreFailure {
    /// What SQLite says, in the terms of the port. Messages of SQLite name tables and paths, never values.
    init(_ error: any Error) {
        switch error {
        case let failure as StoreFailure: self = failure
        case let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB:
            self = .corrupt("SQLite: \(error.resultCode) \(error.message ?? "")")
        case let error as DatabaseError: self = .unavailable("SQLite: \(error.resultCode) \(error.message ?? "")")
        default: self = .unavailable("\(type(of: error))")
        }
    }
}
