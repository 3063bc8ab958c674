import Primitives
import Synchronization

/// One meter for each of many keys, in bounded memory: a key whose meter is empty is not kept, and a flood of keys pushes the oldest ones out.
package final class Meters<Key: Hashable & Sendable>: Sendable {
    package typealias Uptime = @Sendable () -> ContinuousClock.Instant

    private let rate: Rate
    private let uptime: Uptime
    private let meters: Mutex<RecentMap<Key, Meter>>

    /// - Parameters:
    ///   - capacity: how many keys are kept at least, when more come.
    ///   - uptime: a clock that nobody sets.
    package init(_ rate: Rate, capacity: Int, uptime: @escaping Uptime) {
        self.rate = rate
        self.uptime = uptime
        meters = Mutex(RecentMap(capacity: capacity))
    }

    /// Counts, if that much is allowed now.
    /// - Returns: `nil`, or for how many seconds it is not allowed; nothing was counted then.
    package func take(_ amount: Int = 1, for key: Key) -> Int? {
        let now = uptime()
        return meters.withLock { meters in
            var meter = meters[key] ?? Meter(rate, at: now)
            let wait = meter.wait(for: amount, at: now)
            // Nothing is counted for who has to wait, but a clock that was set back is noted.
            meter.count(wait == nil ? amount : 0, at: now)
            meters[key] = meter
            return wait?.secondsRoundedUp
        }
    }

    /// Takes back what `take` has counted.
    package func giveBack(_ amount: Int = 1, for key: Key) {
        let now = uptime()
        meters.withLock { meters in
            guard var meter = meters[key] else { return }
            meter.uncount(amount)
            meters[key] = meter.isEmpty(at: now) ? nil : meter
        }
    }

    /// For how many seconds nothing more is allowed; `nil` when something is.
    package func wait(for key: Key) -> Int? {
        let now = uptime()
        return meters.withLock { meters in
            meters[key]?.count(0, at: now)
            return meters[key]?.wait(at: now)?.secondsRoundedUp
        }
    }

    /// Counts what has happened, allowed or not.
    /// - Returns: whether that was all that is allowed.
    @discardableResult
    package func count(for key: Key) -> Bool {
        let now = uptime()
        return meters.withLock { meters in
            var meter = meters[key] ?? Meter(rate, at: now)
            meter.count(at: now)
            meters[key] = meter
            return meter.wait(at: now) != nil
        }
    }

    /// How many keys are kept.
    package var size: Int { meters.withLock { $0.count } }
}

extension Duration {
    /// For `Retry-After`: never too early, and at least one.
    package var secondsRoundedUp: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
