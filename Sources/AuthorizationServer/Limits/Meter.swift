/// How much of something may happen: `burst` at once, and one more for each `interval`.
package struct Rate: Sendable, Equatable {
    package let burst: Int
    package let interval: Duration

    package init(burst: Int, interval: Duration) {
        self.burst = burst
        self.interval = interval
    }

    /// What is counted is forgotten after so long.
    package var window: Duration { interval * burst }
}

/// A leaky bucket as one instant: when it will have run empty (the "theoretical arrival time" of the ATM Forum's GCRA).
package struct Meter: Sendable, Equatable {
    package typealias Instant = ContinuousClock.Instant

    private let rate: Rate
    private var emptyAt: Instant

    package init(_ rate: Rate, at now: Instant) {
        self.rate = rate
        emptyAt = now
    }

    /// Nothing is counted any more.
    package func isEmpty(at now: Instant) -> Bool { emptyAt <= now }

    /// How long until so much more is allowed; `nil` when it is now.
    package func wait(for amount: Int = 1, at now: Instant) -> Duration? {
        let excess = now.duration(to: clamped(now)) + rate.interval * amount - rate.window
        return excess > .zero ? excess : nil
    }

    /// Counts, up to the brim: what goes beyond it keeps nobody waiting for longer than the window.
    package mutating func count(_ amount: Int = 1, at now: Instant) {
        emptyAt = min(clamped(now) + rate.interval * amount, now + rate.window)
    }

    /// Takes back what was counted.
    package mutating func uncount(_ amount: Int = 1) {
        emptyAt -= rate.interval * amount
    }

    /// A clock that was set back must not make anybody wait for longer than the window.
    private func clamped(_ now: Instant) -> Instant { min(max(emptyAt, now), now + rate.window) }
}
