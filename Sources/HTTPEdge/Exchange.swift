import Endpoints
import NIOCore

/// A request and the way to answer it, for the task that serves it.
struct Exchange: Sendable {
    let head: RequestHead
    /// The peer's address, empty when it has none.
    let peer: String
    let number: Int
    let connection: NIOLoopBound<ConnectionHandler>

    /// The client went away before the answer was out.
    struct ClientGone: Error {}

    var body: RequestBody {
        guard head.bodyLength != .none else { return .empty }
        return RequestBody { limit throws(BodyFailure) in
            do {
                return try await onLoop { $0.collect(upTo: limit, of: number) }
            } catch let failure as BodyFailure {
                throw failure
            } catch {
                throw .disconnected
            }
        }
    }

    func send(_ response: OutgoingResponse) async throws {
        switch response.body {
        case .empty: try await onLoop { $0.answer(response.head, body: nil, of: number) }
        case .bytes(let bytes): try await onLoop { $0.answer(response.head, body: bytes, of: number) }
        case .stream(let produce):
            do {
                try await stream(response, produce)
            } catch {
                try? await connection.eventLoop.submit { connection.value.abort(number) }.get()
                throw error
            }
        }
    }

    /// Runs the producer for as long as somebody listens.
    private func stream(
        _ response: OutgoingResponse, _ produce: @escaping @Sendable (@Sendable ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws {
        let (presence, absence) = AsyncStream<Never>.makeStream()
        try await onLoop { $0.open(response.head, of: number) { absence.finish() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await produce { bytes in
                    if !bytes.isEmpty { try await onLoop { $0.write(bytes, of: number) } }
                }
            }
            group.addTask {
                for await _ in presence {}
                throw ClientGone()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        try await onLoop { $0.finish(of: number) }
    }

    private func onLoop<Value: Sendable>(_ action: @escaping @Sendable (ConnectionHandler) -> EventLoopFuture<Value>?) async throws -> Value
    {
        let loop = connection.eventLoop
        return try await loop.flatSubmit { action(connection.value) ?? loop.makeFailedFuture(ClientGone()) }.get()
    }
}
