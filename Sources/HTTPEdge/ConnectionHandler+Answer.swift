import Endpoints
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// The way out.
extension ConnectionHandler {
    /// A whole answer.
    /// - Returns: done when the last byte is with the kernel; `nil` when there is nobody to answer.
    func answer(_ head: HTTPResponseHead, body: [UInt8]?, of number: Int) -> EventLoopFuture<Void>? {
        guard let context, start(head, of: number) else { return nil }
        if let body, !body.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
        return finish(flushing: body?.count ?? 0)
    }

    /// The head of an answer that comes in pieces.
    func open(_ head: HTTPResponseHead, of number: Int, onGone: @escaping @Sendable () -> Void) -> EventLoopFuture<Void>? {
        guard let context, !isInputClosed, start(head, of: number) else { return nil }
        current?.onGone = onGone
        // The body of the request is of no interest any more, and it must not hide that the client goes away.
        if current?.isRead == false { current?.intake = .discarding }
        resumeReading()
        context.flush()
        return context.eventLoop.makeSucceededVoidFuture()
    }

    /// A piece. Done when it is with the kernel, so that a client that reads slowly slows the producer down.
    func write(_ bytes: [UInt8], of number: Int) -> EventLoopFuture<Void>? {
        guard let context, phase == .serving, let current, current.number == number, current.isAnswering else { return nil }
        let promise = guarded(bytes.count, context)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: promise)
        return promise.futureResult
    }

    /// The end of an answer that came in pieces.
    func finish(of number: Int) -> EventLoopFuture<Void>? {
        guard phase == .serving, let current, current.number == number, current.isAnswering else { return nil }
        return finish(flushing: 0)
    }

    /// An answer that can't be completed: only a broken connection tells the client so.
    func abort(_ number: Int) {
        if current?.number == number { close() }
    }

    /// Answers in the endpoints' stead and ends the connection.
    func refuse(_ status: HTTPResponse.Status, _ why: String) {
        guard let context else { return }
        abandon()
        let response = OutgoingResponse(
            OutgoingResponse.failure(status, error: "invalid_request", description: why), to: .post, date: date.now)
        var head = response.head
        head.headers.add(name: "Connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if case .bytes(let body) = response.body {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        }
        _ = endAndLinger(flushing: 0, context)
        logger.info(
            "refused \(status.code)",
            metadata: ["reason": "\(why)", "remote": "\(context.channel.remoteAddress?.ipAddress ?? "unknown")"])
    }

    private func start(_ head: HTTPResponseHead, of number: Int) -> Bool {
        guard let context, phase == .serving, let current, current.number == number, !current.isAnswering else { return false }
        let closes = !current.head.wantsKeepAlive || isInputClosed || (!current.isRead && !canDrain(current))
        self.current?.isAnswering = true
        self.current?.closesAfterAnswer = closes
        var head = head
        if current.head.isHTTP10 {
            // It knows no chunks: the end of the connection is the end of a stream.
            head.version = .http1_0
            head.headers.remove(name: "Transfer-Encoding")
        }
        if closes { head.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        return true
    }

    /// Whether the rest of the body is little enough to be swallowed. A client that waits for `100 Continue` may send the body or not: nobody can
    /// say where its next request begins (RFC 9110 §10.1.1).
    private func canDrain(_ current: Current) -> Bool {
        guard !current.isTooSlow, case .bytes(let length) = current.head.bodyLength else { return false }
        if current.head.expectsContinue, !current.isContinueSent, current.received == 0 { return false }
        return length - current.received <= configuration.unreadBodyLimit
    }

    private func finish(flushing count: Int) -> EventLoopFuture<Void>? {
        guard let context, let current else { return nil }
        if current.closesAfterAnswer {
            self.current = nil
            return endAndLinger(flushing: count, context)
        }
        // The next request may come in while the end is written, so the state changes first.
        if current.isRead {
            waitForNext()
        } else {
            phase = .draining
            self.current?.intake = .discarding
            arm(configuration.bodyDeadline) { $0.close() }
        }
        let promise = guarded(count, context)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
        resumeReading()
        return promise.futureResult
    }

    private func endAndLinger(flushing count: Int, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        phase = .lingering
        let promise = guarded(count, context)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            guard self.phase == .lingering, let context = self.context else { return }
            if self.isInputClosed { return self.close() }
            self.arm(self.configuration.lingerDeadline) { $0.close() }
            let halfClosed = context.eventLoop.makePromise(of: Void.self)
            halfClosed.futureResult.assumeIsolated().whenFailure { _ in self.close() }
            context.close(mode: .output, promise: halfClosed)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
        resumeReading()
        return promise.futureResult
    }
}
