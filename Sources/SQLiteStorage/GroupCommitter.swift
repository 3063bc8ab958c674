import GRDB
import Synchronization
import Vault

/// Runs many small transactions in one commit, and tells each of them how it went only once that commit is on the disk.
///
/// With `synchronous = FULL` a commit waits for the disk. Whatever arrives while one is being written goes into the next, each job in a savepoint
/// of its own: one that fails takes nothing of the others along.
final class GroupCommitter: Sendable {
    private struct Job: Sendable {
        /// Does the work and keeps its result, or its failure.
        let run: @Sendable (Database) throws -> Void
        /// `nil`: the commit is durable.
        let finish: @Sendable (StoreFailure?) -> Void
    }

    private struct Queue {
        var jobs: [Job] = []
        var isDraining = false
    }

    private let pool: DatabasePool
    private let queue = Mutex(Queue())

    init(pool: DatabasePool) {
        self.pool = pool
    }

    /// - Returns: what the body returned, after its commit.
    func perform<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws(StoreFailure) -> Result {
        let outcome: Swift.Result<Result, StoreFailure> = await withCheckedContinuation { continuation in
            let result = Mutex<Swift.Result<Result, StoreFailure>>(.failure(.unavailable("the transaction did not run")))
            let box = Box(result)
            let job = Job(
                run: { db in
                    do {
                        let value = try body(db)
                        box.value.withLock { $0 = .success(value) }
                    } catch {
                        box.value.withLock { $0 = .failure(StoreFailure(error)) }
                        throw error
                    }
                },
                finish: { failure in
                    continuation.resume(returning: failure.map { .failure($0) } ?? box.value.withLock { $0 })
                })
            add(job)
        }
        return try outcome.get()
    }

    private final class Box<Value: ~Copyable & Sendable>: Sendable {
        let value: Value
        init(_ value: consuming sending Value) { self.value = value }
    }

    private func add(_ job: Job) {
        let mustDrain = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.isDraining = true }
            return !queue.isDraining
        }
        if mustDrain { Task { await drain() } }
    }

    private func drain() async {
        while let jobs = next() {
            var failure: StoreFailure?
            do {
                try await pool.write { db in
                    for job in jobs { try Self.run(job, db) }
                }
            } catch {
                failure = StoreFailure(error)
            }
            for job in jobs { job.finish(failure) }
        }
    }

    /// One job in its savepoint. Its own failure is its own; a transaction that SQLite has rolled back is everybody's.
    private static func run(_ job: Job, _ db: Database) throws {
        do {
            try db.inSavepoint {
                try job.run(db)
                return .commit
            }
        } catch {
            if !db.isInsideTransaction { throw error }
        }
    }

    private func next() -> [Job]? {
        queue.withLock { queue in
            guard !queue.jobs.isEmpty else {
                queue.isDraining = false
                return nil
            }
            defer { queue.jobs = [] }
            return queue.jobs
        }
    }
}
