import Primitives
import Synchronization
import Testing

@testable import drawbridge

/// What a journey printed, and whether it came to its end.
private struct Outcome {
    let worked: Bool
    let lines: [String]
    var text: String { lines.joined(separator: "\n") }
    /// Headings of the steps that were begun.
    var steps: Int { lines.count { $0.hasPrefix("\n") && $0.dropFirst().first?.isNumber == true } }
}

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

private func journey(_ fault: FakeBridge.Fault, token: String = FakeBridge.token, account: String? = "alice") async -> Outcome {
    let bridge = FakeBridge(fault)
    let lines = Lines()
    let journey = DemoJourney(
        baseURL: FakeBridge.base, apiToken: token, account: account, http: { try await bridge.answer($0) },
        random: { count in (0..<count).map { UInt8(truncatingIfNeeded: $0) } }, sha256: FakeBridge.digest, milliseconds: { 0 },
        output: { lines.add($0) })
    let worked = await journey.run()
    return Outcome(worked: worked, lines: lines.all)
}

struct DemoJourneys {
    @Test func `through a bridge that keeps its promises the journey proves all eight steps`() async {
        let outcome = await journey(.none)
        #expect(outcome.worked, "\(outcome.text)")
        #expect(outcome.steps == DemoJourney.stepCount)
        #expect(outcome.lines.count { $0.contains("✓") } == 24)
        #expect(!outcome.text.contains("✗"))
        #expect(outcome.text.contains("alice") && outcome.text.contains("“The API refuses this token”"))
    }

    @Test func `no token, code or verifier is printed`() async {
        let text = await journey(.none).text
        for secret in [FakeBridge.token, "dbc_", "dbr_", "eyJ", Base64URL.encode((0..<32).map { UInt8($0) })] {
            #expect(!text.contains(secret))
        }
    }

    /// The step at which each fault is found.
    private static let found: [FakeBridge.Fault: Int] = [
        .unreachable: 1, .noChallenge: 1, .foreignIssuer: 1, .plainPKCE: 1, .clientSecret: 2, .twoForms: 3, .wrongTokenAccepted: 3,
        .redirect303: 3, .otherState: 3, .noIssuer: 3, .plainJWT: 4, .cachedTokens: 4, .noTools: 5, .endlessList: 5, .otherAccount: 6,
        .valStays: 6, .sameRefreshToken: 7, .secondSuccessor: 7, .accessSurvives: 8, .refreshSurvives: 8,
    ]

    @Test(arguments: FakeBridge.Fault.allCases.filter { $0 != .none })
    func `a broken promise stops the journey and says what was expected`(fault: FakeBridge.Fault) async throws {
        let step = try #require(Self.found[fault])
        let outcome = await journey(fault)
        #expect(!outcome.worked)
        #expect(outcome.steps == step, "\(outcome.text)")
        #expect(outcome.lines.count { $0.contains("   ✗") } == 1)
        #expect(outcome.text.contains("expected  ") && outcome.text.contains("got       "))
        #expect(outcome.lines.last?.contains("stopped at step \(step) of 8") == true)
    }

    @Test func `a token that the API refuses stops at the consent page`() async {
        let outcome = await journey(.none, token: "vtwn_wrong")
        #expect(!outcome.worked && outcome.steps == 3)
    }
}
