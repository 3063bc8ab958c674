import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on a free loopback port that answers by the path of the request, in raw bytes, and counts its connections.
final class RawServer: Sendable {
    struct Seen: Sendable {
        var connections = 0
        var heads: [String] = []
    }

    private let channel: any Channel
    private let seen: SeenBox

    var port: Int { channel.localAddress?.port ?? 0 }
    var origin: String { "http://127.0.0.1:\(port)" }
    var connections: Int { seen.state.withLock { $0.connections } }
    /// Every request as it arrived.
    var requests: [String] { seen.state.withLock { $0.heads } }

    private init(channel: any Channel, seen: SeenBox) {
        self.channel = channel
        self.seen = seen
    }

    /// - Parameters:
    ///   - tls: speaks TLS with this certificate.
    ///   - answer: what to do about a request to a path.
    static func start(tls: NIOSSLContext? = nil, _ answer: @escaping @Sendable (String) -> Answer) async throws -> RawServer {
        let seen = SeenBox()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    seen.state.withLock { $0.connections += 1 }
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(RawHandler(seen: seen, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawServer(channel: channel, seen: seen)
    }

    func stop() async throws { try await channel.close() }

    enum Answer: Sendable {
        case bytes(String)
        /// Then this piece again and again until the other side has enough.
        case endless(head: String, piece: String)
        /// Then this piece every few milliseconds, without an end.
        case drip(head: String, piece: String)
        case nothing
        case hangUp
    }
}

final class SeenBox: Sendable {
    let state = Mutex(RawServer.Seen())
}

private final class RawHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let seen: SeenBox
    private let answer: @Sendable (String) -> RawServer.Answer
    private var text = ""
    private var piece: String?

    init(seen: SeenBox, answer: @escaping @Sendable (String) -> RawServer.Answer) {
        self.seen = seen
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        guard let end = text.firstRange(of: "\r\n\r\n"), bodyIsComplete(after: end.upperBound) else { return }
        let request = text
        text = ""
        seen.state.withLock { $0.heads.append(request) }
        switch answer(String(request.split(separator: " ").dropFirst().first ?? "")) {
        case .bytes(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)), promise: nil)
        case .endless(let head, let piece):
            self.piece = piece
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
            send(context: context)
        case .drip(let head, let piece):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
            let channel = context.channel
            context.eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(5), delay: .milliseconds(5)) { task in
                guard channel.isActive else { return task.cancel() }
                channel.writeAndFlush(ByteBuffer(string: piece), promise: nil)
            }
        case .nothing: break
        case .hangUp: context.close(promise: nil)
        }
    }

    private func bodyIsComplete(after start: String.Index) -> Bool {
        let length = text.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) }
        return text[start...].utf8.count >= length ?? 0
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { send(context: context) }

    private func send(context: ChannelHandlerContext) {
        guard let piece else { return }
        while context.channel.isWritable, context.channel.isActive {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: piece)), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
