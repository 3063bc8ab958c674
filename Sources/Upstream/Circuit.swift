/// Whether it makes sense to call somebody who failed again and again. Pure: the time comes in.
///
/// Closed, it lets calls through and counts failures in a row. When they are enough it opens and lets none through for a pause; then one call may
/// try (half-open). That one closes it, or doubles the pause.
package struct Circuit: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package struct Rules: Sendable {
        /// So much in a row opens it.
        package var threshold = 10
        /// A row of failures that is interrupted for so long is forgotten.
        package var memory = Duration.seconds(60)
        package var firstPause = Duration.seconds(1)
        package var longestPause = Duration.seconds(30)
        /// What the other side asks for is kept, up to this.
        package var longestRequestedPause = Duration.seconds(60)
        /// A row counts only when failures of so many callers are in it, so that nobody can provoke it alone.
        package var callersNeeded = 1

        package init() {}
    }

    package enum Outcome: Sendable, Equatable {
        case answered
        /// - Parameters:
        ///   - weight: against the threshold.
        ///   - caller: whose call it was; `nil` where it could have been anybody's.
        ///   - pause: what the other side asked for.
        case failed(weight: Int, caller: CredentialTag?, pause: Duration?)
        /// Nothing was learned: the call was given up, or concerned somebody else.
        case unknown
    }

    /// Stands for one call that was let through.
    package struct Ticket: Sendable, Equatable {
        fileprivate let phase: Int

        /// For a call that was let through before there was a circuit.
        package static let first = Ticket(phase: 0)
    }

    package enum Admission: Sendable, Equatable {
        case go(Ticket)
        case wait(Duration)
    }

    private enum State: Sendable {
        case closed(weight: Int, callers: Set<CredentialTag>, isAnybodys: Bool, last: Instant)
        case open(until: Instant, pause: Duration)
        /// One call is on its way.
        case halfOpen(pause: Duration)
    }

    private let rules: Rules
    private var state: State
    /// Changes with each opening, so that calls from before it don't count after it.
    private var phase = 0

    package init(_ rules: Rules = Rules(), at now: Instant) {
        self.rules = rules
        state = Self.fresh(now)
    }

    private static func fresh(_ now: Instant) -> State { .closed(weight: 0, callers: [], isAnybodys: false, last: now) }

    /// Nothing is held against the other side.
    package var isSound: Bool {
        if case .closed(0, _, _, _) = state { true } else { false }
    }

    package mutating func admit(at now: Instant) -> Admission {
        switch state {
        case .closed: return .go(Ticket(phase: phase))
        case .halfOpen(let pause): return .wait(pause)
        case .open(let until, let pause):
            // No longer than it was meant to be, should the clock have been set back.
            let rest = min(now.duration(to: until), max(pause, rules.longestRequestedPause))
            guard rest <= .zero else { return .wait(rest) }
            phase += 1
            state = .halfOpen(pause: pause)
            return .go(Ticket(phase: phase))
        }
    }

    package mutating func record(_ outcome: Outcome, _ ticket: Ticket, at now: Instant) {
        guard ticket.phase == phase else { return }
        switch (state, outcome) {
        case (.open, _), (.closed, .unknown): break
        case (_, .answered): state = Self.fresh(now)
        // The next call may try.
        case (.halfOpen(let pause), .unknown): state = .open(until: now, pause: pause)
        case (.halfOpen(let pause), .failed(_, _, let requested)): open(for: min(pause * 2, rules.longestPause), requested, now)
        case (.closed(let weight, let callers, let isAnybodys, let last), .failed(let added, let caller, let requested)):
            let isForgotten = last.duration(to: now) > rules.memory
            let total = (isForgotten ? 0 : weight) + added
            var all = isForgotten ? [] : callers
            if let caller, all.count < rules.callersNeeded { all.insert(caller) }
            let counts = (isAnybodys && !isForgotten) || caller == nil
            state = .closed(weight: total, callers: all, isAnybodys: counts, last: now)
            if total >= rules.threshold, counts || all.count >= rules.callersNeeded { open(for: rules.firstPause, requested, now) }
        }
    }

    private mutating func open(for pause: Duration, _ requested: Duration?, _ now: Instant) {
        let asked = min(requested ?? .zero, rules.longestRequestedPause)
        phase += 1
        state = .open(until: now + max(pause, asked), pause: pause)
    }
}
