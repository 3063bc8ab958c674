import Endpoints
import HTTPEdge
import HTTPTypes
import Logging
import Synchronization
import Testing

@Suite struct ResponseTests {
    @Test func `every answer is dated, sized and not to be sniffed, and names no software`() async throws {
        let respond: Respond = { _ in
            var response = Response.text("hello")
            response.headers[.contentLength] = "99"
            response.headers[.connection] = "keep-alive"
            response.headers[.server] = "me"
            response.headers[.cacheControl] = "no-store"
            return response
        }
        try await withEdge(respond: respond) { edge async throws in
            let headers = try await edge.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").headers
            #expect(headers["content-length"] == "5")
            #expect(headers["x-content-type-options"] == "nosniff")
            #expect(headers["cache-control"] == "no-store")
            #expect(headers["server"] == nil && headers["connection"] == nil)
            let date = try #require(headers["date"])
            #expect(date.count == 29 && date.hasSuffix(" GMT"))
        }
    }

    @Test func `the answer to HEAD is that to GET without its body`() async throws {
        try await withEdge { edge async throws in
            try await edge.connect { wire async throws in
                for _ in 0..<2 {
                    try await wire.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
                    let response = try await wire.readResponse(toHead: true)
                    #expect(response.status == 200)
                    #expect(response.headers["content-length"] == "5")
                    #expect(response.headers["content-type"] == "text/plain")
                }
            }
        }
    }

    @Test(arguments: [204, 304]) func `a status that has no body gets none`(code: Int) async throws {
        try await withEdge(respond: { _ in Response(status: .init(code: code), body: .bytes([1, 2, 3])) }) { edge async throws in
            try await edge.connect { wire async throws in
                for _ in 0..<2 {
                    try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    let response = try await wire.readResponse()
                    #expect(response.status == code)
                    #expect(response.headers["content-length"] == nil && response.headers["transfer-encoding"] == nil)
                }
            }
        }
    }

    @Test func `an empty answer says that it is empty`() async throws {
        try await withEdge(respond: { _ in Response(status: .accepted) }) { edge async throws in
            let response = try await edge.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(response.status == 202)
            #expect(response.headers["content-length"] == "0")
        }
    }

    @Test func `what an endpoint throws is answered and logged and ends nothing`() async throws {
        struct Broken: Error {}
        let lines = RecordingLog.Lines()
        let logger = Logger(label: "test", factory: { _ in RecordingLog(lines: lines) })
        try await withEdge(logger: logger, respond: { _ in throw Broken() }) { edge async throws in
            try await edge.connect { wire async throws in
                for _ in 0..<2 {
                    try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    let response = try await wire.readResponse()
                    #expect(response.status == 500)
                    #expect(response.body == #"{"error":"server_error"}"#)
                }
            }
        }
        #expect(lines.text.contains("error an endpoint failed") && lines.text.contains("Broken"))
    }

    @Test(arguments: [100, 101, 0, 700]) func `what is no final status becomes 500`(code: Int) async throws {
        try await withEdge(respond: { _ in Response(status: .init(code: code), body: .bytes([1])) }) { edge async throws in
            #expect(try await edge.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").status == 500)
        }
    }

    @Test func `the log has the line of a request and nothing that is secret in it`() async throws {
        let lines = RecordingLog.Lines()
        let logger = Logger(label: "test", factory: { _ in RecordingLog(lines: lines) })
        try await withEdge(logger: logger, respond: { await .echo($0, upTo: 100) }) { edge async throws in
            _ = try await edge.send(
                "POST /path?token=canary-query HTTP/1.1\r\nHost: canary-host\r\nAuthorization: Bearer canary-header\r\nContent-Length: 11\r\n\r\n"
                    + "canary-body")
            _ = try await edge.send("GET /bad#canary-target HTTP/1.1\r\nHost: h\r\nAuthorization: canary-header\r\n\r\n")
        }
        #expect(lines.text.contains("info POST /path 200"))
        #expect(lines.text.contains(#""remote": 127.0.0.1"#))
        #expect(!lines.text.contains("canary"))
    }

    @Test func `pieces arrive when they are written`() async throws {
        let firstArrived = Signal()
        let respond: Respond = { _ in
            Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: .stream { write in
                    try await write(Array("one".utf8))
                    await firstArrived.wait()
                    try await write([])
                    try await write(Array("two".utf8))
                })
        }
        try await withEdge(respond: respond) { edge async throws in
            try await edge.connect { wire async throws in
                for _ in 0..<2 {
                    try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    let head = try await wire.readHead()
                    #expect(head.headers["transfer-encoding"] == "chunked" && head.headers["content-length"] == nil)
                    #expect(try await wire.readChunk() == "one")
                    firstArrived.fire()
                    #expect(try await wire.readChunk() == "two")
                    #expect(try await wire.readChunk() == nil)
                }
            }
        }
    }

    @Test(arguments: [true, false]) func `a stream ends when its client goes away`(isPolite: Bool) async throws {
        let ended = Signal()
        let respond: Respond = { _ in
            Response(
                status: .ok,
                body: .stream { write in
                    defer { ended.fire() }
                    try await write(Array("one".utf8))
                    // Ends by cancellation alone.
                    for await _ in AsyncStream<Never>.makeStream().stream {}
                    try Task.checkCancellation()
                })
        }
        try await withEdge(respond: respond) { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try await wire.readHead()
                if isPolite {
                    wire.finishSending()
                    await ended.wait()
                }
            }
            await ended.wait()
        }
    }

    @Test func `a stream that fails breaks the connection, so that nobody takes a part for the whole`() async throws {
        struct Broken: Error {}
        let respond: Respond = { _ in
            Response(
                status: .ok,
                body: .stream { write in
                    try await write(Array("one".utf8))
                    throw Broken()
                })
        }
        try await withEdge(respond: respond) { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try await wire.readHead()
                #expect(try await wire.readChunk() == "one")
                #expect(await wire.readToEnd() == "")
            }
        }
    }

    @Test func `old clients get a stream without chunks, and HEAD starts none`() async throws {
        let runs = Mutex(0)
        let respond: Respond = { _ in
            Response(
                status: .ok,
                body: .stream { write in
                    runs.withLock { $0 += 1 }
                    try await write(Array("one".utf8))
                })
        }
        try await withEdge(respond: respond) { edge async throws in
            let old = try await edge.send("GET / HTTP/1.0\r\n\r\n")
            #expect(old.body == "one" && old.version == "HTTP/1.0" && old.headers["transfer-encoding"] == nil)
            try await edge.connect { wire async throws in
                for _ in 0..<2 {
                    try await wire.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
                    #expect(try await wire.readResponse(toHead: true).status == 200)
                }
            }
            #expect(runs.withLock { $0 } == 1)
        }
    }
}
