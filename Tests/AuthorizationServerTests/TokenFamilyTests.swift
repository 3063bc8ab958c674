import AuthorizationServer
import OAuth
import Primitives
import SodiumCrypto
import TestKit
import Testing
import Vault

@Suite struct TokenFamilyTests {
    /// What can happen to a family.
    enum Event: Sendable {
        case rotate
        case wait(Int64)
        case seen(Int64)
        case erase
    }

    enum Expected: Sendable {
        case current
        /// With the token of the next generation.
        case retry
        case reused
        case idleTooLong
        case unknown
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var grace: Int64 = 120
        let events: [Event]
        let presented: Int64
        let expected: Expected
    }

    private static let idle: Int64 = 1000

    static let cases = [
        Case(testDescription: "the first token", events: [], presented: 0, expected: .current),
        Case(testDescription: "the token after a rotation", events: [.rotate], presented: 1, expected: .current),
        Case(testDescription: "its predecessor at once", events: [.rotate], presented: 0, expected: .retry),
        Case(testDescription: "its predecessor at the grace's end", events: [.rotate, .wait(119)], presented: 0, expected: .retry),
        Case(testDescription: "after the grace, nothing seen", events: [.rotate, .wait(500)], presented: 0, expected: .retry),
        Case(testDescription: "in the grace, seen", events: [.rotate, .seen(1), .wait(119)], presented: 0, expected: .retry),
        Case(testDescription: "after the grace, seen before", events: [.rotate, .seen(1), .wait(120)], presented: 0, expected: .reused),
        Case(testDescription: "after the grace, seen after", events: [.rotate, .wait(120), .seen(1)], presented: 0, expected: .reused),
        Case(
            testDescription: "an older access token shows nothing", events: [.rotate, .seen(0), .wait(120)], presented: 0, expected: .retry),
        Case(
            testDescription: "a future one neither", events: [.rotate, .seen(2), .wait(120)], presented: 0, expected: .retry),
        Case(
            testDescription: "being seen does not outlast a rotation", events: [.rotate, .seen(1), .rotate, .wait(500)], presented: 1,
            expected: .retry),
        Case(testDescription: "grace 0", grace: 0, events: [.rotate], presented: 0, expected: .reused),
        Case(testDescription: "grace 0, current", grace: 0, events: [.rotate], presented: 1, expected: .current),
        Case(testDescription: "the grandparent in the grace", events: [.rotate, .rotate], presented: 0, expected: .reused),
        Case(testDescription: "the parent of two", events: [.rotate, .rotate], presented: 1, expected: .retry),
        Case(testDescription: "idle", events: [.wait(1000)], presented: 0, expected: .idleTooLong),
        Case(testDescription: "almost idle", events: [.wait(999)], presented: 0, expected: .current),
        Case(testDescription: "idle after a rotation", events: [.wait(999), .rotate, .wait(999)], presented: 1, expected: .current),
        Case(testDescription: "a retry outlives no idle life", events: [.rotate, .wait(1000)], presented: 0, expected: .idleTooLong),
        Case(testDescription: "a replay is one when idle too", events: [.rotate, .rotate, .wait(1000)], presented: 0, expected: .reused),
        Case(testDescription: "a generation to come", events: [.rotate], presented: 2, expected: .unknown),
        Case(testDescription: "erasing in the grace does nothing", events: [.rotate, .seen(1), .erase], presented: 0, expected: .retry),
        Case(testDescription: "erasing unseen does nothing", events: [.rotate, .wait(500), .erase], presented: 0, expected: .retry),
        Case(
            testDescription: "erased when due", events: [.rotate, .seen(1), .wait(120), .erase], presented: 0, expected: .reused),
    ]

    @Test(arguments: cases) func `a refresh token stands to its family as the table says`(row: Case) throws {
        var model = try Model(grace: row.grace)
        for event in row.events { try model.apply(event) }
        let standing = model.family.standing(of: try model.token(row.presented), idle: Self.idle, at: model.now)
        let expected: TokenFamily.Standing =
            switch row.expected {
            case .current: .current
            case .retry: .retry(lockedSuccessor: try model.token(row.presented + 1).secret.revealBytes())
            case .reused: .reused
            case .idleTooLong: .idleTooLong
            case .unknown: .unknown
            }
        #expect(standing == expected)
    }

    @Test func `a token of another chain with the same generation is unknown`() throws {
        let model = try Model(grace: 120)
        let other = try model.tokens.make(.refresh, grant: model.grant, generation: 0)
        #expect(model.family.standing(of: other, idle: Self.idle, at: model.now) == .unknown)
    }

