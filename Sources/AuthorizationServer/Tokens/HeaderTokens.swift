package import Primitives
import SodiumCrypto
import Synchronization
package import Vault

/// What is known of an API token that a client sends in a header with each request.
package enum HeaderVerdict: Sendable {
    case good(Credential, Subject)
    case unreadable(PasteProblem)
    case rejected
    case insufficient
    case notAdmitted
    case unavailable(retryAfter: Int?)
}

/// The door for clients that send the API's own token. Such a token is used for its request only; what is kept for a minute is whether it was good,
/// under a keyed hash of it.
package struct HeaderTokens: Sendable {
    /// Seconds.
    private static let memory: Int64 = 60

    private let upstream: UpstreamGate
    private let keyring: Keyring
    private let clock: @Sendable () -> UnixTime?
    private let known: RecentVerdicts

    /// - Parameter clock: `nil` where nobody can tell the time; then nothing is remembered.
    package init(upstream: UpstreamGate, keyring: Keyring, clock: @escaping @Sendable () -> UnixTime?) {
        self.upstream = upstream
        self.keyring = keyring
        self.clock = clock
        known = RecentVerdicts(capacity: 4096)
    }

    /// - Parameter field: the profile's id of the secret that the header carries.
    package func verdict(_ token: Secret, field: String) async throws(Rejection) -> HeaderVerdict {
        let credential: Credential
        switch upstream.read([field: token.reveal()], [:]) {
        case .failure(let problem): return .unreadable(problem)
        case .success(let read): credential = read
        }
        guard let key = try? keyring.active(.lookup) else { throw .keyMissing }
        let digest = KeyedHash.hash(token.revealBytes(), key: key.value)
        let now = clock()
        if let now, let subject = known.subject(digest, at: now) { return .good(credential, subject) }
        switch await upstream.check(credential) {
        case .rejected: return .rejected
        case .insufficient: return .insufficient
        case .unavailable(let wait): return .unavailable(retryAfter: wait)
        case .good(let account):
            guard upstream.admits(account) else { return .notAdmitted }
            guard let subject = try? keyring.subject(upstream: upstream.id, origin: credential.origin, account: account) else {
                throw .keyMissing
            }
            if let now { known.insert(digest, subject, until: now + Self.memory) }
            return .good(credential, subject)
        }
    }
}

/// Good verdicts of the last minute. Refusals are not kept: a token may become good at any time.
private final class RecentVerdicts: Sendable {
    private let capacity: Int
    private let verdicts = Mutex<[[UInt8]: (subject: Subject, until: UnixTime)]>([:])

    init(capacity: Int) {
        self.capacity = capacity
    }

    func subject(_ digest: [UInt8], at now: UnixTime) -> Subject? {
        verdicts.withLock { verdicts in
            guard let found = verdicts[digest], now < found.until else { return nil }
            return found.subject
        }
    }

    func insert(_ digest: [UInt8], _ subject: Subject, until: UnixTime) {
        verdicts.withLock { verdicts in
            if verdicts.count >= capacity { verdicts.removeAll(keepingCapacity: true) }
            verdicts[digest] = (subject, until)
        }
    }
}
