import AuthorizationServer
import TestKit
import Testing

@Suite struct MeterTests {
    private let start = ContinuousClock().now
    private let rate = Rate(burst: 3, interval: .seconds(10))

    @Test func `so much at once, and then one for each interval`() {
        var meter = Meter(rate, at: start)
        for _ in 0..<3 {
            #expect(meter.wait(at: start) == nil)
            meter.count(at: start)
        }
        #expect(meter.wait(at: start) == .seconds(10))
        #expect(meter.wait(for: 2, at: start) == .seconds(20))
        #expect(meter.wait(at: start + .seconds(4)) == .seconds(6))
        let later = start + .seconds(10)
        #expect(meter.wait(at: later) == nil)
        meter.count(at: later)
        #expect(meter.wait(at: later) == .seconds(10))
        #expect(!meter.isEmpty(at: later + .seconds(29)))
        #expect(meter.isEmpty(at: later + .seconds(30)))
    }

    @Test func `what is taken back was never counted`() {
        var meter = Meter(rate, at: start)
        for _ in 0..<100 {
            meter.count(at: start)
            meter.uncount()
        }
        #expect(meter.wait(for: 3, at: start) == nil)
        #expect(meter.isEmpty(at: start))
    }

    @Test(arguments: [-86_400, -1, 0] as [Int64])
    func `nobody waits for longer than the window, also after the clock was set back`(seconds: Int64) {
        var meter = Meter(rate, at: start)
        for _ in 0..<1000 { meter.count(at: start) }
        let now = start + .seconds(seconds)
        #expect(meter.wait(at: now) == .seconds(10))
        meter.count(at: now)
        #expect(meter.isEmpty(at: now + .seconds(30)))
    }

    @Test func `a flood of keys keeps nothing for ever, and what is given back leaves nothing`() {
        let clock = TestClock()
        let meters = Meters<Int>(rate, capacity: 50, uptime: clock.uptime)
        for key in 0..<10_000 {
            #expect(meters.take(for: key) == nil)
            meters.giveBack(for: key)
        }
        #expect(meters.size == 0)
        for key in 0..<10_000 { _ = meters.take(for: key) }
        #expect(meters.size <= 100)
    }

    @Test func `parallel takers get no more than the burst`() async {
        let clock = TestClock()
        let meters = Meters<Int>(Rate(burst: 40, interval: .seconds(4)), capacity: 10, uptime: clock.uptime)
        let refused = await inParallel(500) { meters.take(for: 1) }.values().compactMap { $0 }
        #expect(refused.count == 460)
        #expect(refused.allSatisfy { $0 == 4 }, "Retry-After is never too early")
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false), ("::ffff:192.0.2.7", "192.0.2.7", true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true), ("2001:db8:1:2::1", "2001:DB8:0001:0002::9", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false), ("2001:db8::1", "2001:db8:0:0:5::", true), ("::1", "::2", true),
        ("fe80::1%eth0", "fe80::1", true), ("2001:db8::", "2001:db9::", false), ("::", "0:0:0:0:1:2:3:4", true), ("", "", true),
        ("unknown", "192.0.2.7", false),
    ])
    func `an IPv4 address is one network, and so is a slash 64 of IPv6`(one: String, other: String, same: Bool) {
        #expect((ClientNetwork(address: one) == ClientNetwork(address: other)) == same)
    }
}
