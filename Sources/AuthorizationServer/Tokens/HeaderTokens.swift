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
    /// The upstream was not asked: too many wrong tokens came from the same network.
    case tooManyWrongTokens(retryAfter: Int)
}

/// The door for clients that send the API's own token. Such a token is used for its request only; what is kept for a minute is whether it was good,
/// under a keyed hash of it.
package struct HeaderTokens: Sendable {
    private let upstream: UpstreamGate
    private let keyring: Keyring
    private let limits: Limits
    private let clock: @Sendable () -> UnixTime?
    private let known = RecentVerdicts(capacity: 4096)
    private let questions = Questions()

    /// - Parameters:
    ///   - limits: shared with the pages.
    ///   - clock: `nil` where nobody can tell the time; then nothing is remembered.
    package init(upstream: UpstreamGate, keyring: Keyring, limits: Limits, clock: @escaping @Sendable () -> UnixTime?) {
        self.upstream = upstream
        self.keyring = keyring
        self.limits = limits
        self.clock = clock
    }

    /// - Parameter field: the profile's id of the secret that the header carries.
    package func verdict(_ token: Secret, field: String, caller: Caller) async throws(Rejection) -> HeaderVerdict {
        let credential: Credential
        switch upstream.read([field: token.reveal()], [:]) {
        case .failure(let problem): return .unreadable(problem)
        case .success(let read): credential = read
        }
        guard let key = try? keyring.active(.lookup) else { throw .keyMissing }
        let digest = KeyedHash.hash(token.revealBytes(), key: key.value)
        if let now = clock(), let subject = known.subject(digest, at: now) { return .good(credential, subject) }
        // Many requests with one token are one question: not only the first of them may wait for the answer.
        return try await questions.ask(digest) { await self.ask(credential, digest, caller) }.get()
    }

    private func ask(_ credential: Credential, _ digest: [UInt8], _ caller: Caller) async -> Result<HeaderVerdict, Rejection> {
        // Counted before the question and taken back unless the token was wrong, so that parallel guesses don't slip past the limit. A token
        // that was good a short while ago is no guess: its owner is served whoever else uses the same network.
        let isGuess = !known.wasGood(digest, at: clock())
        if isGuess {
            guard await limits.questions.enter(caller.network) else { return .success(.unavailable(retryAfter: 1)) }
        }
        defer { if isGuess { limits.questions.leave(caller.network) } }
        if isGuess, let wait = limits.wrongTokens.take(for: caller.network) { return .success(.tooManyWrongTokens(retryAfter: wait)) }
        let check = await upstream.check(credential)
        switch check {
        case .rejected:
            known.forget(digest)
            if !isGuess { limits.wrongTokens.count(for: caller.network) }
            return .success(.rejected)
        case .insufficient, .unavailable, .good:
            if isGuess { limits.wrongTokens.giveBack(for: caller.network) }
            return verdict(check, credential, digest)
        }
    }

    private func verdict(_ check: AccountCheck, _ credential: Credential, _ digest: [UInt8]) -> Result<HeaderVerdict, Rejection> {
        switch check {
        case .rejected: return .success(.rejected)
        case .insufficient: return .success(.insufficient)
        case .unavailable(let wait): return .success(.unavailable(retryAfter: wait))
        case .good(let account):
            guard upstream.admits(account) else { return .success(.notAdmitted) }
            guard let subject = try? keyring.subject(upstream: upstream.id, origin: credential.origin, account: account) else {
                return .failure(.keyMissing)
            }
            if let now = clock() { known.insert(digest, subject, at: now) }
            return .success(.good(credential, subject))
        }
    }
}

/// Good verdicts, by the keyed hash of the token. Refusals are not kept: a token may become good at any time.
private final class RecentVerdicts: Sendable {
    /// For so many seconds a verdict is as good as a new one.
    private static let memory: Int64 = 60
    /// For so many seconds it tells a token that is in use from a guess.
    private static let longMemory: Int64 = 3600

    private let verdicts: Mutex<RecentMap<[UInt8], (subject: Subject, at: UnixTime)>>

    init(capacity: Int) {
        verdicts = Mutex(RecentMap(capacity: capacity))
    }

    func subject(_ digest: [UInt8], at now: UnixTime) -> Subject? {
        verdicts.withLock { $0[digest] }.flatMap { Self.isYoung($0.at, Self.memory, now) ? $0.subject : nil }
    }

    func wasGood(_ digest: [UInt8], at now: UnixTime?) -> Bool {
        guard let now, let found = verdicts.withLock({ $0[digest] }) else { return false }
        return Self.isYoung(found.at, Self.longMemory, now)
    }

    /// Under a clock that was set back nothing that came before counts.
    private static func isYoung(_ then: UnixTime, _ age: Int64, _ now: UnixTime) -> Bool { then <= now && now < then + age }

    func insert(_ digest: [UInt8], _ subject: Subject, at now: UnixTime) {
        verdicts.withLock { $0[digest] = (subject, now) }
    }

    func forget(_ digest: [UInt8]) {
        verdicts.withLock { $0[digest] = nil }
    }
}

/// Questions that are on their way to the upstream, so that none is asked twice at the same time.
private final class Questions: Sendable {
    typealias Answer = Result<HeaderVerdict, Rejection>

    private let asked = Mutex<[[UInt8]: Task<Answer, Never>]>([:])

    func ask(_ digest: [UInt8], _ question: @escaping @Sendable () async -> Answer) async -> Answer {
        let task = asked.withLock { asked in
            if let task = asked[digest] { return task }
            // Of nobody's request: the first one may go away while others wait.
            let task = Task {
                let answer = await question()
                self.asked.withLock { $0[digest] = nil }
                return answer
            }
            asked[digest] = task
            return task
        }
        return await task.value
    }
}
