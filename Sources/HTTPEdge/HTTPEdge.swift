package import Endpoints
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
package import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// HTTP/1.1 in front of the endpoints: every request that is well-formed reaches `respond`, whatever its method and path, and nothing that a
/// client does ends more than its own connection.
package struct HTTPEdge: Sendable {
    private let configuration: EdgeConfiguration
    private let logger: Logger
    private let respond: @Sendable (Endpoints.Request) async throws -> Endpoints.Response

    /// - Parameter respond: the endpoints. What it throws is logged and answered by 500 `server_error`.
    package init(
        configuration: EdgeConfiguration, logger: Logger,
        respond: @escaping @Sendable (Endpoints.Request) async throws -> Endpoints.Response
    ) {
        self.configuration = configuration
        self.logger = logger
        self.respond = respond
    }

    /// What a `ServiceGroup` runs. A listener that can't be had ends it with an error.
    /// - Parameter onRunning: told once, when all addresses are listened at; port 0 has become the real one.
    package func services(onRunning: @escaping @Sendable ([ListenAddress]) async -> Void = { _ in }) -> [any Service] {
        [EdgeService(configuration: configuration, logger: logger, respond: respond, onRunning: onRunning)]
    }
}

private struct EdgeService: Service {
    let configuration: EdgeConfiguration
    let logger: Logger
    let respond: @Sendable (Endpoints.Request) async throws -> Endpoints.Response
    let onRunning: @Sendable ([ListenAddress]) async -> Void
    /// Files that the rest of the program needs.
    private static let reservedFiles = 256
    private static let backlog = 4096

    func run() async throws {
        let files = OpenFileLimit.raise()
        let connections = max(1, min(configuration.maximumConnections, files - Self.reservedFiles) / max(1, configuration.listen.count))
        try await withThrowingTaskGroup(of: Void.self) { group in
            var bound: [ListenAddress] = []
            for address in configuration.listen {
                // A free port that was found for one address of `localhost` is the port of the other one too.
                let wanted = address.isDispensable && address.port == 0 ? address.at(port: bound.last?.port ?? 0) : address
                let (ports, running) = AsyncStream<Int?>.makeStream()
                group.addTask {
                    defer { running.finish() }
                    try await listen(at: wanted, connections: connections) { running.yield($0) }
                }
                // A listener that says nothing has failed.
                guard let port = await ports.first(where: { _ in true }) else { return try await group.waitForAll() }
                if let port { bound.append(wanted.at(port: port)) }
            }
            await onRunning(bound)
            try await group.waitForAll()
        }
    }

    private func listen(at address: ListenAddress, connections: Int, onRunning: @escaping @Sendable (Int?) -> Void) async throws {
        let server = EdgeChannel(configuration: configuration, respond: respond).server(
            configuration: ServerConfiguration(
                address: .hostname(address.host, port: address.port), backlog: Self.backlog,
                availableConnectionsDelegate: .maximum(connections, logger: logger)),
            onServerRunning: { onRunning($0.localAddress?.port ?? address.port) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger)
        do {
            try await cuttingOffAfterGrace { try await server.run() }
        } catch let error as IOError where address.isDispensable && [EADDRNOTAVAIL, EAFNOSUPPORT].contains(error.errnoCode) {
            logger.warning("this machine has no address \(address.host); going on without it")
            onRunning(nil)
        } catch let error as IOError {
            throw ListenFailure(address: address, errno: error.errnoCode)
        }
    }

    /// A graceful shutdown waits for what is running, but not for ever.
    private func cuttingOffAfterGrace(_ serve: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await serve() }
            group.addTask {
                // Ends by an error when the server has ended before.
                try await gracefulShutdown()
                try await Task.sleep(for: configuration.drainGrace)
                logger.warning("cutting off what still runs")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// Why an address could not be listened at, and what to do about it.
package struct ListenFailure: Error, Sendable, CustomStringConvertible {
    package let address: ListenAddress
    package let errno: CInt

    package var description: String {
        switch errno {
        case EADDRINUSE: "Something else listens at \(address) already. Stop it, or choose another address."
        case EACCES:
            "Listening at \(address) is not allowed. Ports below 1024 need the right to (CAP_NET_BIND_SERVICE), or choose a higher one."
        case EADDRNOTAVAIL: "This machine has no address \(address). Choose one that it has, or 0.0.0.0."
        default: "Listening at \(address) failed: \(String(cString: strerror(errno)))."
        }
    }
}
