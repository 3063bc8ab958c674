import Primitives
import Testing

@testable import Upstream

@Suite struct CircuitTests {
    private let start = ContinuousClock().now
    private let failure = Circuit.Outcome.failed(weight: 1, caller: nil, pause: nil)

    private func after(_ seconds: Double) -> Circuit.Instant { start + .seconds(seconds) }

    /// - Returns: how long the call has to wait; `nil` when it was made.
    private func call(_ circuit: inout Circuit, _ outcome: Circuit.Outcome, at seconds: Double) -> Duration? {
        switch circuit.admit(at: after(seconds)) {
        case .wait(let duration): return duration
        case .go(let ticket):
            circuit.record(outcome, ticket, at: after(seconds))
            return nil
        }
    }

    private func opened() -> Circuit {
        var circuit = Circuit(at: start)
        for _ in 0..<10 { #expect(call(&circuit, failure, at: 0) == nil) }
        return circuit
    }

    @Test func `ten failures in a row open it for a second`() {
        var circuit = opened()
        #expect(call(&circuit, failure, at: 0) == .seconds(1))
        #expect(call(&circuit, failure, at: 0.5) == .seconds(0.5))
        #expect(call(&circuit, .answered, at: 1) == nil)
        #expect(circuit.isSound)
    }

    @Test func `one answer in between, and the row begins anew`() {
        var circuit = Circuit(at: start)
        for round in 0..<20 {
            for _ in 0..<9 { #expect(call(&circuit, failure, at: Double(round)) == nil) }
            #expect(call(&circuit, .answered, at: Double(round)) == nil)
        }
    }

    @Test func `failures that are a minute apart are no row`() {
        var circuit = Circuit(at: start)
        for number in 0..<100 { #expect(call(&circuit, failure, at: Double(number) * 61) == nil) }
    }

    @Test func `one call tries after the pause, and the pause doubles up to half a minute while that fails`() {
        var circuit = opened()
        var time = 0.0
        for pause in [1.0, 2, 4, 8, 16, 30, 30, 30] {
            #expect(call(&circuit, failure, at: time + pause - 0.25) == .seconds(0.25))
            time += pause
            #expect(call(&circuit, failure, at: time) == nil, "one may try")
        }
        #expect(call(&circuit, .answered, at: time + 30) == nil)
        for _ in 0..<10 { #expect(call(&circuit, failure, at: time + 30) == nil) }
        #expect(call(&circuit, failure, at: time + 30) == .seconds(1), "it begins with a second again")
    }

    @Test func `while one tries nobody else does`() {
        var circuit = opened()
        guard case .go(let probe) = circuit.admit(at: after(1)) else {
            Issue.record("no probe")
            return
        }
        for _ in 0..<5 { #expect(circuit.admit(at: after(20)) == .wait(.seconds(1))) }
        circuit.record(.unknown, probe, at: after(20))
        #expect(call(&circuit, .answered, at: 20) == nil, "a probe that was given up lets the next one try")
    }

    @Test func `calls from before it opened decide nothing after it`() {
        var circuit = Circuit(at: start)
        guard case .go(let early) = circuit.admit(at: start) else {
            Issue.record("closed")
            return
        }
        for _ in 0..<10 { _ = call(&circuit, failure, at: 0) }
        circuit.record(.answered, early, at: after(0.5))
        #expect(call(&circuit, failure, at: 0.5) == .seconds(0.5))
        circuit.record(failure, early, at: after(0.5))
        #expect(call(&circuit, .answered, at: 1) == nil)
    }

    @Test(arguments: [(5, 5.0), (0, 1), (3600, 60)])
    func `the pause that was asked for is kept, within reason`(asked: Int, pause: Double) {
        var circuit = Circuit(at: start)
        let outcome = Circuit.Outcome.failed(weight: 1, caller: nil, pause: .seconds(asked))
        for _ in 0..<10 { _ = call(&circuit, outcome, at: 0) }
        #expect(call(&circuit, outcome, at: 0) == .seconds(pause))
    }

    @Test func `nobody opens alone what needs the failures of two`() {
        var rules = Circuit.Rules()
        rules.callersNeeded = 2
        let one = CredentialTag(UpstreamCredential(secrets: ["token": Secret("one")]))
        let two = CredentialTag(UpstreamCredential(secrets: ["token": Secret("two")]))
        var circuit = Circuit(rules, at: start)
        for _ in 0..<100 { #expect(call(&circuit, .failed(weight: 1, caller: one, pause: nil), at: 0) == nil) }
        #expect(call(&circuit, .failed(weight: 1, caller: two, pause: nil), at: 0) == nil)
        #expect(call(&circuit, .answered, at: 0) == .seconds(1))

        var other = Circuit(rules, at: start)
        for _ in 0..<10 { #expect(call(&other, failure, at: 0) == nil) }
        #expect(call(&other, .answered, at: 0) == .seconds(1), "what is nobody's doing counts at once")
    }

    @Test func `a clock that is set back keeps it closed for a minute at most`() {
        var circuit = opened()
        #expect(call(&circuit, .answered, at: -86_400) == .seconds(60))
    }
}
