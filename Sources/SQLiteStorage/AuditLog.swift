import GRDB
import Primitives
import Synchronization
import Vault

/// The append-only table of what happened.
enum AuditLog {
    static func append(_ events: [AuditEvent], at now: UnixTime, _ db: Database) throws {
        for event in events {
            try db.execute(
                sql: "INSERT INTO audit (at, action, subject, client, grant_id, address, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    now.seconds, event.action.rawValue, event.subject?.text, event.clientID, event.grantID, event.address, event.detail,
                ])
        }
    }
}

/// Events that do not wait for the disk one by one: bounded, written together, and refusing more as soon as they cannot be written.
final class AuditQueue: Sendable {
    private struct Contents {
        var events: [(AuditEvent, UnixTime)] = []
        var isWriting = false
        var lastFailure: StoreFailure?
        /// Who waits for the queue to be empty, or to fail.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private static let capacity = 8192
    private let database: SQLiteDatabase
    private let retry: Duration
    private let contents = Mutex(Contents())

    init(database: SQLiteDatabase, retry: Duration) {
        self.database = database
        self.retry = retry
    }

    func add(_ event: AuditEvent) throws(StoreFailure) {
        let now = database.clock()
        let mustWrite = try contents.withLock { contents throws(StoreFailure) in
            if let failure = contents.lastFailure { throw failure }
            guard contents.events.count < Self.capacity else { throw StoreFailure.unavailable("the audit queue is full") }
            contents.events.append((event, now))
            defer { contents.isWriting = true }
            return !contents.isWriting
        }
        if mustWrite { Task { await write() } }
    }

    /// Returns when everything that was added before is on the disk, or the disk has refused it.
    func flush() async {
        await withCheckedContinuation { continuation in
            let isIdle = contents.withLock { contents in
                guard contents.isWriting, contents.lastFailure == nil else { return true }
                contents.waiting.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }

    /// Writes until the queue is empty; after a failure it comes back after a while, so that the queue recovers by itself. One at a time, so that an
    /// empty queue means that nothing is on its way to the disk either.
    private func write() async {
        while true {
            let (isDone, hasFailed, waiting) = contents.withLock { contents in
                if contents.events.isEmpty { contents.isWriting = false }
                let (isDone, hasFailed) = (!contents.isWriting, contents.lastFailure != nil)
                guard isDone || hasFailed else { return (isDone, hasFailed, [CheckedContinuation<Void, Never>]()) }
                defer { contents.waiting = [] }
                return (isDone, hasFailed, contents.waiting)
            }
            for continuation in waiting { continuation.resume() }
            if isDone { return }
            if hasFailed { try? await Task.sleep(for: retry) }
            await writeOnce()
        }
    }

    private func writeOnce() async {
        let batch = contents.withLock { contents in
            defer { contents.events = [] }
            return contents.events
        }
        do {
            try await database.committer.perform { db in
                for (event, at) in batch { try AuditLog.append([event], at: at, db) }
            }
            contents.withLock { $0.lastFailure = nil }
        } catch {
            contents.withLock { contents in
                contents.events = batch + contents.events
                contents.lastFailure = error
            }
        }
    }
}
