import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `drawbridge serve`: the bridge.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The bridge.",
        discussion:
            "Every setting is also an environment variable (DRAWBRIDGE_LISTEN …) and a key of the file given with --config (listen: …).")

    @OptionGroup var options: SettingOptions

    func run() async throws {
        try await reporting {
            Process.hardenMemory()
            let settings = try Settings.read(
                flags: options.flags, environment: ProcessInfo.processInfo.environment, file: try SettingsFile.find(options.config))
            LogSetup.install(level: settings.logLevel, format: settings.logFormat)
            let logger = Logger(label: "drawbridge")
            for warning in settings.warnings { logger.warning("\(warning)") }
            let program = try await Program.assemble(settings, logger: logger)
            var configuration = ServiceGroupConfiguration(
                services: program.services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            configuration.maximumGracefulShutdownDuration = .seconds(12)
            defer { withExtendedLifetime(program.lock) {} }
            try await ServiceGroup(configuration: configuration).run()
        }
    }
}
