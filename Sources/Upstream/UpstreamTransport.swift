/// How requests get to an API. The socket is somebody else's; when to try again is decided here.
package struct UpstreamTransport: Sendable {
    package typealias Send = @Sendable (_ request: UpstreamRequest) async throws(UpstreamFailure) -> UpstreamResponse
    package typealias Wait = @Sendable (_ duration: Duration) async -> Void

    private let sendOnce: Send
    private let wait: Wait

    /// The longest that a caller is kept waiting for a second attempt, in seconds.
    private static let longestWait = 2

    /// - Parameters:
    ///   - send: one attempt; follows no redirect.
    ///   - wait: sleeps; returns early when the task is cancelled.
    package init(send: @escaping Send, wait: @escaping Wait) {
        sendOnce = send
        self.wait = wait
    }

    /// Sends a request, and once more where that can do no harm: only what changes nothing, after a connection that broke, or when the API
    /// itself asks for a short pause.
    func send(_ request: UpstreamRequest) async throws(UpstreamFailure) -> UpstreamResponse {
        guard request.method.isSafe else { return try await sendOnce(request) }
        let pause: Duration
        let first: Result<UpstreamResponse, UpstreamFailure>
        do throws(UpstreamFailure) {
            let response = try await sendOnce(request)
            guard response.status == 429 || response.status == 503, let seconds = response.retryAfter, seconds <= Self.longestWait else {
                return response
            }
            pause = .seconds(seconds)
            first = .success(response)
        } catch {
            guard error == .connectionLost else { throw error }
            pause = .milliseconds(50)
            first = .failure(error)
        }
        await wait(pause)
        do throws(UpstreamFailure) {
            return try await sendOnce(request)
        } catch {
            // There was no second attempt, so the first one says what happened.
            if case .paused = error { return try first.get() }
            throw error
        }
    }

    /// The same way to the API, with a breaker around each attempt.
    package func guarded(by breaker: UpstreamBreaker) -> UpstreamTransport {
        UpstreamTransport(
            send: { [sendOnce] request throws(UpstreamFailure) in try await breaker.send(request, through: sendOnce) }, wait: wait)
    }
}
