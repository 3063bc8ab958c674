import CoreFoundation
import Foundation

/// The folder of the database and the master key: the owner's alone, and one server's at a time.
struct StateFolder {
    let path: String

    var databasePath: String { path + "/drawbridge.sqlite" }
    var holdsDatabase: Bool { FileManager.default.fileExists(atPath: databasePath) }

    /// Holds the folder until it is let go of, or the process ends, however it ends.
    final class Lock: Sendable {
        private let descriptor: CInt

        fileprivate init(descriptor: CInt) {
            self.descriptor = descriptor
        }

        deinit { close(descriptor) }
    }

    /// Who wants the folder; says what to do where somebody else has it.
    enum Holder {
        case server
        case command
    }

    /// Makes the folder where there is none, and takes its lock.
    static func open(_ path: String, for holder: Holder = .server) throws(StartFailure) -> (StateFolder, Lock) {
        let folder = StateFolder(path: path)
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StartFailure("The state folder \(path) cannot be made. Create it, or name another one with DRAWBRIDGE_STATE.")
        }
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            throw StartFailure("The state folder \(path) is no folder. Name another one with DRAWBRIDGE_STATE.")
        }
        guard info.st_uid == geteuid() else {
            throw StartFailure("The state folder \(path) belongs to another user. Run drawbridge as its owner, or chown it.")
        }
        guard info.st_mode & 0o077 == 0 else {
            throw StartFailure("The state folder \(path) is open to other users. Close it: chmod 700 \(path)")
        }
        return (folder, try folder.lock(for: holder))
    }

    private func lock(for holder: Holder) throws(StartFailure) -> Lock {
        let descriptor = Foundation.open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StartFailure("The state folder \(path) cannot be written to.") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            switch holder {
            case .server:
                throw StartFailure("Another drawbridge serves \(path) already. Stop it, or name another folder with DRAWBRIDGE_STATE.")
            case .command:
                throw StartFailure("A drawbridge is using \(path). In this version the bridge must be stopped for this command.")
            }
        }
        return Lock(descriptor: descriptor)
    }
}
