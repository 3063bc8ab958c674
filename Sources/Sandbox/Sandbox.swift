import Foundation
import GRDB
import Hummingbird
package import Logging
import NIOCore
package import ServiceLifecycle

/// Where a sandbox listens and what it keeps.
package struct SandboxOptions: Sendable {
    package var host: String
    /// 0 takes any free port.
    package var port: Int
    /// The API's own database; each account's SQLite database lies beside it. `nil` makes a temporary folder, removed at the end.
    package var databasePath: String?
    /// A file to which every request is appended as a line of JSON.
    package var accessLogPath: String?
    /// Per token; more are answered 429.
    package var requestsPerMinute: Int
    /// For SQL of callers.
    package var statementTimeLimit: Duration

    package init(
        host: String = "127.0.0.1", port: Int = 0, databasePath: String? = nil, accessLogPath: String? = nil, requestsPerMinute: Int = 1000,
        statementTimeLimit: Duration = .seconds(5)
    ) {
        self.host = host
        self.port = port
        self.databasePath = databasePath
        self.accessLogPath = accessLogPath
        self.requestsPerMinute = requestsPerMinute
        self.statementTimeLimit = statementTimeLimit
    }
}

/// The tokens to paste. They open nothing but this sandbox.
package struct SandboxTokens: Sendable {
    /// Everything the real API offers to a token, but for `user:write`.
    package let full: String
    /// Lacks *Users: Read*, so `GET /v1/me` answers 403.
    package let withoutUserRead: String
    package let readOnly: String
    /// The full token of `otherUsername`.
    package let otherAccount: String
    package let username: String
    package let otherUsername: String
}

/// Why a sandbox can't be opened. Says which file and why, never a token.
package struct SandboxError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// A stand-in for the Val Town API: real HTTP, real storage, the same refusals.
package final class Sandbox: Sendable {
    package let tokens: SandboxTokens
    private let options: SandboxOptions
    private let logger: Logger
    private let responder: Responder
    private let temporaryFolder: String?

    private init(tokens: SandboxTokens, options: SandboxOptions, logger: Logger, responder: Responder, temporaryFolder: String?) {
        self.tokens = tokens
        self.options = options
        self.logger = logger
        self.responder = responder
        self.temporaryFolder = temporaryFolder
    }

    /// Opens the database, or makes and fills it.
    package static func open(_ options: SandboxOptions, logger: Logger) throws(SandboxError) -> Sandbox {
        do {
            var temporaryFolder: String?
            let path: String
            if let given = options.databasePath {
                path = given
            } else {
                let folder = FileManager.default.temporaryDirectory.appendingPathComponent("drawbridge-sandbox-\(Fresh.uuid())").path
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                temporaryFolder = folder
                path = folder + "/sandbox.sqlite"
            }
            let store = try DatabaseQueue(path: path)
            try Schema.migrate(store)
            let databases = UserDatabases { "\(path)-account-\($0).sqlite" }
            let api = API(
                store: store, sql: SQL(databases: databases, timeLimit: options.statementTimeLimit),
                rateLimit: RateLimit(requestsPerMinute: options.requestsPerMinute))
            let accessLog = try AccessLog(logger: logger, path: options.accessLogPath)
            return Sandbox(
                tokens: try store.read(SandboxTokens.init), options: options, logger: logger,
                responder: Responder(api: api, accessLog: accessLog), temporaryFolder: temporaryFolder)
        } catch {
            throw SandboxError(description: "The sandbox can't be opened (\(options.databasePath ?? "temporary folder")): \(error)")
        }
    }

    deinit {
        if let temporaryFolder { try? FileManager.default.removeItem(atPath: temporaryFolder) }
    }

    /// Serves until it is cancelled or a graceful shutdown begins.
    /// - Parameter onRunning: told the port once connections are accepted.
    package func run(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let application = Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: .init(address: .hostname(options.host, port: options.port), serverName: nil),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await application.run()
    }

    /// The same for a `ServiceGroup`.
    package func service(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) -> any Service {
        SandboxService(sandbox: self, onRunning: onRunning)
    }
}

private struct SandboxService: Service {
    let sandbox: Sandbox
    let onRunning: @Sendable (Int) async -> Void

    func run() async throws { try await sandbox.run(onRunning: onRunning) }
}

extension SandboxTokens {
    fileprivate init(_ db: Database) throws {
        func token(_ name: String) throws -> String {
            guard let token = try String.fetchOne(db, sql: "SELECT secret FROM token WHERE name = ?", arguments: [name]) else {
                throw SandboxError(description: "the database holds no token \(name)")
            }
            return token
        }
        full = try token(Seed.full)
        withoutUserRead = try token(Seed.withoutUserRead)
        readOnly = try token(Seed.readOnly)
        otherAccount = try token(Seed.other)
        username = Seed.username
        otherUsername = Seed.otherUsername
    }
}
