import AuthorizationServer
import Logging
import SQLiteStorage
import ServiceLifecycle

/// What happens in the background: expired things go, and what was erased leaves the disk.
struct Maintenance: Service {
    /// Erased keys are to be gone from the write-ahead log within ten seconds.
    static let interval = Duration.seconds(4)

    let server: AuthorizationServer
    let store: SQLiteStore
    let database: SQLiteDatabase
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                await tidy()
            }
        }
        await store.flushAudit()
        await tidy()
        try? database.close()
    }

    /// Also before the first request: nothing that has expired while the program was off is served, or stays readable.
    func tidy() async {
        do {
            let changed = try await server.sweep()
            try database.checkpoint()
            if changed > 0 { logger.debug("swept", metadata: ["rows": "\(changed)"]) }
        } catch {
            logger.error("the background work failed and will be tried again", metadata: ["reason": "\(error)"])
        }
    }
}
