import MCP
import Primitives
import Synchronization
import Testing

@testable import Upstream

/// Time that passes when it is told to.
private final class Uptime: Sendable {
    private let elapsed = Mutex(Duration.zero)
    private let start = ContinuousClock().now

    func pass(_ duration: Duration) { elapsed.withLock { $0 += duration } }
    var now: @Sendable () -> ContinuousClock.Instant { { [self] in start + elapsed.withLock { $0 } } }
}

@Suite struct BreakerTests {
    private static let mine = UpstreamCredential(secrets: ["token": Secret("mine")])
    private static let yours = UpstreamCredential(secrets: ["token": Secret("yours")])

    private let uptime = Uptime()

    private func guarded(_ api: FakeAPI) -> UpstreamTransport { api.transport.guarded(by: UpstreamBreaker(uptime: uptime.now)) }

    private func verify(_ credential: UpstreamCredential, _ transport: UpstreamTransport) async throws -> Verification {
        try await ValTown.profile().verify(credential, transport: transport)
    }

    @Test func `an API that cannot be reached is left alone, and asked again when the pause is over`() async throws {
        let api = FakeAPI([.failure(.unreachable)])
        let transport = guarded(api)
        for _ in 0..<10 { #expect(try await verify(Self.mine, transport) == .unavailable(retryAfter: nil)) }
        for _ in 0..<50 { #expect(try await verify(Self.yours, transport) == .unavailable(retryAfter: 1)) }
        #expect(api.requests.count == 10)
        uptime.pass(.seconds(1))
        _ = try await verify(Self.mine, transport)
        #expect(api.requests.count == 11)
        #expect(try await verify(Self.mine, transport) == .unavailable(retryAfter: 2))
    }

    @Test(arguments: [401, 403, 404, 200, 302, 409])
    func `what the API says of a token or a request never opens it`(status: Int) async throws {
        let api = FakeAPI(status)
        let transport = guarded(api)
        for number in 0..<100 {
            _ = try await verify(number % 2 == 0 ? Self.mine : Self.yours, transport)
        }
        #expect(api.requests.count == 100)
    }

    @Test(arguments: [500, 502, 503])
    func `server errors open it for the credential that meets them, and for all when others meet them too`(status: Int) async throws {
        let api = FakeAPI(status)
        let transport = guarded(api)
        for _ in 0..<10 { _ = try await verify(Self.mine, transport) }
        #expect(try await verify(Self.mine, transport) == .unavailable(retryAfter: 1))
        #expect(api.requests.count == 10)
        _ = try await verify(Self.yours, transport)
        #expect(api.requests.count == 11, "one account's errors are not everybody's")
        let third = UpstreamCredential(secrets: ["token": Secret("third")])
        #expect(try await verify(third, transport) == .unavailable(retryAfter: 1), "those of two are")
        #expect(api.requests.count == 11)
    }

    @Test func `one account's 429 is nobody else's, and its Retry-After is kept`() async throws {
        let limited = UpstreamResponse(status: 429, headers: [Field("Retry-After", "20")])
        let api = FakeAPI([.success(limited)])
        let transport = guarded(api)
        for _ in 0..<10 { #expect(try await verify(Self.mine, transport) == .unavailable(retryAfter: 20)) }
        uptime.pass(.seconds(5))
        for _ in 0..<10 { #expect(try await verify(Self.mine, transport) == .unavailable(retryAfter: 15)) }
        #expect(api.requests.count == 10)
        for _ in 0..<9 { _ = try await verify(Self.yours, transport) }
        #expect(api.requests.count == 19)
    }

    @Test func `a time-out weighs as much as three other failures`() async throws {
        let api = FakeAPI([.failure(.timedOut)])
        let transport = guarded(api)
        for _ in 0..<4 { _ = try await verify(Self.mine, transport) }
        #expect(try await verify(Self.mine, transport) == .unavailable(retryAfter: 1))
        #expect(api.requests.count == 4)
    }

    @Test func `a tool call is told that nothing was done and when to try again`() async throws {
        let api = FakeAPI([.failure(.unreachable)])
        let runner = ToolRunner(profile: try ValTown.profile(), transport: guarded(api))
        let call = ToolCall(name: "get-my-info", arguments: JSONObject())
        for _ in 0..<10 { _ = await runner.run(call, credential: Self.mine) }
        let outcome = await runner.run(call, credential: Self.mine)
        #expect(outcome.result.isError)
        #expect(outcome.kind == .unavailable(.paused(retryAfter: 1)))
        #expect(outcome.text.contains("Nothing was done. Try again in a second."))
        #expect(api.requests.count == 10)
    }

    @Test func `a second attempt that the breaker prevents leaves the answer to the first`() async throws {
        let busy = UpstreamResponse(status: 429, headers: [Field("Retry-After", "1")])
        let api = FakeAPI([.success(busy)])
        let transport = guarded(api)
        for _ in 0..<4 { _ = try await verify(Self.mine, transport) }
        #expect(api.requests.count == 8)
        _ = try await verify(Self.mine, transport)
        #expect(api.requests.count == 10)
        uptime.pass(.seconds(1))
        #expect(try await verify(Self.mine, transport) == .unavailable(retryAfter: 1))
        #expect(api.requests.count == 11, "the probe, and no second attempt")
    }

    @Test func `a caller who gives up says nothing about the API`() async throws {
        let transport = UpstreamTransport(
            send: { _ throws(UpstreamFailure) in
                while !Task.isCancelled { await Task.yield() }
                throw .connectionLost
            }, wait: { _ in }
        ).guarded(by: UpstreamBreaker(uptime: uptime.now))
        for _ in 0..<20 {
            let call = Task { try await verify(Self.mine, transport) }
            call.cancel()
            #expect(try await call.value == .unavailable(retryAfter: nil))
        }
    }

    @Test func `a breaker keeps nothing of a credential that works`() {
        #expect(CredentialTag(Self.mine) == CredentialTag(UpstreamCredential(secrets: ["token": Secret("mine")])))
        #expect(CredentialTag(Self.mine) != CredentialTag(Self.yours))
        #expect(CredentialTag(Self.mine) != CredentialTag(UpstreamCredential(secrets: ["token": Secret("mine")], inputs: ["a": "b"])))
        #expect(!String(reflecting: CredentialTag(Self.mine)).contains("mine"))
    }
}
