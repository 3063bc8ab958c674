import Endpoints
import HTTPEdge
import HTTPTypes
import Logging
import ServiceLifecycle
import Synchronization
import Testing

typealias Respond = @Sendable (Request) async throws -> Response

/// A running edge.
struct Edge: Sendable {
    let addresses: [ListenAddress]
    let group: ServiceGroup

    var port: Int { addresses[0].port }

    func connect<Value>(_ body: (inout Wire) async throws -> Value) async throws -> Value {
        try await Wire.connect(port: port, body)
    }

    /// One request on a connection of its own.
    func send(_ text: String, toHead: Bool = false) async throws -> WireResponse {
        try await connect { wire async throws in
            try await wire.send(text)
            return try await wire.readResponse(toHead: toHead)
        }
    }
}

let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Runs an edge on a free port for as long as the body takes, and expects it to end in peace.
func withEdge(
    listen: String = "127.0.0.1:0", logger: Logger = quiet, _ configure: (inout EdgeConfiguration) -> Void = { _ in },
    respond: @escaping Respond = { _ in .text("hello") }, _ body: @escaping @Sendable (Edge) async throws -> Void
) async throws {
    var configuration = EdgeConfiguration(listen: try ListenAddress.parse(listen))
    configure(&configuration)
    let (running, continuation) = AsyncStream<[ListenAddress]>.makeStream()
    let services = HTTPEdge(configuration: configuration, logger: logger, respond: respond).services { continuation.yield($0) }
    let group = ServiceGroup(services: services, logger: quiet)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { continuation.finish() }
            try await group.run()
        }
        guard let addresses = await running.first(where: { _ in true }) else { return try await tasks.waitForAll() }
        do {
            try await body(Edge(addresses: addresses, group: group))
        } catch {
            tasks.cancelAll()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

extension Response {
    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "text/plain"], body: .bytes(Array(text.utf8)))
    }

    /// What an endpoint would make of a body that could not be read.
    static func failure(_ failure: BodyFailure) -> Response {
        switch failure {
        case .tooLarge: .text("too large", status: .contentTooLarge)
        case .tooSlow: .text("too slow", status: .requestTimeout)
        case .disconnected: .text("disconnected", status: .badRequest)
        }
    }

    /// Reads up to so many bytes and answers with their text.
    static func echo(_ request: Request, upTo limit: Int) async -> Response {
        do throws(BodyFailure) {
            return .text(String(decoding: try await request.body.collect(upTo: limit), as: UTF8.self))
        } catch {
            return .failure(error)
        }
    }
}

/// Something that happens once, and can be waited for from anywhere.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func fire() { continuation.finish() }
    func wait() async { for await _ in stream {} }
}

/// Keeps everything that is logged, at every level.
struct RecordingLog: LogHandler {
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        func append(_ line: String) { lines.withLock { $0.append(line) } }
        var text: String { lines.withLock { $0.joined(separator: "\n") } }
    }

    let lines: Lines
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.append("\(event.level) \(event.message) \(metadata.merging(event.metadata ?? [:]) { $1 })")
    }
}
