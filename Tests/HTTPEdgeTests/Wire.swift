import NIOCore
import NIOPosix
import Testing

/// A TCP connection that sends exactly what it is told.
struct Wire {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var unread: [UInt8] = []

    /// Connects, and closes when the body is done.
    static func connect<Value>(
        _ host: String = "127.0.0.1", port: Int, _ body: (inout Wire) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(host: host, port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
        return try await channel.executeThenClose { inbound, outbound in
            var wire = Wire(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&wire)
        }
    }

    private init(inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
        self.inbound = inbound
        self.outbound = outbound
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// Says that nothing more will be sent.
    func finishSending() { outbound.finish() }

    /// The next bytes, `nil` at the end.
    private mutating func receive() async throws -> Bool {
        guard let buffer = try await inbound.next() else { return false }
        unread += buffer.readableBytesView
        return true
    }

    /// Everything up to the end of the connection, however it ends.
    mutating func readToEnd() async -> String {
        while (try? await receive()) == true {}
        defer { unread = [] }
        return String(decoding: unread, as: UTF8.self)
    }

    mutating func readLine() async throws -> String {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                let line = unread[..<end].filter { $0 != 0x0D }
                unread.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            guard try await receive() else { throw Ended() }
        }
    }

    mutating func read(_ count: Int) async throws -> [UInt8] {
        while unread.count < count {
            guard try await receive() else { throw Ended() }
        }
        defer { unread.removeFirst(count) }
        return Array(unread[..<count])
    }

    /// The connection ended where something was expected.
    struct Ended: Error {}

    mutating func readHead() async throws -> WireResponse {
        let line = try await readLine()
        let words = line.split(separator: " ", maxSplits: 2)
        var response = WireResponse(version: String(words.first ?? ""), status: try #require(Int(words[1])))
        while true {
            let line = try await readLine()
            if line.isEmpty { return response }
            let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = halves[0].lowercased()
            #expect(response.headers[name] == nil, "\(name) came twice")
            response.headers[name] = halves[1].drop { $0 == " " }.description
        }
    }

    /// One chunk, `nil` for the last one.
    mutating func readChunk() async throws -> String? {
        let size = try #require(Int(await readLine(), radix: 16))
        let bytes = try await read(size)
        #expect(try await readLine() == "")
        return size == 0 ? nil : String(decoding: bytes, as: UTF8.self)
    }

    mutating func readResponse(toHead: Bool = false) async throws -> WireResponse {
        var response = try await readHead()
        if toHead || response.status == 204 || response.status == 304 { return response }
        if response.headers["transfer-encoding"] == "chunked" {
            while let chunk = try await readChunk() { response.body += chunk }
        } else if let length = response.headers["content-length"].flatMap({ Int($0) }) {
            response.body = String(decoding: try await read(length), as: UTF8.self)
        } else {
            response.body = await readToEnd()
        }
        return response
    }
}

struct WireResponse: Sendable {
    let version: String
    let status: Int
    var headers: [String: String] = [:]
    var body = ""

    init(version: String, status: Int) {
        self.version = version
        self.status = status
    }
}
