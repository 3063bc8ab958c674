package import OAuth
package import Primitives

/// What may happen how often. All of it is counted in memory: what a restart forgives is less than what a count on the disk would cost.
///
/// Nothing is counted per client id or, at the token endpoint, per address: a public client's id is the same in every installation, and everybody
/// who uses a hosted client comes from the same few addresses.
package struct Limits: Sendable {
    /// Tokens that the upstream refused, at the pages and at the header door together: at most 55 in any minute.
    package static let wrongTokens = Rate(burst: 40, interval: .seconds(4))
    /// Exchanges and refreshes that failed with a code or refresh token that was issued here.
    package static let failedTokenRequests = Rate(burst: 20, interval: .seconds(3))
    /// Bytes of registrations. They leave nothing behind, so what is limited is the work of reading them and not their number.
    package static let registeredBytes = Rate(burst: 64 << 20, interval: .nanoseconds(250))

    package let wrongTokens: Meters<ClientNetwork>
    /// Questions about tokens that are on their way to the upstream. Each counts as wrong until its answer is there, so fewer run at once than are
    /// allowed to be wrong: a crowd of good tokens from one network waits for its turn and is never taken for guesses.
    package let questions: Slots<ClientNetwork>
    package let failedTokenRequests: Meters<GrantID>
    package let registeredBytes: Meters<ClientNetwork>

    /// - Parameter uptime: a clock that only goes forward.
    package init(uptime: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock().now }) {
        questions = Slots(limit: Self.wrongTokens.burst / 2, room: 1024)
        wrongTokens = Meters(Self.wrongTokens, capacity: 16_384, uptime: uptime)
        failedTokenRequests = Meters(Self.failedTokenRequests, capacity: 4096, uptime: uptime)
        registeredBytes = Meters(Self.registeredBytes, capacity: 4096, uptime: uptime)
    }
}
