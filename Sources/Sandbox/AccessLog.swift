import Foundation
import Logging
import Primitives
import Synchronization

/// Who asked for what: one entry per request, in the program's log and, on demand, as JSON lines in a file.
///
/// No credential is ever written, only what kind it was; that is enough to prove which tokens reached the API and that nothing else did.
final class AccessLog: Sendable {
    struct Entry: Sendable {
        let method: String
        /// Without the query.
        let path: String
        let status: Int
        /// `known:` and the token's name, `unknown` or `none`.
        let credential: String
        /// Names of the header fields that came, in lower case and in their order.
        let headerNames: [String]
    }

    private let logger: Logger
    private let file: Mutex<FileHandle?>

    init(logger: Logger, path: String?) throws {
        self.logger = logger
        guard let path else {
            file = Mutex(nil)
            return
        }
        if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        file = Mutex(handle)
    }

    func record(_ entry: Entry) {
        logger.info(
            "\(entry.method) \(entry.path) \(entry.status)",
            metadata: ["credential": "\(entry.credential)", "headers": "\(entry.headerNames.joined(separator: " "))"])
        let line: JSON = [
            "time": .string(Timestamp.text(Timestamp.now)),
            "method": .string(entry.method),
            "path": .string(entry.path),
            "status": .integer(entry.status),
            "credential": .string(entry.credential),
            "headers": .strings(entry.headerNames),
        ]
        let written = file.withLock { file in
            guard let file else { return true }
            return (try? file.write(contentsOf: Data(line.serialized + [0x0A]))) != nil
        }
        if !written { logger.error("The access log can't be written") }
    }
}
