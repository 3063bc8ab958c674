import Endpoints
import HTTPTypes
import NIOCore
import NIOHTTP1

/// The body of a request: kept, collected or thrown away, and read only as fast as that goes.
extension ConnectionHandler {
    /// How much of a body is kept before an endpoint asks for it.
    private static let heldBytes = 64 << 10

    func take(_ bytes: ByteBuffer) {
        guard current != nil else { return }
        current?.received += bytes.readableBytes
        switch current?.intake {
        case .collecting(let limit, let promise):
            current?.body += bytes.readableBytesView
            if let count = current?.body.count, count > limit {
                stopCollecting()
                promise.fail(BodyFailure.tooLarge)
            }
        case .holding: current?.body += bytes.readableBytesView
        case .discarding, nil: break
        }
    }

    func endOfRequest() {
        current?.isRead = true
        if phase == .draining { waitForNext() }
        guard case .collecting(_, let promise) = current?.intake else { return }
        let body = current?.body ?? []
        stopCollecting()
        promise.succeed(body)
    }

    /// The whole body, as soon as it is there.
    func collect(upTo limit: Int, of number: Int) -> EventLoopFuture<[UInt8]>? {
        guard let context, phase == .serving, let current, current.number == number, case .holding = current.intake else { return nil }
        let promise = context.eventLoop.makePromise(of: [UInt8].self)
        if case .bytes(let length) = current.head.bodyLength, length > limit {
            stopCollecting()
            promise.fail(BodyFailure.tooLarge)
        } else if current.body.count > limit {
            stopCollecting()
            promise.fail(BodyFailure.tooLarge)
        } else if current.isRead {
            stopCollecting()
            promise.succeed(current.body)
        } else if isInputClosed {
            promise.fail(BodyFailure.disconnected)
        } else {
            self.current?.intake = .collecting(limit: limit, promise)
            arm(configuration.bodyDeadline) { $0.bodyIsTooSlow() }
            if current.head.expectsContinue, current.received == 0 {
                self.current?.isContinueSent = true
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
            }
            resumeReading()
        }
        return promise.futureResult
    }

    private func bodyIsTooSlow() {
        guard case .collecting(_, let promise) = current?.intake else { return }
        current?.isTooSlow = true
        stopCollecting()
        promise.fail(BodyFailure.tooSlow)
    }

    func stopCollecting() {
        disarm()
        current?.intake = .discarding
        current?.body = []
    }

    var mayRead: Bool {
        guard phase == .serving, let current else { return true }
        return switch current.intake {
        case .holding: current.body.count < Self.heldBytes
        case .collecting: true
        case .discarding: current.received < configuration.unreadBodyLimit || current.isAnswering
        }
    }

    func resumeReading() {
        guard isReadPending, mayRead else { return }
        isReadPending = false
        context?.read()
    }
}
