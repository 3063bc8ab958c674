import ArgumentParser
import Foundation
import Logging
import Primitives
import Sandbox
import ServiceLifecycle
import UnixSignals

/// `drawbridge sandbox`: a stand-in Val Town API.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "A stand-in Val Town API on this computer, to try everything offline.",
        discussion: "Without --database everything in it is gone when it ends.")

    @Option(help: "The port on 127.0.0.1; 0 takes a free one.")
    var port = 8485
    @Option(help: ArgumentHelp("Keep everything in this SQLite database.", valueName: "file"))
    var database: String?
    @Option(help: ArgumentHelp("Append every request to this file, one JSON object per line; no token is written.", valueName: "file"))
    var accessLog: String?
    @Option(help: ArgumentHelp("Write the tokens to this file as JSON once it is running.", valueName: "file"))
    var tokensFile: String?

    func run() async throws {
        try await reporting {
            Process.hardenMemory()
            LogSetup.install(level: .warning, format: nil)
            let logger = Logger(label: "sandbox")
            let sandbox = try Sandbox.open(
                SandboxOptions(host: "127.0.0.1", port: port, databasePath: database, accessLogPath: accessLog), logger: logger)
            let service = sandbox.service { port in announce(sandbox.tokens, port: port) }
            var configuration = ServiceGroupConfiguration(
                services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            configuration.maximumGracefulShutdownDuration = .seconds(5)
            try await ServiceGroup(configuration: configuration).run()
        }
    }

    private func announce(_ tokens: SandboxTokens, port: Int) {
        if let tokensFile {
            let document: JSON = [
                "url": .string("http://127.0.0.1:\(port)"), "username": .string(tokens.username),
                "other_username": .string(tokens.otherUsername),
                "full": .string(tokens.full), "without_user_read": .string(tokens.withoutUserRead), "read_only": .string(tokens.readOnly),
                "other_account": .string(tokens.otherAccount),
            ]
            // Written beside and moved into place: whoever waits for the file finds it whole.
            try? Data(document.serialized).write(to: URL(fileURLWithPath: tokensFile), options: .atomic)
        }
        print(
            """
            A stand-in Val Town API is at http://127.0.0.1:\(port)

            Tokens to paste (they open nothing but this sandbox):
              everything, \(tokens.username)           \(tokens.full)
              read only, \(tokens.username)            \(tokens.readOnly)
              without Users: Read, \(tokens.username)  \(tokens.withoutUserRead)
              everything, \(tokens.otherUsername)             \(tokens.otherAccount)

            Point a bridge at it: drawbridge serve --upstream-base-url http://127.0.0.1:\(port)
            """)
        fflush(nil)
    }
}
