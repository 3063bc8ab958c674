import CoreFoundation
import Foundation
import Primitives
import SodiumCrypto
import Vault

/// Gets the master key from where the settings say, and is strict about who else could.
enum MasterKeyLoader {
    /// - Parameter databaseExists: then a key file that is missing is not made anew: the database could not be opened with it.
    static func load(_ source: MasterKeySource, databaseExists: Bool) throws(StartFailure) -> MasterKey {
        switch source {
        case .value(let secret): try key(secret, from: "DRAWBRIDGE_MASTER_KEY")
        case .file(let path): try read(path, mustBePrivate: true)
        // systemd makes the credential readable for the unit alone, as root's with mode 0400 or 0440.
        case .credential(let path): try read(path, mustBePrivate: false)
        case .command(let command): try run(command)
        case .stateFile(let path): try readOrMake(path, databaseExists: databaseExists)
        }
    }

    private static func key(_ secret: Secret, from origin: String) throws(StartFailure) -> MasterKey {
        guard let key = MasterKey(secret) else {
            throw StartFailure("\(origin) does not hold 32 bytes. Make a key with: openssl rand -base64 32")
        }
        return key
    }

    private static func decode(_ text: String, from origin: String) throws(StartFailure) -> MasterKey {
        do {
            return try key(try MasterKeySource.decode(text.trimmed), from: origin)
        } catch let failure as StartFailure {
            throw failure
        } catch {
            throw StartFailure(
                "The master key from \(origin) is not 32 bytes in base64. If it was changed by hand, put the right key back.")
        }
    }

    private static func read(_ path: String, mustBePrivate: Bool) throws(StartFailure) -> MasterKey {
        var info = stat()
        guard lstat(path, &info) == 0 else { throw StartFailure("The master key file \(path) is not there.") }
        if mustBePrivate {
            guard info.st_mode & S_IFMT == S_IFREG else {
                throw StartFailure("The master key \(path) is not a regular file. Links are not followed.")
            }
            guard info.st_uid == geteuid() else {
                throw StartFailure("The master key file \(path) belongs to another user. Make it yours: chown it.")
            }
            guard info.st_mode & 0o077 == 0 else {
                throw StartFailure("The master key file \(path) is open to other users. Close it: chmod 600 \(path)")
            }
        }
        guard info.st_size <= 4096, let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw StartFailure("The master key file \(path) cannot be read as text.")
        }
        return try decode(text, from: path)
    }

    private static func readOrMake(_ path: String, databaseExists: Bool) throws(StartFailure) -> MasterKey {
        var info = stat()
        if lstat(path, &info) == 0 { return try read(path, mustBePrivate: true) }
        guard !databaseExists else {
            throw StartFailure(
                "There is a database but no master key: \(path) is missing. Put the key back; without it nothing in the database can be opened."
            )
        }
        let fresh = Random.secret(SymmetricKey.size)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StartFailure("The master key file \(path) cannot be made.") }
        defer { close(descriptor) }
        let text = Array((Base64.encode(fresh.revealBytes()) + "\n").utf8)
        guard write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
            unlink(path)
            throw StartFailure("The master key file \(path) cannot be written.")
        }
        return try key(fresh, from: path)
    }

    private static func run(_ command: String) throws(StartFailure) -> MasterKey {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        do { try process.run() } catch { throw StartFailure("The master key command could not be started.") }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw StartFailure("The master key command ended with status \(process.terminationStatus). Run it by hand to see why.")
        }
        return try decode(String(decoding: bytes.prefix(4096), as: UTF8.self), from: "the master key command")
    }
}
