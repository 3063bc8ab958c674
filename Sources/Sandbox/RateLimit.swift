import Synchronization

/// So many requests per minute and token; the window begins with a token's first request.
final class RateLimit: Sendable {
    private struct Window {
        var start: ContinuousClock.Instant
        var count: Int
    }

    private let limit: Int
    private let windows = Mutex<[String: Window]>([:])

    init(requestsPerMinute limit: Int) {
        self.limit = limit
    }

    /// Counts a request, or says how long to wait.
    func count(_ token: String, at now: ContinuousClock.Instant = .now) throws {
        let wait: Duration? = windows.withLock { windows in
            var window = windows[token] ?? Window(start: now, count: 0)
            if now - window.start >= .seconds(60) { window = Window(start: now, count: 0) }
            window.count += 1
            windows[token] = window
            return window.count > limit ? .seconds(60) - (now - window.start) : nil
        }
        if let wait { throw APIError.tooManyRequests(retryAfter: max(1, Int(wait.components.seconds) + 1)) }
    }
}
