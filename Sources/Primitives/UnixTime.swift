/// Whole seconds since 1970-01-01T00:00:00Z, as JWTs and OAuth count them (RFC 7519 §2).
package struct UnixTime: Hashable, Comparable, Sendable {
    package var seconds: Int64

    package init(_ seconds: Int64) {
        self.seconds = seconds
    }

    package static func < (one: UnixTime, other: UnixTime) -> Bool { one.seconds < other.seconds }
    package static func + (time: UnixTime, seconds: Int64) -> UnixTime {
        UnixTime(saturated(time.seconds.addingReportingOverflow(seconds), towards: seconds))
    }
    package static func - (time: UnixTime, seconds: Int64) -> UnixTime { UnixTime(difference(time.seconds, seconds)) }
    /// Seconds from `start` to `end`.
    package static func - (end: UnixTime, start: UnixTime) -> Int64 { difference(end.seconds, start.seconds) }

    private static func difference(_ one: Int64, _ other: Int64) -> Int64 {
        saturated(one.subtractingReportingOverflow(other), towards: other < 0 ? 1 : -1)
    }

    /// Times come from tokens, headers and files: one at the end of the world stays there and does not stop the program.
    private static func saturated(_ sum: (partialValue: Int64, overflow: Bool), towards sign: Int64) -> Int64 {
        guard sum.overflow else { return sum.partialValue }
        return sign < 0 ? .min : .max
    }
}

/// Where the time comes from: the system in the program, a value under the test's control in tests.
package typealias Clock = @Sendable () -> UnixTime
