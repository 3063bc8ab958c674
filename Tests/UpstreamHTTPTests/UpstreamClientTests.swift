import Logging
import Synchronization
import Testing
import Upstream

@testable import UpstreamHTTP

@Suite struct UpstreamClientTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One: 1\r\n\r\n{}"

    /// Runs a body against a server and closes both.
    private func with(
        timeout: Duration = .seconds(10), limit: Int = 1 << 20,
        answer: @escaping @Sendable (String) -> RawServer.Answer = { _ in .bytes(ok) },
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ body: (UpstreamClient, RawServer) async throws -> Void
    ) async throws {
        let server = try await RawServer.start(answer)
        let client = try UpstreamClient(UpstreamClient.Configuration(timeout: timeout, maximumResponseBytes: limit), logger: logger)
        do {
            try await body(client, server)
        } catch {
            Issue.record(error)
        }
        await client.shutdown()
        try await server.stop()
    }

    private func get(_ server: RawServer, _ path: String = "/", headers: [Field] = []) -> UpstreamRequest {
        UpstreamRequest(method: .get, origin: server.origin, path: path, headers: headers)
    }

    @Test func `a request goes out as it was put together`() async throws {
        try await with { client, server in
            let request = UpstreamRequest(
                method: .post, origin: server.origin, path: "/v2/blob/..%2Fv1%2Fme%252e%3Fx",
                query: [Field("path", "a b/c&d"), Field("x", "")],
                headers: [Field("Authorization", "Bearer t"), Field("Accept", "*/*")], body: Array("hello".utf8))
            let response = try await client.send(request)
            #expect(response == UpstreamResponse(status: 200, headers: response.headers, body: Array("{}".utf8)))
            #expect(response.header("x-one") == "1")
            let wire = server.requests.first ?? ""
            #expect(wire.hasPrefix("POST /v2/blob/..%2Fv1%2Fme%252e%3Fx?path=a%20b%2Fc%26d&x= HTTP/1.1\r\n"))
            #expect(wire.hasSuffix("\r\n\r\nhello"))
            let names = Set(wire.split(separator: "\r\n").dropFirst().compactMap { $0.split(separator: ":").first?.lowercased() })
            #expect(names.subtracting(["hello"]) == ["host", "authorization", "accept", "content-length"])
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is an answer and is not followed`(_ status: Int) async throws {
        let target = try await RawServer.start { _ in .bytes(Self.ok) }
        let location = target.origin
        try await with(answer: { _ in .bytes("HTTP/1.1 \(status) Moved\r\nLocation: \(location)/steal\r\nContent-Length: 0\r\n\r\n") }) {
            client, server in
            let response = try await client.send(get(server, headers: [Field("Authorization", "Bearer t")]))
            #expect(response.status == status)
            #expect(server.requests.count == 1)
        }
        #expect(target.connections == 0)
        try await target.stop()
    }

    @Test func `connections are kept`() async throws {
        try await with { client, server in
            for _ in 0..<5 { _ = try await client.send(get(server)) }
            #expect(server.requests.count == 5)
            #expect(server.connections == 1)
        }
    }

    static let huge: [RawServer.Answer] = [
        .endless(
            head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", piece: "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n"),
        .endless(head: "HTTP/1.1 200 OK\r\n\r\n", piece: String(repeating: "x", count: 4096)),
        .bytes("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n"),
    ]

    @Test(arguments: 0..<3)
    func `an answer that is too large is not read to its end`(_ index: Int) async throws {
        try await with(limit: 100_000, answer: { _ in Self.huge[index] }) { client, server in
            await #expect(throws: UpstreamFailure.tooLarge(limit: 100_000)) { try await client.send(get(server)) }
        }
    }

    static let slow: [RawServer.Answer] = [
        .nothing, .bytes("HTTP/1.1 200 OK\r\n"), .bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
        .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"),
    ]

    @Test(arguments: 0..<4)
    func `an answer that does not come ends at the deadline`(_ index: Int) async throws {
        try await with(timeout: .milliseconds(200), answer: { _ in Self.slow[index] }) { client, server in
            await #expect(throws: UpstreamFailure.timedOut) { try await client.send(get(server)) }
        }
    }

    @Test func `a connection that ends early is told from one that never was`() async throws {
        try await with(answer: { _ in .hangUp }) { client, server in
            await #expect(throws: UpstreamFailure.connectionLost) { try await client.send(get(server)) }
        }
        let gone = try await RawServer.start { _ in .nothing }
        let origin = gone.origin
        try await gone.stop()
        try await with { client, _ in
            await #expect(throws: UpstreamFailure.unreachable) {
                try await client.send(UpstreamRequest(method: .get, origin: origin, path: "/"))
            }
        }
    }

    @Test(arguments: ["garbage\r\n\r\n", "HTTP/9.9 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"])
    func `what is no HTTP is malformed`(_ answer: String) async throws {
        try await with(answer: { _ in .bytes(answer) }) { client, server in
            await #expect(throws: UpstreamFailure.malformed) { try await client.send(get(server)) }
        }
    }

    @Test(arguments: ["http://example.com", "https://a@b", "ftp://127.0.0.1", "https://api.val.town/x", ""])
    func `no other address is called`(_ origin: String) async throws {
        try await with { client, _ in
            await #expect(throws: UpstreamFailure.malformed) {
                try await client.send(UpstreamRequest(method: .get, origin: origin, path: "/"))
            }
        }
    }

    @Test func `a header that would break the line is refused`() async throws {
        try await with { client, server in
            await #expect(throws: UpstreamFailure.malformed) {
                try await client.send(get(server, headers: [Field("Authorization", "Bearer a\r\nX-Evil: 1")]))
            }
            await #expect(throws: UpstreamFailure.malformed) { try await client.send(get(server, "/a b")) }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `the log has no path, query, header or body`() async throws {
        let lines = LogLines()
        let logger = Logger(label: "test", factory: { _ in lines })
        try await with(logger: logger) { client, server in
            _ = try await client.send(
                UpstreamRequest(
                    method: .get, origin: server.origin, path: "/canary-path", query: [Field("q", "canary-query")],
                    headers: [Field("Authorization", "Bearer canary-token")]))
        }
        #expect(lines.text.contains("127.0.0.1"))
        #expect(lines.text.contains("200"))
        #expect(!lines.text.contains("canary"))
    }

    @Test func `a certificate file that is none is refused at once`() {
        let configuration = UpstreamClient.Configuration(certificateFile: "/nonexistent/ca.pem")
        #expect(throws: UpstreamClient.BadCertificateFile(path: "/nonexistent/ca.pem")) {
            try UpstreamClient(configuration, logger: Logger(label: "test"))
        }
    }
}

/// Keeps what is logged.
private struct LogLines: LogHandler {
    private final class Box: Sendable {
        let text = Mutex("")
    }

    private let box = Box()
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    var text: String { box.text.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        box.text.withLock { $0 += "\(event.message) \(event.metadata ?? [:])\n" }
    }
}
