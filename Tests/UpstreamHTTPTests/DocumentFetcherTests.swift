import Foundation
import Logging
import NIOSSL
import Primitives
import Synchronization
import Testing

@testable import UpstreamHTTP

/// A TLS server on loopback with a certificate of the tests' own authority.
private enum Certificates {
    static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "Vectors/tls/\(name)"
        )
        .path
    }

    static func server(_ name: String) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(path(name + ".pem")).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: path(name + ".key"), format: .pem)
        return try NIOSSLContext(configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }
}

/// A resolver that says what it is told, each time the next, and counts how often it is asked.
private final class Names: Sendable {
    private let state: Mutex<(answers: [[NetworkAddress]], asked: [String])>

    init(_ answers: [[String]]) {
        state = Mutex((answers.map { $0.compactMap { NetworkAddress($0) } }, []))
    }

    var asked: [String] { state.withLock { $0.asked } }

    var resolver: HostResolver {
        HostResolver { host in
            self.state.withLock { state in
                state.asked.append(host)
                return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? []
            }
        }
    }
}

@Suite struct DocumentFetcherTests {
    private static let host = "clients.example.test"
    private static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func json(_ body: String, headers: String = "", status: String = "200 OK", type: String = "application/json")
        -> RawServer.Answer
    {
        .bytes("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    private func fetch(
        certificate: String = "clients", names: Names = Names([["127.0.0.1"]]), trusted host: String = host, ca: String? = "ca.pem",
        timeout: Duration = .seconds(20), path: String = "/client.json", _ answer: RawServer.Answer
    ) async throws -> (result: Result<DocumentFetcher.Document, FetchFailure>, server: RawServer) {
        let server = try await RawServer.start(tls: Certificates.server(certificate)) { _ in answer }
        let fetcher = try DocumentFetcher(
            trusted: [TrustedHost(host: host, port: server.port)], certificateFile: ca.map(Certificates.path), resolver: names.resolver,
            timeout: timeout, logger: Self.silent)
        let url = try StrictURL("https://\(Self.host):\(server.port)\(path)")
        let result: Result<DocumentFetcher.Document, FetchFailure>
        do throws(FetchFailure) {
            result = .success(try await fetcher.fetch(url, maximumSize: 5120))
        } catch {
            result = .failure(error)
        }
        try await server.stop()
        return (result, server)
    }

    private func failure(_ result: Result<DocumentFetcher.Document, FetchFailure>) -> FetchFailure? {
        guard case .failure(let failure) = result else { return nil }
        return failure
    }

    @Test func `a document is asked for by the name in the URL, at the address that was looked up`() async throws {
        let names = Names([["127.0.0.1"], ["192.0.2.1"]])
        let (result, server) = try await fetch(
            names: names, path: "/a%20b/client.json?x=1&y=%2F", Self.json(#"{"a":1}"#, headers: "Cache-Control: max-age=60\r\nAge: 7\r\n"))
        #expect(try result.get() == .init(body: Array(#"{"a":1}"#.utf8), cacheControl: ["max-age=60"], age: "7"))
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("GET /a%20b/client.json?x=1&y=%2F HTTP/1.1\r\n"))
        let lines = request.lowercased().split(separator: "\r\n")
        #expect(lines.contains { $0.hasPrefix("host: \(Self.host):") })
        #expect(lines.contains("accept: application/json"))
        #expect(!request.lowercased().contains("cookie") && !request.lowercased().contains("authorization"))
        #expect(names.asked == [Self.host])
    }

    static let refused: [(RawServer.Answer, FetchFailure)] = [
        (json("{}", headers: "Location: https://clients.example.test/other\r\n", status: "301 Moved"), .redirected),
        (json("{}", headers: "Location: http://169.254.169.254/\r\n", status: "302 Found"), .redirected),
        (json("{}", status: "404 Not Found"), .status(404)), (json("{}", status: "500 Oops"), .status(500)),
        (json("", status: "204 No Content"), .status(204)),
        (json(String(repeating: "x", count: 5121)), .tooLarge),
        (.endless(head: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", piece: String(repeating: "x", count: 512)), .tooLarge),
        (json("{}", type: "text/html"), .wrongType), (json("{}", type: "text/json"), .wrongType),
        (json("{}", headers: "Content-Encoding: gzip\r\n"), .wrongType),
        (.bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), .wrongType),
        (.bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}"), .wrongType),
        (.hangUp, .unreachable), (.bytes("no HTTP at all\r\n\r\n"), .unreachable),
    ]

    @Test(arguments: refused.indices)
    func `anything but a small JSON document by 200 is refused, and no redirect is followed`(_ index: Int) async throws {
        let (answer, expected) = Self.refused[index]
        let (result, server) = try await fetch(answer)
        #expect(failure(result) == expected)
        #expect(server.requests.count <= 1)
    }

    @Test(arguments: ["application/json", "application/json; charset=utf-8", "application/client+json", "APPLICATION/JSON"])
    func `JSON has more than one name`(_ type: String) async throws {
        #expect(try await fetch(Self.json("{}", type: type)).result.get().body == Array("{}".utf8))
    }

    @Test func `five KiB are taken, and one byte more is not`() async throws {
        #expect(try await fetch(Self.json(String(repeating: "x", count: 5120))).result.get().body.count == 5120)
        #expect(failure(try await fetch(Self.json(String(repeating: "x", count: 5121))).result) == .tooLarge)
    }

    static let slow: [RawServer.Answer] = [
        .nothing, .bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"),
        .drip(head: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", piece: "1\r\n \r\n"),
        .drip(head: "HTTP/1.1 200 OK\r\n", piece: "X"),
    ]

    @Test(arguments: slow.indices) func `a slow drip ends when the time is up`(_ index: Int) async throws {
        #expect(failure(try await fetch(timeout: .milliseconds(400), Self.slow[index]).result) == .timedOut)
    }

    @Test func `a name server that does not answer keeps nobody waiting`() async throws {
        let fetcher = try DocumentFetcher(
            resolver: HostResolver { _ in
                // Nothing ever comes, until whoever waits gives up.
                let (silence, kept) = AsyncStream<Void>.makeStream()
                for await _ in silence {}
                withExtendedLifetime(kept) {}
                return []
            }, timeout: .milliseconds(50), logger: Self.silent)
        await #expect(throws: FetchFailure.timedOut) {
            try await fetcher.fetch(try StrictURL("https://slow.example.test/c"), maximumSize: 5120)
        }
    }

    @Test func `the certificate must be for the name in the URL, and of the right authority`() async throws {
        let (wrongName, server) = try await fetch(certificate: "other", Self.json("{}"))
        #expect(failure(wrongName) == .unreachable)
        #expect(server.requests.isEmpty)
        let (wrongAuthority, other) = try await fetch(ca: nil, Self.json("{}"))
        #expect(failure(wrongAuthority) == .unreachable)
        #expect(other.requests.isEmpty)
    }

    @Test func `a private host is contacted only where it is trusted, at the trusted port`() async throws {
        let (result, server) = try await fetch(trusted: "another.example.test", Self.json("{}"))
        #expect(failure(result) == .forbidden)
        #expect(server.connections == 0)
    }

    @Test func `an address that cannot be connected to gives way to the next one of the same host`() async throws {
        let server = try await RawServer.start(tls: Certificates.server("clients")) { _ in Self.json("{}") }
        let names = Names([["127.0.0.2", "127.0.0.1"]])
        let fetcher = try DocumentFetcher(
            trusted: [TrustedHost(host: Self.host, port: server.port)], certificateFile: Certificates.path("ca.pem"),
            resolver: names.resolver, timeout: .seconds(20), logger: Self.silent)
        let document = try await fetcher.fetch(try StrictURL("https://\(Self.host):\(server.port)/c"), maximumSize: 5120)
        #expect(document.body == Array("{}".utf8))
        try await server.stop()
    }

    @Test func `a file without certificates is refused at the start`() {
        #expect(throws: DocumentFetcher.BadCertificateFile(path: "/dev/null")) {
            try DocumentFetcher(certificateFile: "/dev/null", logger: Self.silent)
        }
    }
}

@Suite struct DialRulesTests {
    private func target(_ url: String, trusted: [TrustedHost] = [], names: Names) async throws -> DialTarget {
        try await DocumentFetcher(
            trusted: trusted, resolver: names.resolver, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        .target(of: try StrictURL(url))
    }

    @Test(arguments: [
        "http://example.com/c", "https://93.184.216.34/c", "https://[2606:2800:220:1::1]/c", "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/c", "https://[::1]/c", "https://[::ffff:127.0.0.1]/c", "https://example.com:8443/c", "https://example.com:22/c",
        "ftp://example.com/c",
    ])
    func `addresses, other ports and other schemes are refused without a look-up`(_ url: String) async throws {
        // The strict URL refuses dotted quads inside brackets by itself.
        guard (try? StrictURL(url)) != nil else { return }
        let names = Names([["93.184.216.34"]])
        await #expect(throws: FetchFailure.forbidden) { try await target(url, names: names) }
        #expect(names.asked.isEmpty)
    }

    @Test(arguments: [
        ["169.254.169.254"], ["127.0.0.1"], ["10.0.0.1"], ["100.64.0.1"], ["::1"], ["fd00::1"], ["fe80::1"], ["::ffff:93.184.216.34"],
        ["64:ff9b::5db8:d822"], ["2002:5db8:d822::1"], ["93.184.216.34", "192.168.0.1"], ["93.184.216.34", "::1"],
    ])
    func `a host with any special address is refused whole`(_ addresses: [String]) async throws {
        let names = Names([addresses])
        await #expect(throws: FetchFailure.forbidden) { try await target("https://metadata.example/c", names: names) }
        #expect(names.asked == ["metadata.example"])
    }

    @Test func `a host is looked up once, so one that resolves differently a moment later gains nothing`() async throws {
        let names = Names([["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"], ["127.0.0.1"]])
        let target = try await target("https://rebind.example/c", names: names)
        #expect(target.addresses.map(\.description) == ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
        #expect(names.asked == ["rebind.example"])
        #expect(target.host == "rebind.example" && target.port == 443 && !target.isTrusted)
        await #expect(throws: FetchFailure.forbidden) { try await self.target("https://rebind.example/c", names: names) }
    }

    @Test func `a host without an address cannot be reached`() async throws {
        await #expect(throws: FetchFailure.unreachable) { try await target("https://nowhere.example/c", names: Names([[]])) }
    }

    @Test func `a trusted host may be private, an address, and at its port; its neighbours may not`() async throws {
        let trusted = [
            TrustedHost(host: "lab.example", port: 8443), TrustedHost(host: "127.0.0.1", port: 9000),
            TrustedHost(host: "home.example", port: nil),
        ]
        let private10 = { Names([["10.0.0.1"]]) }
        #expect(try await target("https://lab.example:8443/c", trusted: trusted, names: private10()).isTrusted)
        #expect(
            try await target("https://127.0.0.1:9000/c", trusted: trusted, names: private10()).addresses.map(\.description) == ["127.0.0.1"]
        )
        #expect(try await target("https://home.example/c", trusted: trusted, names: private10()).port == 443)
        for url in [
            "https://lab.example/c", "https://lab.example:8444/c", "https://home.example:8443/c", "https://127.0.0.1:9001/c",
            "https://sub.lab.example:8443/c",
        ] {
            await #expect(throws: FetchFailure.forbidden) { try await target(url, trusted: trusted, names: private10()) }
        }
    }

    @Test func `the system's resolver knows this computer`() async {
        #expect(await HostResolver.system().addresses("localhost").contains { $0.specialUse == .loopback })
        #expect(await HostResolver.system().addresses("nobody.invalid").isEmpty)
    }
}
