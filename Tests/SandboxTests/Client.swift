import Logging
import NIOCore
import NIOPosix
import Primitives
import Sandbox
import Testing

/// A reply of the sandbox, read to the end of its connection.
struct Reply: Sendable {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: JSON {
        get throws { try JSON.parse(body) }
    }

    init(_ bytes: [UInt8]) throws {
        let separator = Array("\r\n\r\n".utf8)
        let end = try #require(bytes.indices.first { bytes[$0...].starts(with: separator) })
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        status = try #require(Int(lines[0].split(separator: " ")[1]))
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let halves = line.split(separator: ":", maxSplits: 1)
            headers[halves[0].lowercased()] = halves[1].drop { $0 == " " }.description
        }
        self.headers = headers
        body = Array(bytes[(end + separator.count)...])
    }
}

/// A client that says exactly what it is told, one connection per request.
struct Client: Sendable {
    let sandbox: Sandbox
    let port: Int

    func send(_ method: String, _ path: String, token: String?, headers: [String: String] = [:], body: [UInt8] = []) async throws -> Reply {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let bytes = Array((head + "\r\n").utf8) + body
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(host: "127.0.0.1", port: port) {
            channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var received: [UInt8] = []
            for try await buffer in inbound { received += buffer.readableBytesView }
            return try Reply(received)
        }
    }

    func send(_ method: String, _ path: String, token: String?, json: JSON) async throws -> Reply {
        try await send(method, path, token: token, headers: ["Content-Type": "application/json"], body: json.serialized)
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
        try await send("GET", path, token: sandbox.tokens.full, headers: headers)
    }

    func post(_ path: String, _ json: JSON) async throws -> Reply {
        try await send("POST", path, token: sandbox.tokens.full, json: json)
    }

    func put(_ path: String, _ json: JSON) async throws -> Reply {
        try await send("PUT", path, token: sandbox.tokens.full, json: json)
    }

    func delete(_ path: String) async throws -> Reply {
        try await send("DELETE", path, token: sandbox.tokens.full)
    }

    /// The path of a link, which must be absolute and point back here.
    func path(of link: JSON?) throws -> String {
        let text = try #require(link?.string)
        let origin = "http://127.0.0.1:\(port)"
        #expect(text.hasPrefix(origin + "/"))
        return String(text.dropFirst(origin.count))
    }

    /// A new val of the first account.
    func newVal(_ name: String, privacy: String = "private") async throws -> String {
        let reply = try await post("/v2/vals", ["name": .string(name), "privacy": .string(privacy)])
        #expect(reply.status == 201)
        return try #require(reply.json["id"]?.string)
    }
}

/// Runs a sandbox on a free port for as long as the body takes.
func withSandbox(_ options: SandboxOptions = SandboxOptions(), _ body: @escaping @Sendable (Client) async throws -> Void) async throws {
    let sandbox = try Sandbox.open(options, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let (ports, running) = AsyncStream<Int>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await sandbox.run { running.yield($0) } }
        group.addTask {
            for await port in ports {
                try await body(Client(sandbox: sandbox, port: port))
                return
            }
        }
        try await group.next()
        group.cancelAll()
    }
}