    @Test func `being seen is news once, and erases the locked successor as soon as it is due`() throws {
        var model = try Model(grace: 120)
        let first = model.family.markSeen(generation: 0, at: model.now)
        #expect(!first, "the first token replaced nothing")
        try model.apply(.rotate)
        let (stale, news, again) = (
            model.family.markSeen(generation: 0, at: model.now), model.family.markSeen(generation: 1, at: model.now),
            model.family.markSeen(generation: 1, at: model.now)
        )
        #expect((stale, news, again) == (false, true, false))
        #expect(model.family.predecessor?.lockedSuccessor != nil)
        let due = model.family.markSeen(generation: 1, at: model.now + 120)
        #expect(due)
        #expect(model.family.predecessor?.lockedSuccessor == nil)
        let later = model.family.markSeen(generation: 1, at: model.now + 121)
        #expect(!later)
    }

    /// Clients that lose answers, try again, run twice and steal, in every order that chance makes.
    @Test(arguments: UInt64(1)...60) func `in a random walk each token has one successor and the chain never forks`(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        var model = try Model(grace: [0, 30, 120].randomElement(using: &chance) ?? 120)
        var successors: [Int64: [UInt8]] = [:]
        for _ in 0..<400 {
            let newest = model.family.generation
            switch Int.random(in: 0..<10, using: &chance) {
            case 0...1: try model.apply(.wait(Int64.random(in: 0...90, using: &chance)))
            case 2: try model.apply(.seen(Int64.random(in: max(0, newest - 2)...newest + 1, using: &chance)))
            case 3: try model.apply(.erase)
            default:
                let generation = max(0, newest - [0, 0, 0, 1, 1, 2, 5][Int.random(in: 0..<7, using: &chance)])
                let expected = model.oracle(generation, idle: Self.idle)
                switch model.family.standing(of: try model.token(generation), idle: Self.idle, at: model.now) {
                case .current:
                    #expect(expected == .current)
                    try model.apply(.rotate)
                    let before = successors.updateValue(try model.token(generation + 1).digest, forKey: generation)
                    #expect(before == nil, "a token was current twice")
                    #expect(model.family.generation == generation + 1)
                case .retry(let locked):
                    #expect(expected == .retry)
                    #expect(Secret(locked) == (try model.token(generation + 1).secret))
                    #expect(successors[generation] == model.family.current.digest, "a retry gave another successor")
                case .reused: #expect(expected == .reused)
                case .idleTooLong: #expect(expected == .idleTooLong)
                case .unknown: Issue.record("a genuine token was unknown")
                }
            }
        }
    }
}

/// A family with all tokens it ever had. The successor is "locked" by writing it down, so that what comes back can be compared.
struct Model {
    let tokens: OpaqueTokens
    let grant: GrantID
    let grace: Int64
    private(set) var now = UnixTime(1_800_000_000)
    private(set) var issued: [OpaqueToken]
    var family: TokenFamily
    private var rotatedAt: UnixTime?
    private var isSeen = false

    init(grace: Int64) throws {
        tokens = OpaqueTokens(keyring: try Keyrings.full())
        grant = tokens.newGrantID()
        self.grace = grace
        let first = try tokens.make(.refresh, grant: grant, generation: 0)
        issued = [first]
        let challenge = try #require(CodeChallenge(PKCEPair().challenge))
        family = TokenFamily(
            spentCode: .init(digest: [1], challenge: challenge), current: .init(digest: first.digest, lockedKey: [2], issuedAt: now))
    }

    func token(_ generation: Int64) throws -> OpaqueToken {
        guard generation < issued.count else { return try tokens.make(.refresh, grant: grant, generation: generation) }
        return issued[Int(generation)]
    }

    mutating func apply(_ event: TokenFamilyTests.Event) throws {
        switch event {
        case .rotate:
            let next = try tokens.make(.refresh, grant: grant, generation: family.generation + 1)
            issued.append(next)
            family.rotate(to: next, lockedKey: [3], lockedSuccessor: next.secret.revealBytes(), grace: grace, at: now)
            (rotatedAt, isSeen) = (now, false)
        case .wait(let seconds): now = now + seconds
        case .seen(let generation):
            _ = family.markSeen(generation: generation, at: now)
            if generation == issued.count - 1 { isSeen = true }
        case .erase: _ = family.eraseSpentSuccessor(at: now)
        }
    }

    /// The rule once more, in other words: who may still ask, by the history alone.
    func oracle(_ generation: Int64, idle: Int64) -> TokenFamilyTests.Expected {
        let newest = Int64(issued.count - 1)
        let isIdle = now - (rotatedAt ?? UnixTime(1_800_000_000)) >= idle
        if generation == newest { return isIdle ? .idleTooLong : .current }
        guard generation == newest - 1, grace > 0, let rotatedAt else { return .reused }
        guard !isSeen || now - rotatedAt < grace else { return .reused }
        return isIdle ? .idleTooLong : .retry
    }
}
