package import Primitives
import Synchronization

/// A clock that stands still until it is told the time.
package final class TestClock: Sendable {
    private let time: Mutex<UnixTime>

    package init(_ start: UnixTime = UnixTime(1_800_000_000)) {
        time = Mutex(start)
    }

    package var now: UnixTime { time.withLock { $0 } }

    /// The clock as the program takes it.
    package var clock: Clock { { [self] in now } }

    /// - Parameter seconds: may be negative, for a clock that is set back.
    package func advance(by seconds: Int64) {
        time.withLock { $0 = $0 + seconds }
    }
}
