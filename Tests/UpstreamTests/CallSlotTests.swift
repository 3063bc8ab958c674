import MCP
import Primitives
import Synchronization
import Testing

@testable import Upstream

@Suite struct CallSlotTests {
    private static let mine = CredentialTag(UpstreamCredential(secrets: ["token": Secret("mine")]))
    private static let yours = CredentialTag(UpstreamCredential(secrets: ["token": Secret("yours")]))

    @Test func `one account runs so many calls at once, and another is not kept waiting by it`() async {
        let slots = Slots<CredentialTag>(limit: 2)
        #expect(await slots.enter(Self.mine))
        #expect(await slots.enter(Self.mine))
        let third = Task { await slots.enter(Self.mine) }
        #expect(await slots.enter(Self.yours))
        slots.leave(Self.mine)
        #expect(await third.value)
        slots.leave(Self.mine)
        slots.leave(Self.mine)
        slots.leave(Self.yours)
        #expect(await slots.enter(Self.mine))
    }

    @Test func `what is more than can wait is turned away`() async {
        let slots = Slots<CredentialTag>(limit: 1, room: 0)
        #expect(await slots.enter(Self.mine))
        #expect(await !slots.enter(Self.mine))
        slots.leave(Self.mine)
        #expect(await slots.enter(Self.mine))
    }

    @Test func `who gives up while waiting takes no slot along`() async {
        let slots = Slots<CredentialTag>(limit: 1)
        #expect(await slots.enter(Self.mine))
        let waiting = (0..<50).map { _ in Task { await slots.enter(Self.mine) } }
        for task in waiting { task.cancel() }
        for task in waiting { #expect(await !task.value) }
        slots.leave(Self.mine)
        #expect(await slots.enter(Self.mine))
    }

    @Test func `of many calls at once no more than the profile's number are on their way, and all are answered`() async throws {
        let profile = try ValTown.profile()
        #expect(profile.limits.concurrency == 16)
        let running = Mutex((now: 0, most: 0))
        let transport = UpstreamTransport(
            send: { _ throws(UpstreamFailure) in
                running.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                for _ in 0..<20 { await Task.yield() }
                running.withLock { $0.now -= 1 }
                return UpstreamResponse(status: 200, body: Array(#"{"id":"u-1","username":"ada"}"#.utf8))
            }, wait: { _ in })
        let runner = ToolRunner(profile: profile, transport: transport)
        let call = ToolCall(name: "get-my-info", arguments: JSONObject())
        let done = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { await runner.run(call, credential: ValTown.credential).kind == .done } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(done == 200)
        #expect(running.withLock { $0.most } <= profile.limits.concurrency)
    }
}
