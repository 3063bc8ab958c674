import Endpoints
import HTTPEdge
import HTTPTypes
import NIOCore
import ServiceLifecycle
import Testing

@Suite struct LifeTests {
    @Test func `localhost is both loopback addresses under one port`() async throws {
        try await withEdge(listen: "localhost:0") { edge async throws in
            #expect(edge.addresses.first?.host == "127.0.0.1")
            #expect(Set(edge.addresses.map(\.port)).count == 1 && edge.port != 0)
            // A machine without IPv6 has one address only.
            for address in edge.addresses {
                let response = try await Wire.connect(address.host, port: address.port) { wire in
                    try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    return try await wire.readResponse()
                }
                #expect(response.status == 200)
            }
        }
    }

    @Test func `an address that is taken is an error`() async throws {
        try await withEdge { edge async throws in
            await #expect(throws: ListenFailure.self) {
                try await withEdge(listen: "127.0.0.1:\(edge.port)") { _ in Issue.record("it can't run") }
            }
        }
    }

    @Test func `a request that runs at shutdown is answered, and idle connections end`() async throws {
        let arrived = Signal()
        let shutDown = Signal()
        let respond: Respond = { _ in
            arrived.fire()
            await shutDown.wait()
            return .text("finished")
        }
        try await withEdge(respond: respond) { edge async throws in
            try await edge.connect { idle in
                try await edge.connect { wire async throws in
                    try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    await arrived.wait()
                    await edge.group.triggerGracefulShutdown()
                    #expect(await idle.readToEnd() == "")
                    shutDown.fire()
                    let response = try await wire.readResponse()
                    #expect(response.body == "finished" && response.headers["connection"] == "close")
                    #expect(await wire.readToEnd() == "")
                }
            }
        }
    }

    @Test func `what never ends is cut off after the grace`() async throws {
        let ended = Signal()
        try await withEdge {
            $0.drainGrace = .milliseconds(100)
        } respond: { _ in
            Response(
                status: .ok,
                body: .stream { write in
                    defer { ended.fire() }
                    try await write([1])
                    for await _ in AsyncStream<Never>.makeStream().stream {}
                })
        } _: { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try await wire.readHead()
                await edge.group.triggerGracefulShutdown()
                await ended.wait()
            }
        }
    }

    @Test func `a transport is put beneath HTTP`() async throws {
        try await withEdge {
            $0.transport = { channel in try channel.pipeline.syncOperations.addHandler(UpperCase()) }
        } respond: {
            .text($0.path)
        } _: { edge async throws in
            #expect(try await edge.send("GET /quiet HTTP/1.1\r\nHost: h\r\n\r\n").body == "/QUIET")
        }
    }

    private final class UpperCase: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(decoding: unwrapInboundIn(data).readableBytesView, as: UTF8.self).uppercased()
            context.fireChannelRead(wrapInboundOut(ByteBuffer(string: text)))
        }
    }
}
