import Primitives
import Synchronization

/// Keeps calls from an API that fails anyway: nobody waits for a time-out that is certain, and the API gets air to recover.
///
/// There is a circuit for each origin and one for each credential. 5xx, time-outs and connections that fail count in both; 429 counts for the
/// credential alone, since it is that account's limit and nobody else's. 401, 403 and whatever else the API says are answers. Some calls can be
/// made to fail by whoever makes them (a query that runs for too long), so an origin's circuit opens only on failures of two credentials, or on
/// connections that could not even be made, which is nobody's doing.
package final class UpstreamBreaker: Sendable {
    private struct State {
        var origins = RecentMap<String, Circuit>(capacity: 256)
        var credentials = RecentMap<CredentialTag, Circuit>(capacity: 4096)
    }

    /// What one call means for its origin and for its credential.
    private struct Outcomes {
        let origin: Circuit.Outcome
        let credential: Circuit.Outcome
    }

    private struct Tickets {
        let origin: Circuit.Ticket
        /// `nil` where nothing was held against the credential.
        let credential: Circuit.Ticket?
    }

    /// A call that took as long as the profile allows weighs as much as three that failed at once.
    private static let weightOfTimeout = 3

    private let credentialRules = Circuit.Rules()
    private let originRules: Circuit.Rules
    private let uptime: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameter uptime: a clock that nobody sets.
    package init(uptime: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock().now }) {
        self.uptime = uptime
        var rules = Circuit.Rules()
        rules.callersNeeded = 2
        originRules = rules
    }

    /// One attempt, or the reason why none is made now.
    package func send(_ request: UpstreamRequest, through send: UpstreamTransport.Send) async throws(UpstreamFailure) -> UpstreamResponse {
        let tickets = try admit(request)
        do throws(UpstreamFailure) {
            let response = try await send(request)
            record(Self.outcomes(of: response, request), tickets, request)
            return response
        } catch {
            // Whoever asked has gone: what became of the call says nothing about the API.
            let outcomes = Task.isCancelled ? Outcomes(origin: .unknown, credential: .unknown) : Self.outcomes(of: error, request)
            record(outcomes, tickets, request)
            throw error
        }
    }

    // MARK: Before the call

    private func admit(_ request: UpstreamRequest) throws(UpstreamFailure) -> Tickets {
        let now = uptime()
        let result: Result<Tickets, UpstreamFailure> = state.withLock { state in
            var ticket: Circuit.Ticket?
            if let tag = request.credential, var circuit = state.credentials[tag] {
                let admission = circuit.admit(at: now)
                state.credentials[tag] = circuit
                guard case .go(let admitted) = admission else { return .failure(Self.paused(admission)) }
                ticket = admitted
            }
            var circuit = state.origins[request.origin] ?? Circuit(originRules, at: now)
            let admission = circuit.admit(at: now)
            state.origins[request.origin] = circuit
            guard case .go(let admitted) = admission else {
                if let ticket, let tag = request.credential { state.credentials[tag]?.record(.unknown, ticket, at: now) }
                return .failure(Self.paused(admission))
            }
            return .success(Tickets(origin: admitted, credential: ticket))
        }
        return try result.get()
    }

    private static func paused(_ admission: Circuit.Admission) -> UpstreamFailure {
        guard case .wait(let duration) = admission else { return .paused(retryAfter: 1) }
        let (seconds, attoseconds) = duration.components
        return .paused(retryAfter: max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0)))
    }

    // MARK: After it

    private func record(_ outcomes: Outcomes, _ tickets: Tickets, _ request: UpstreamRequest) {
        let now = uptime()
        state.withLock { state in
            state.origins[request.origin]?.record(outcomes.origin, tickets.origin, at: now)
            guard let tag = request.credential else { return }
            var circuit = state.credentials[tag] ?? Circuit(credentialRules, at: now)
            circuit.record(outcomes.credential, tickets.credential ?? .first, at: now)
            // A credential that nothing is held against is not kept: not even its hash.
            state.credentials[tag] = circuit.isSound ? nil : circuit
        }
    }

    private static func outcomes(of response: UpstreamResponse, _ request: UpstreamRequest) -> Outcomes {
        let pause = response.retryAfter.map { Duration.seconds($0) }
        switch response.status {
        case 429:
            return Outcomes(origin: .answered, credential: .failed(weight: 1, caller: nil, pause: pause))
        case 500...:
            return Outcomes(
                origin: .failed(weight: 1, caller: request.credential, pause: pause),
                credential: .failed(weight: 1, caller: nil, pause: pause))
        default: return Outcomes(origin: .answered, credential: .answered)
        }
    }

    private static func outcomes(of failure: UpstreamFailure, _ request: UpstreamRequest) -> Outcomes {
        func failed(_ weight: Int) -> Outcomes {
            Outcomes(
                origin: .failed(weight: weight, caller: request.credential, pause: nil),
                credential: .failed(weight: weight, caller: nil, pause: nil))
        }
        switch failure {
        case .unreachable:
            return Outcomes(origin: .failed(weight: 1, caller: nil, pause: nil), credential: .unknown)
        case .connectionLost: return failed(1)
        case .timedOut: return failed(weightOfTimeout)
        // Something did answer.
        case .tooLarge, .malformed: return Outcomes(origin: .answered, credential: .answered)
        case .paused: return Outcomes(origin: .unknown, credential: .unknown)
        }
    }
}
