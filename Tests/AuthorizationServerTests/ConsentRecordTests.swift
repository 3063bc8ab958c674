import AuthorizationServer
import OAuth
import Primitives
import Testing

@Suite struct ConsentRecordTests {
    private func record() -> ConsentRecord { ConsentRecord(id: ConsentID("c"), expiresAt: UnixTime(600)) }

    @Test func `the fifth wrong token burns the request`() {
        var record = record()
        record.keepWaiting([1])
        for turn in 1...5 {
            let taken = record.takeTry()
            #expect(taken)
            record.burnIfSpent()
            #expect(record.state == (turn < 5 ? .open : .burned))
        }
        #expect(record.waiting == nil)
        let sixth = record.takeTry()
        #expect(!sixth)
    }

    @Test func `a try that was no wrong token is given back`() {
        var record = record()
        for _ in 0..<100 {
            let taken = record.takeTry()
            #expect(taken)
            record.giveTryBack()
            record.burnIfSpent()
        }
        #expect(record.tries == 0)
        #expect(record.state == .open)
        record.giveTryBack()
        #expect(record.tries == 0)
    }

    @Test func `of many parallel guesses five get a try`() {
        var record = record()
        let taken = (0..<64).map { _ in record.takeTry() }
        #expect(taken.count { $0 } == 5)
        #expect(record.state == .open, "none of them has failed yet")
        record.burnIfSpent()
        #expect(record.state == .burned)
    }

    @Test func `a closed request takes no tries and keeps no token`() {
        let ways: [(String, (inout ConsentRecord) -> Void)] = [
            ("approved", { $0.approve(GrantID("g"), outcome: [2]) }), ("denied", { $0.deny() }),
            (
                "burned",
                { record in
                    for _ in 0..<5 { _ = record.takeTry() }
                    record.burnIfSpent()
                }
            ),
        ]
        for (name, close) in ways {
            var record = record()
            record.keepWaiting([1])
            close(&record)
            #expect(record.waiting == nil, "\(name)")
            let state = record.state
            let taken = record.takeTry()
            #expect(!taken, "\(name)")
            record.keepWaiting([3])
            record.burnIfSpent()
            #expect(record.waiting == nil && record.state == state, "\(name)")
        }
    }

    @Test func `what decides is under the row's MAC`() {
        let base = record()
        var tried = base
        _ = tried.takeTry()
        var denied = base
        denied.deny()
        var one = base
        one.approve(GrantID("1"), outcome: [1])
        var other = base
        other.approve(GrantID("2"), outcome: [1])
        let later = ConsentRecord(id: ConsentID("c"), expiresAt: UnixTime(601))
        let another = ConsentRecord(id: ConsentID("d"), expiresAt: UnixTime(600))
        #expect(Set([base, tried, denied, one, other, later, another].map(\.decidingColumns)).count == 7)
    }
}
