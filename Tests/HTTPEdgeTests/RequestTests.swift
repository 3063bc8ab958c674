import Endpoints
import HTTPEdge
import HTTPTypes
import Testing

@Suite struct RequestTests {
    @Test(arguments: [
        ("GET /", "GET / nil host"), ("GET /?", "GET /  host"), ("DELETE /a/b?x=1&x=2", "DELETE /a/b x=1&x=2 host"),
        ("PROPFIND /%2e%2e/%2F?a=%20+b", "PROPFIND /%2e%2e/%2F a=%20+b host"), ("POST //double//", "POST //double// nil host"),
        ("GET /../a;b?c?d", "GET /../a;b c?d host"), ("OPTIONS *", "OPTIONS * nil host"), ("PUT /a|b\"c", "PUT /a|b\"c nil host"),
        ("GET http://other:1/x?y", "GET /x y other:1"), ("GET HTTPS://other?y", "GET / y other"), ("TRACE /", "TRACE / nil host"),
    ]) func `any method and any path reach the endpoints as they were sent`(line: String, expected: String) async throws {
        let respond: Respond = { request in
            .text("\(request.method.rawValue) \(request.path) \(request.query ?? "nil") \(request.authority ?? "nil")")
        }
        try await withEdge(respond: respond) { edge async throws in
            let response = try await edge.send("\(line) HTTP/1.1\r\nHost: host\r\n\r\n")
            #expect(response.status == 200)
            #expect(response.body == expected)
        }
    }

    @Test func `header fields arrive in their order and with their repetitions`() async throws {
        let respond: Respond = { request in .text(request.headers.map { "\($0.name.rawName)=\($0.value)" }.joined(separator: ";")) }
        try await withEdge(respond: respond) { edge async throws in
            let response = try await edge.send("GET / HTTP/1.1\r\nX-A: 1\r\nHost: h\r\nx-b:  two \r\nX-A: 3\r\n\r\n")
            #expect(response.body == "X-A=1;Host=h;x-b=two;X-A=3")
        }
    }

    @Test func `a body comes by its length or in chunks`() async throws {
        try await withEdge(respond: { await .echo($0, upTo: 100) }) { edge async throws in
            let whole = try await edge.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
            #expect(whole.body == "hello")
            let chunked = try await edge.send(
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n")
            #expect(chunked.body == "hello")
            let none = try await edge.send("POST / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(none.status == 200 && none.body == "")
        }
    }

    @Test func `a body of exactly the limit passes and one byte more does not`() async throws {
        try await withEdge(respond: { await .echo($0, upTo: 5) }) { edge async throws in
            #expect(try await edge.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello").status == 200)
            #expect(try await edge.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nhello!").status == 413)
            let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            let chunked = try await edge.send(head + "3\r\nhel\r\n3\r\nlo!\r\n0\r\n\r\n")
            #expect(chunked.status == 413)
        }
    }

    @Test func `the next request finds its place behind a small body that nobody read`() async throws {
        try await withEdge(respond: { .text($0.path) }) { edge async throws in
            try await edge.connect { wire async throws in
                for path in ["/1", "/2", "/3"] {
                    try await wire.send("POST \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n")
                    let response = try await wire.readResponse()
                    #expect(response.body == path)
                    #expect(response.headers["connection"] == nil)
                    try await wire.send([UInt8](repeating: UInt8(ascii: "x"), count: 70000))
                }
            }
        }
    }

    @Test(arguments: ["Content-Length: 30000000", "Transfer-Encoding: chunked"])
    func `the answer to a large body that nobody wants arrives before the connection ends`(length: String) async throws {
        try await withEdge(respond: { await .echo($0, upTo: 1000) }) { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send("POST / HTTP/1.1\r\nHost: h\r\n\(length)\r\n\r\n")
                // In chunks of 1 MiB, or the same bytes as they are; the server may well close before the last of them.
                let piece = Array("100000\r\n".utf8) + [UInt8](repeating: 1, count: 1 << 20) + Array("\r\n".utf8)
                for _ in 0..<8 { try? await wire.send(piece) }
                let response = try await wire.readResponse()
                #expect(response.status == 413)
                #expect(response.headers["connection"] == "close")
                #expect(await wire.readToEnd() == "")
            }
        }
    }

    @Test func `a body is invited only when somebody asks for it`() async throws {
        let respond: Respond = { $0.path == "/wanted" ? await .echo($0, upTo: 10) : .text("no") }
        try await withEdge(respond: respond) { edge async throws in
            let head = " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
            try await edge.connect { wire async throws in
                try await wire.send("POST /wanted" + head)
                #expect(try await wire.readHead().status == 100)
                try await wire.send("ok")
                #expect(try await wire.readResponse().body == "ok")
            }
            let refused = try await edge.send("POST /unwanted" + head)
            #expect(refused.status == 200)
            #expect(refused.headers["connection"] == "close")
        }
    }

    @Test func `a body that drips is answered when the patience ends`() async throws {
        try await withEdge {
            $0.bodyDeadline = .milliseconds(50)
        } respond: {
            await .echo($0, upTo: 100)
        } _: { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel")
                let response = try await wire.readResponse()
                #expect(response.status == 408)
                #expect(response.headers["connection"] == "close")
                #expect(await wire.readToEnd() == "")
            }
        }
    }

    @Test func `a body that breaks off is no body`() async throws {
        let told = Signal()
        let respond: Respond = { request in
            do throws(BodyFailure) {
                _ = try await request.body.collect(upTo: 100)
            } catch {
                if error == .disconnected { told.fire() }
            }
            return .text("")
        }
        try await withEdge(respond: respond) { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel")
                wire.finishSending()
                await told.wait()
            }
        }
    }

    @Test func `requests that come at once are answered one after the other`() async throws {
        try await withEdge(respond: { .text($0.path) }) { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send((1...50).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
                for number in 1...50 { #expect(try await wire.readResponse().body == "/\(number)") }
            }
        }
    }

    @Test func `a client that has said everything still gets its answer`() async throws {
        try await withEdge { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                wire.finishSending()
                #expect(try await wire.readResponse().body == "hello")
                #expect(await wire.readToEnd() == "")
            }
        }
    }

    @Test func `a large answer arrives whole although the client has closed its side`() async throws {
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: 16 << 20)
        try await withEdge {
            $0.lingerDeadline = .milliseconds(1)
        } respond: { _ in
            Response(status: .ok, body: .bytes(large))
        } _: { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                wire.finishSending()
                #expect(try await wire.readResponse().body.utf8.count == large.count)
            }
        }
    }

    @Test func `old clients and clients that would upgrade are answered and let go`() async throws {
        try await withEdge(respond: { await .echo($0, upTo: 10) }) { edge async throws in
            try await edge.connect { wire async throws in
                try await wire.send("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nok")
                let response = try await wire.readResponse()
                #expect(response.body == "ok" && response.headers["connection"] == "close")
                #expect(await wire.readToEnd() == "")
            }
            let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
            let response = try await edge.send("POST / HTTP/1.1\r\nHost: h\r\n\(upgrade)Content-Length: 2\r\n\r\nok")
            #expect(response.body == "ok" && response.headers["connection"] == "close")
        }
    }
}
