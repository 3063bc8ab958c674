import Endpoints
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// One HTTP/1.1 connection: the deadlines, the limits, and when it ends. Everything in here happens on the connection's event loop.
///
/// It stands behind NIO's `HTTPServerPipelineHandler`, which lets one request through at a time and lets the one that is running finish when
/// the server shuts down.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = Never
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    enum Phase {
        /// For the head of a request.
        case waiting
        case serving
        /// The answer is out, the rest of the request's body is not yet in.
        case draining
        /// The answer was the last one; what still comes is read, so that no reset overtakes the answer, and thrown away.
        case lingering
        case closed
    }

    /// What becomes of the bytes of a body.
    enum Intake {
        /// Nobody has asked for it yet: a little is kept, then the client waits.
        case holding
        case collecting(limit: Int, EventLoopPromise<[UInt8]>)
        case discarding
    }

    /// The request that is being served.
    struct Current {
        let number: Int
        let head: RequestHead
        var intake = Intake.holding
        var body: [UInt8] = []
        var received = 0
        /// The request is in as a whole.
        var isRead = false
        var isTooSlow = false
        var isContinueSent = false
        var isAnswering = false
        var closesAfterAnswer = false
        /// Told when the client has gone away.
        var onGone: (@Sendable () -> Void)?
    }

    let configuration: EdgeConfiguration
    let logger: Logger
    let date: HTTPDate
    private let exchanges: AsyncStream<Exchange>.Continuation
    var context: ChannelHandlerContext?
    var phase = Phase.waiting
    var current: Current?
    private var count = 0
    private var deadline: Scheduled<Void>?
    var isReadPending = false
    /// The client has closed its side.
    private(set) var isInputClosed = false
    private var writesInFlight = 0
    private var closesWhenFlushed = false

    init(configuration: EdgeConfiguration, logger: Logger, date: HTTPDate, exchanges: AsyncStream<Exchange>.Continuation) {
        self.configuration = configuration
        self.logger = logger
        self.date = date
        self.exchanges = exchanges
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Counted from here and not from the first byte: a connection that says nothing ends as well.
        expectHead()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        vanish()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        vanish()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): if phase == .waiting { begin(head, context) }
        case .body(let bytes): take(bytes)
        case .end: endOfRequest()
        }
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadPending = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { inputClosed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState: inputClosed()
        case HTTPParserError.headerOverflow: malformed(.requestHeaderFieldsTooLarge, "the head of the request is too large")  // RFC 6585 §5
        case is HTTPParserError: malformed(.badRequest, "the request is malformed")
        // What comes after a malformed request is reported as an error too; it is thrown away while the connection lingers.
        default: if phase != .lingering { close() }
        }
    }

    // MARK: The request

    private func begin(_ received: HTTPRequestHead, _ context: ChannelHandlerContext) {
        disarm()
        do throws(RequestHead.Failure) {
            let head = try RequestHead(received)
            count += 1
            current = Current(number: count, head: head)
            phase = .serving
            exchanges.yield(
                Exchange(
                    head: head, peer: context.channel.remoteAddress?.ipAddress ?? "", number: count,
                    connection: NIOLoopBound(self, eventLoop: context.eventLoop)))
        } catch {
            refuse(.badRequest, error.reason)
        }
    }

    // MARK: The connection

    /// The client will send no more. Whether it still listens nobody can know; an answer is tried, a stream is not begun for nobody.
    private func inputClosed() {
        isInputClosed = true
        switch phase {
        case .waiting, .draining, .lingering: closeWhenFlushed()
        case .serving:
            if case .collecting(_, let promise) = current?.intake {
                stopCollecting()
                promise.fail(BodyFailure.disconnected)
            }
            current?.onGone?()
        case .closed: break
        }
    }

    private func malformed(_ status: HTTPResponse.Status, _ why: String) {
        switch phase {
        case .waiting: refuse(status, why)
        case .serving where current?.isAnswering == false: refuse(status, why)
        case .serving, .draining: close()
        case .lingering, .closed: break
        }
    }

    /// Ends the exchange that is running, if there is one; whoever serves it finds the client gone.
    func abandon() {
        if case .collecting(_, let promise) = current?.intake {
            stopCollecting()
            promise.fail(BodyFailure.disconnected)
        }
        current?.onGone?()
        current = nil
    }

    private func vanish() {
        disarm()
        phase = .closed
        abandon()
        exchanges.finish()
    }

    func waitForNext() {
        disarm()
        current = nil
        phase = .waiting
        expectHead()
    }

    /// The patience for the next request begins when the client has the last answer.
    private func expectHead() {
        guard phase == .waiting, writesInFlight == 0, deadline == nil else { return }
        arm(configuration.requestHeadDeadline) { $0.close() }
    }

    func close() { context?.close(promise: nil) }

    private func closeWhenFlushed() {
        if writesInFlight == 0 { close() } else { closesWhenFlushed = true }
    }

    // MARK: Writes

    /// Bytes per second that the slowest line is expected to take.
    private static let slowestLine = 32 << 10

    /// A promise for a write of so many bytes, which must not take for ever.
    func guarded(_ count: Int, _ context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let promise = context.eventLoop.makePromise(of: Void.self)
        let patience = configuration.writeDeadline + .seconds(count / Self.slowestLine)
        let limit = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) { self.close() }
        writesInFlight += 1
        promise.futureResult.assumeIsolated().whenComplete { _ in
            limit.cancel()
            self.writesInFlight -= 1
            if self.closesWhenFlushed, self.writesInFlight == 0 { self.close() }
            self.expectHead()
        }
        return promise
    }

    // MARK: Deadlines

    /// There is one deadline at a time: for the head, for the body, or for the end.
    func arm(_ duration: Duration, _ action: @escaping (ConnectionHandler) -> Void) {
        deadline?.cancel()
        deadline = context?.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) { action(self) }
    }

    func disarm() {
        deadline?.cancel()
        deadline = nil
    }
}
