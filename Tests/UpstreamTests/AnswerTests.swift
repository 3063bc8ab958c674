import MCP
import Primitives
import Testing

@testable import Upstream

@Suite struct AnswerTests {
    private static let val: JSON = ["id": "v1", "name": "hello", "description": .null, "links": [:]]

    private func ok(_ body: [UInt8], _ status: Int = 200) -> FakeAPI { FakeAPI([.success(UpstreamResponse(status: status, body: body))]) }

    // MARK: Shapes

    @Test func `an object comes back in both forms`() async throws {
        let outcome = try await FakeAPI(Self.val).call("get-val", ["val_id": "v1"])
        #expect(outcome.result == .structured(Self.val))
        #expect(outcome.kind == .done)
    }

    @Test func `204 and an odd body of a finished change are success`() async throws {
        for (status, body) in [(204, ""), (200, ""), (201, #""ok""#), (201, "{}"), (200, "<html>")] {
            let outcome = try await FakeAPI(status, body).call("delete-val", ["val_id": "v1"])
            #expect(outcome.result == .structured(["ok": true, "status": .integer(status)]))
        }
    }

    @Test func `an array becomes items`() async throws {
        let outcome = try await FakeAPI(["items-are-here": 1]).call("list-blobs")
        #expect(outcome.result.isError)
        let list = try await FakeAPI([["key": "a", "size": 3], ["key": "b"]]).call("list-blobs")
        #expect(list.result.structuredContent == ["items": [["key": "a", "size": 3], ["key": "b"]]])
    }

    static let nextLinks: [(String?, JSON?)] = [
        ("https://api.val.town/v2/me/vals?offset=20&limit=20", ["limit": 20, "offset": 20]),
        ("https://evil.test/steal?offset=40&limit=20&token=x", ["limit": 20, "offset": 40]),
        ("/v2/me/vals?offset=-1&limit=20", nil),
        ("https://api.val.town/v2/me/vals?offset=abc", nil),
        ("https://api.val.town/v2/me/vals", nil),
        ("?offset=%zz", nil), ("", nil), (nil, nil),
    ]

    @Test(arguments: nextLinks)
    func `the next page is arguments and never an address`(link: String?, next: JSON?) async throws {
        let links: JSON = .object(omittingNil: ["self": "x", "next": link.map(JSON.string)])
        let api = FakeAPI(["data": [Self.val], "links": links])
        let outcome = try await api.call("list-my-vals", ["limit": 20])
        #expect(outcome.result.structuredContent?["items"] == [Self.val])
        #expect(outcome.result.structuredContent?["next"] == next)
        if let next {
            _ = try await api.call("list-my-vals", next)
            #expect(api.requests.last?.origin == "https://api.val.town")
        }
    }

    @Test func `a page that is too large is cut and says so`() async throws {
        let long = JSON.string(String(repeating: "x", count: 30_000))
        let items = JSON.array((0..<20).map { ["id": .string("v\($0)"), "name": long] })
        let outcome = try await FakeAPI(["data": items, "links": ["next": "?offset=20"]]).call("list-my-vals")
        #expect(outcome.result.structuredContent?["items"]?.array?.count == 6)
        #expect(outcome.result.structuredContent?["next"] == nil)
        #expect(outcome.text.contains("Only the first 6 of 20 items"))
        #expect(outcome.text.utf8.count < 200_000)
    }

    static let bodies: [([UInt8], JSON)] = [
        (Array("plain text\n".utf8), ["text": "plain text\n", "size": 11, "truncated": false]),
        ([], ["text": "", "size": 0, "truncated": false]),
        (Array(#"{"a":1}"#.utf8), ["text": #"{"a":1}"#, "size": 7, "truncated": false]),
        ([0x00, 0xFF], ["base64": "AP8=", "size": 2, "truncated": false]),
        ([0xC3], ["base64": "ww==", "size": 1, "truncated": false]),
        ([0x41, 0x01], ["base64": "QQE=", "size": 2, "truncated": false]),
    ]

    @Test(arguments: bodies)
    func `bytes are text where they are text`(body: [UInt8], value: JSON) async throws {
        #expect(try await ok(body).call("get-blob", ["key": "k"]).result.structuredContent == value)
    }

    @Test func `long text is cut between characters and long binary is refused`() async throws {
        let text = try await ok(Array(("x" + String(repeating: "ü", count: 150_000)).utf8)).call("get-blob", ["key": "k"])
        #expect(text.result.structuredContent?["truncated"] == true)
        #expect(text.result.structuredContent?["size"] == 300_001)
        #expect(text.result.structuredContent?["text"]?.string?.utf8.count == 199_999)
        let binary = try await ok([UInt8](repeating: 0, count: 262_145)).call("get-blob", ["key": "k"])
        #expect(binary.result.isError)
        #expect(binary.text.contains("262145"))
    }

    @Test(arguments: [#"{"id": <html>"#, "", "null", #"{"id":7,"name":"x"}"#, #"{"name":"x"}"#, "[]", #"{"id":"a","id":"b","name":"c"}"#])
    func `an answer in an unknown form is an error in words`(_ body: String) async throws {
        let outcome = try await FakeAPI(200, body).call("get-val", ["val_id": "v1"])
        #expect(outcome.result.isError)
        #expect(outcome.result.structuredContent == nil)
        #expect(outcome.text.contains("Val Town"))
    }

    // MARK: Refusals

    static let refusals: [(Int, String, [String])] = [
        (401, #"{"message":"Unauthorized"}"#, ["401", "no longer works", "Unauthorized", "https://bridge.test/connect/valtown"]),
        (403, #"{"error":"nope","message":"Forbidden"}"#, ["403", "Forbidden", "Vals: Read", "settings/api/new"]),
        (404, #"{"error":"gone"}"#, ["404", "gone", "Check the ids"]),
        (409, "<html>", ["409", "conflicts"]),
        (412, "", ["412"]),
        (500, "{}", ["500", "Try again later"]),
        (302, "{}", ["redirect", "never followed"]),
        (307, "{}", ["redirect", "never followed"]),
    ]

    @Test(arguments: refusals)
    func `a refusal says what it means and what to do`(status: Int, body: String, says: [String]) async throws {
        let api = FakeAPI(status, body, [Field("Location", "https://evil.test/")])
        let outcome = try await api.call("get-val", ["val_id": "v1"])
        #expect(outcome.result.isError)
        #expect(outcome.kind == (status == 401 ? .credentialRefused : .failed(status: status)))
        for part in says { #expect(outcome.text.contains(part), "\(outcome.text)") }
        #expect(!outcome.text.contains("evil"))
        #expect(api.requests.count == 1)
    }

    @Test func `429 is tried once more after the time that the API names, if that is short`() async throws {
        let patient = FakeAPI([
            .success(UpstreamResponse(status: 429, headers: [Field("Retry-After", "1")])),
            .success(UpstreamResponse(status: 200, body: Self.val.serialized)),
        ])
        #expect(try await patient.call("get-val", ["val_id": "v1"]).kind == .done)
        #expect(patient.waits == [.seconds(1)])
        let long = FakeAPI(429, "{}", [Field("Retry-After", "60")])
        let outcome = try await long.call("get-val", ["val_id": "v1"])
        #expect(outcome.text.contains("Try again in 60 seconds"))
        #expect(long.requests.count == 1)
    }

    @Test func `what changes something is never sent twice`() async throws {
        for failure in [UpstreamFailure.connectionLost, .timedOut] {
            let api = FakeAPI([.failure(failure)])
            let outcome = try await api.call("create-val", ["name": "x", "privacy": "private"])
            #expect(outcome.kind == .unavailable(failure))
            #expect(outcome.text.contains("not known whether"))
            #expect(api.requests.count == 1)
        }
        let busy = FakeAPI(429, "{}", [Field("Retry-After", "1")])
        _ = try await busy.call("delete-val", ["val_id": "v1"])
        #expect(busy.requests.count == 1)
    }

    @Test func `a broken connection is tried once more for what only reads`() async throws {
        let api = FakeAPI([.failure(.connectionLost), .success(UpstreamResponse(status: 200, body: Self.val.serialized))])
        #expect(try await api.call("get-val", ["val_id": "v1"]).kind == .done)
        let dead = FakeAPI([.failure(.connectionLost)])
        #expect(try await dead.call("get-val", ["val_id": "v1"]).kind == .unavailable(.connectionLost))
        #expect(dead.requests.count == 2)
    }

    @Test(arguments: [UpstreamFailure.unreachable, .timedOut, .tooLarge(limit: 4_194_304), .malformed])
    func `no answer is explained`(_ failure: UpstreamFailure) async throws {
        let outcome = try await FakeAPI([.failure(failure)]).call("get-val", ["val_id": "v1"])
        #expect(outcome.result.isError)
        #expect(outcome.kind == .unavailable(failure))
        #expect(outcome.text.contains("Val Town"))
    }

    @Test func `the token is never repeated, whoever says it`() async throws {
        let quoting = #"{"message":"bad token \#(ValTown.token) \u0000 here"}"#
        for status in [200, 400, 401, 403, 500] {
            for (tool, arguments) in [("get-val", ["val_id": "v1"] as JSON), ("get-blob", ["key": "k"]), ("list-telemetry", [:])] {
                let outcome = try await FakeAPI(status, quoting).call(tool, arguments)
                #expect(!outcome.text.contains(ValTown.token))
                #expect(outcome.result.structuredContent?.text.contains(ValTown.token) != true)
            }
        }
        let text = try await FakeAPI(401, quoting).call("get-val", ["val_id": "v1"]).text
        #expect(text.contains("bad token [redacted]"))
    }

    // MARK: Search

    private func links(next: String?) -> JSON {
        .object(omittingNil: ["next": next.map { JSON.string("https://api.val.town/v2/vals?\($0)") }])
    }

    private func vals(_ names: [String], next: String?) -> JSON {
        let data = names.map { ["id": .string($0), "name": .string($0), "description": .string("About \($0)")] as JSON }
        return [
            "data": .array(data), "links": links(next: next),
        ]
    }

    @Test func `a search reads pages, filters here and says so`() async throws {
        let api = FakeAPI(vals(["Alpha", "beta"], next: "cursor=2026-01-01T00:00:00Z&limit=100"), vals(["alphabet"], next: nil))
        let outcome = try await api.call("search-vals", ["query": "ALPHA about"])
        #expect(outcome.result.structuredContent?["items"]?.array?.compactMap { $0["id"]?.string } == ["Alpha", "alphabet"])
        #expect(outcome.result.structuredContent?["searched"] == 3)
        #expect(outcome.result.structuredContent?["complete"] == true)
        #expect(outcome.text.contains("no search"))
        #expect(api.requests.map(\.target) == ["/v2/vals?limit=100", "/v2/vals?limit=100&cursor=2026-01-01T00%3A00%3A00Z"])
    }

    @Test func `a search stops after five pages and can go on`() async throws {
        let api = FakeAPI(vals(["x"], next: "cursor=c9"))
        let outcome = try await api.call("search-vals", ["query": "nothing", "privacy": "public"])
        #expect(api.requests.count == 5)
        #expect(outcome.result.structuredContent?["items"] == [])
        #expect(outcome.result.structuredContent?["complete"] == false)
        #expect(outcome.result.structuredContent?["next"] == ["query": "nothing", "privacy": "public", "cursor": "c9"])
    }

    @Test func `a search that is refused says why`() async throws {
        let outcome = try await FakeAPI(401, "{}").call("search-vals", ["query": "a"])
        #expect(outcome.kind == .credentialRefused)
    }
}
