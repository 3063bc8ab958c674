import Endpoints
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// How Hummingbird's server speaks to a connection: HTTP/1.1 through `ConnectionHandler`, one task per connection.
struct EdgeChannel: ServerChildChannel {
    let configuration: EdgeConfiguration
    let respond: @Sendable (Endpoints.Request) async throws -> Endpoints.Response
    let date = HTTPDate()

    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let exchanges: AsyncStream<Exchange>
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = configuration.headerFieldLimit
            limits.maxHeaderListSize = configuration.headerListLimit
            limits.maxHeaderFieldCount = configuration.headerCountLimit
            // `OutgoingResponse` knows what NIO does not: whether the answer is one to HEAD.
            var encoder = HTTPResponseEncoder.Configuration()
            encoder.automaticallySetFramingHeaders = false
            try configuration.transport?(channel)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: true,
                withErrorHandling: false,  // ConnectionHandler answers malformed requests
                withOutboundHeaderValidation: false,  // `HTTPField` has no place for a line break
                withEncoderConfiguration: encoder,
                withDecoderLimitConfiguration: limits)
            let (exchanges, continuation) = AsyncStream<Exchange>.makeStream()
            try pipeline.addHandler(
                ConnectionHandler(configuration: configuration, logger: logger, date: date, exchanges: continuation))
            return Value(channel: channel, exchanges: exchanges)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            for await exchange in value.exchanges { await serve(exchange, logger) }
            // The task stands for the connection: while it lasts, the server has not shut down.
            try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }

    private func serve(_ exchange: Exchange, _ logger: Logger) async {
        let start = ContinuousClock.now
        let head = exchange.head
        let remote = ClientAddress(trustedProxies: configuration.trustedProxies).resolve(peer: exchange.peer, headers: head.headers)
        let request = Endpoints.Request(
            method: head.method, path: head.path, query: head.query, headers: head.headers, authority: head.authority,
            remoteAddress: remote,
            body: exchange.body)
        var metadata: Logger.Metadata = ["remote": "\(remote)"]
        let response: Endpoints.Response
        do {
            response = try await respond(request)
        } catch {
            logger.error("an endpoint failed", metadata: ["error": "\(error)", "path": "\(head.path)"])
            response = OutgoingResponse.failure(.internalServerError, error: "server_error", description: nil)
        }
        let outgoing = OutgoingResponse(response, to: head.method, date: date.now)
        do {
            try await exchange.send(outgoing)
        } catch is Exchange.ClientGone {
            metadata["outcome"] = "the client went away"
        } catch {
            metadata["outcome"] = "broken off: \(error)"
        }
        let elapsed = (ContinuousClock.now - start).components
        metadata["ms"] = "\(elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000)"
        logger.info("\(head.method.rawValue) \(head.path) \(outgoing.head.status.code)", metadata: metadata)
    }
}
