package import Primitives
import Synchronization

/// A clock that stands still until it is told the time.
package final class TestClock: Sendable {
    private let time: Mutex<UnixTime>
    private let start = ContinuousClock().now

    package init(_ start: UnixTime = UnixTime(1_800_000_000)) {
        time = Mutex(start)
    }

    package var now: UnixTime { time.withLock { $0 } }

    /// The clock as the program takes it.
    package var clock: Clock { { [self] in now } }

    /// The same time as one that nobody sets: it is here what `advance` makes of it, backwards too.
    package var uptime: @Sendable () -> ContinuousClock.Instant { { [self] in start + .seconds(now.seconds) } }

    /// - Parameter seconds: may be negative, for a clock that is set back.
    package func advance(by seconds: Int64) {
        time.withLock { $0 = $0 + seconds }
    }
}
