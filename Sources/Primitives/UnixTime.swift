/// Whole seconds since 1970-01-01T00:00:00Z, as JWTs and OAuth count them (RFC 7519 §2).
package struct UnixTime: Hashable, Comparable, Sendable {
    package var seconds: Int64

    package init(_ seconds: Int64) {
        self.seconds = seconds
    }

    package static func < (one: UnixTime, other: UnixTime) -> Bool { one.seconds < other.seconds }
    package static func + (time: UnixTime, seconds: Int64) -> UnixTime { UnixTime(time.seconds + seconds) }
    package static func - (time: UnixTime, seconds: Int64) -> UnixTime { UnixTime(time.seconds - seconds) }
    /// Seconds from `start` to `end`.
    package static func - (end: UnixTime, start: UnixTime) -> Int64 { end.seconds - start.seconds }
}

/// Where the time comes from: the system in the program, a value under the test's control in tests.
package typealias Clock = @Sendable () -> UnixTime
