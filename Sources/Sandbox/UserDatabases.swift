import GRDB
import Synchronization

/// The SQLite database that each account has for itself, a file beside the API's own; made when it is first asked for.
final class UserDatabases: Sendable {
    private let path: @Sendable (String) -> String
    private let open = Mutex<[String: DatabaseQueue]>([:])

    /// - Parameter path: where the database of an account is kept.
    init(path: @escaping @Sendable (String) -> String) {
        self.path = path
    }

    func database(of account: String) throws -> DatabaseQueue {
        try open.withLock { open in
            if let database = open[account] { return database }
            let database = try DatabaseQueue(path: path(account))
            open[account] = database
            return database
        }
    }
}
