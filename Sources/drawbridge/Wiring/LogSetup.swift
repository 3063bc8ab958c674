import Foundation
import Logging
import Primitives
import Synchronization

/// Where log lines go: standard error, as text for people or as JSON for collectors.
enum LogSetup {
    static func install(level: LogLevel, format: LogFormat?) {
        let asText = format.map { $0 == .text } ?? (isatty(STDERR_FILENO) == 1)
        let level = Logger.Level(rawValue: level.rawValue) ?? .info
        LoggingSystem.bootstrap { label in
            var handler: any LogHandler = asText ? StreamLogHandler.standardError(label: label) : JSONLogHandler(label: label)
            handler.logLevel = level
            return handler
        }
    }
}

/// One JSON object per line.
struct JSONLogHandler: LogHandler {
    private static let output = Mutex(())

    let label: String
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var members: [JSONObject.Member] = [
            .init(
                key: "time",
                value: .string(
                    Date().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted)))),
            .init(key: "level", value: .string(event.level.rawValue)), .init(key: "logger", value: .string(label)),
            .init(key: "message", value: .string(event.message.description)),
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            members.append(.init(key: key, value: .string(value.description)))
        }
        let line = JSON.object(JSONObject(members)).serialized + [0x0A]
        // A full disk must not end the program: the throwing form, and the line is lost.
        Self.output.withLock { _ in try? FileHandle.standardError.write(contentsOf: Data(line)) }
    }
}
