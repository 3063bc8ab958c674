import Foundation
import SQLiteStorage
import SodiumCrypto
import Vault

/// Looks at the state folder: who can read it, and whether its keys open its database. It writes nothing.
struct StateDoctor {
    let settings: Settings

    private static let group = "State"
    private var databasePath: String { StateFolder(path: settings.state).databasePath }
    private var holdsDatabase: Bool { StateFolder(path: settings.state).holdsDatabase }

    func examine() -> [Finding] {
        let key = Result { try masterKey() }
        return [folder, files, masterKeyFinding(key), matching(key)]
    }

    private var folder: Finding {
        let path = settings.state
        let result = Result { () throws -> String in
            guard let info = Self.status(path) else { return "\(path) is not there yet; the first start makes it" }
            guard info.st_mode & S_IFMT == S_IFDIR else { throw StartFailure("\(path) is no folder.") }
            guard info.st_uid == geteuid() else { throw StartFailure("\(path) belongs to another user.") }
            guard info.st_mode & 0o077 == 0 else { throw StartFailure("\(path) has mode \(Self.octal(info)).") }
            return "\(path), mode \(Self.octal(info))"
        }
        return ConfigurationDoctor.finding(
            "state-folder", Self.group, "The state folder is its owner's alone", result,
            why: "The database and the key that opens it are in there; serve refuses a folder that others can enter.",
            change: "chown it to the user that runs drawbridge, and chmod 700 it."
        ) { $0 }
    }

    private var files: Finding {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: settings.state))?.sorted() ?? []
        let open = names.compactMap { name -> String? in
            guard let info = Self.status(settings.state + "/" + name), info.st_mode & S_IFMT != S_IFDIR else { return nil }
            return info.st_mode & 0o077 == 0 && info.st_uid == geteuid() ? nil : "\(name) (\(Self.octal(info)))"
        }
        let result = Result { () throws -> String in
            guard open.isEmpty else { throw StartFailure("Others can read, or own, \(open.joined(separator: ", ")).") }
            return names.isEmpty ? "there are none yet" : "\(names.count) of mode 0600 or less"
        }
        return ConfigurationDoctor.finding(
            "state-files", Self.group, "Its files are their owner's alone", result,
            why: "A copy of database and master key is half of every secret.",
            change: "chmod 600 the files that are named, and think of who may have read them."
        ) { $0 }
    }

    /// - Returns: `nil` when there is none yet and the first start will make one.
    private func masterKey() throws -> MasterKey? {
        if case .stateFile(let path) = settings.masterKey, !holdsDatabase, Self.status(path) == nil { return nil }
        // With a database a missing key is never made.
        return try MasterKeyLoader.load(settings.masterKey, databaseExists: true)
    }

    private func masterKeyFinding(_ key: Result<MasterKey?, any Error>) -> Finding {
        ConfigurationDoctor.finding(
            "master-key", Self.group, "The master key can be had, by nobody else", key,
            why: "It opens the keyring; without it nothing in the database can be opened.",
            change: "Put the right key back at the place that is named, readable for its owner alone."
        ) { key in key == nil ? "none yet; the first start makes one" : settings.masterKey.summary }
    }

    private func matching(_ key: Result<MasterKey?, any Error>) -> Finding {
        let result = Result { () throws -> String in
            guard holdsDatabase else { return "there is no database yet" }
            // SQLite puts files beside a database that it only reads; those of another user would keep the server from its own.
            guard let info = Self.status(databasePath), info.st_uid == geteuid() else {
                throw NothingToAsk(reason: "the database belongs to another user; run this as the one that runs drawbridge")
            }
            guard let master = try key.get() else { throw StartFailure("There is a database and no master key.") }
            guard let stored = try SQLiteDatabase.deployment(at: databasePath) else { return "the database is still empty" }
            guard master.matches(stored.masterKeyCheck, for: stored.id) else {
                throw StartFailure("The master key is not this database's.")
            }
            _ = try Keyring(deployment: stored.id, master: master, records: stored.keys)
            return "\(stored.keys.count) keys open"
        }
        return ConfigurationDoctor.finding(
            "keyring", Self.group, "The master key opens the keyring of the database", result,
            why: "serve refuses to start with a key that does not fit.",
            change: "Put the right key back, or name another state folder with DRAWBRIDGE_STATE."
        ) { $0 }
    }

    private static func status(_ path: String) -> stat? {
        var info = stat()
        return lstat(path, &info) == 0 ? info : nil
    }

    private static func octal(_ info: stat) -> String { "0" + String(info.st_mode & 0o777, radix: 8) }
}
