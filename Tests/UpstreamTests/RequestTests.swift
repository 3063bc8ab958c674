import MCP
import Primitives
import Testing

@testable import Upstream

@Suite struct RequestTests {
    private func request(_ tool: String, _ arguments: JSON) async throws -> UpstreamRequest? {
        let api = FakeAPI(200)
        _ = try await api.call(tool, arguments)
        return api.requests.first
    }

    // MARK: Paths (attack 42)

    static let segments: [(String, String)] = [
        ("plain", "plain"), ("a/b", "a%2Fb"), ("../v1/me", "..%2Fv1%2Fme"), ("%2f", "%252f"), ("%2e%2e", "%252e%252e"),
        ("..\\..", "..%5C.."), ("https://evil.test/", "https%3A%2F%2Fevil.test%2F"), ("a?b=c#d", "a%3Fb%3Dc%23d"), ("a;b", "a%3Bb"),
        ("@evil.test", "%40evil.test"), ("...", "..."), (" ", "%20"), ("ü", "%C3%BC"), ("a/../../b", "a%2F..%2F..%2Fb"),
    ]

    @Test(arguments: segments)
    func `an argument in a path is one encoded segment`(argument: String, segment: String) async throws {
        let request = try await request("get-blob", ["key": .string(argument)])
        #expect(request?.url == "https://api.val.town/v2/blob/\(segment)")
    }

    @Test(arguments: ["", ".", "..", "a\u{0}b", "a\nb", "a\r\nHost: evil"])
    func `a segment that would not stay one is refused and nothing is sent`(_ argument: String) async throws {
        let api = FakeAPI(200)
        for (tool, name) in [("get-blob", "key"), ("get-val", "val_id"), ("delete-val", "val_id"), ("get-user", "username")] {
            let outcome = try await api.call(tool, .object(JSONObject([.init(key: name, value: .string(argument))])))
            #expect(outcome.result.isError)
            #expect(outcome.kind == .badArguments)
            #expect(outcome.text.contains("`\(name)`"))
        }
        #expect(api.requests.isEmpty)
    }

    // MARK: What goes where

    @Test func `a page is asked for with the API's own defaults`() async throws {
        let request = try await request("list-my-vals", [:])
        #expect(request?.method == .get)
        #expect(request?.target == "/v2/me/vals?offset=0&limit=20")
        #expect(request?.body == nil)
        #expect(
            request?.headers == [
                Field("Accept", "application/json"), Field("User-Agent", "drawbridge"), Field("Authorization", "Bearer \(ValTown.token)"),
            ])
    }

    @Test func `a body takes its members and nothing else`() async throws {
        let request = try await request("create-val", ["name": "hello", "privacy": "private", "org_id": "o-1", "description": .null])
        #expect(request?.method == .post)
        #expect(request?.target == "/v2/vals")
        #expect(request?.body.map { String(decoding: $0, as: UTF8.self) } == #"{"name":"hello","privacy":"private","orgId":"o-1"}"#)
        #expect(request?.headers.contains(Field("Content-Type", "application/json")) == true)
    }

    @Test func `arguments of one call may go to path, query and body`() async throws {
        let request = try await request(
            "create-file-or-directory", ["val_id": "v1", "path": "a b/c.ts", "type": "script", "content": ""])
        #expect(request?.target == "/v2/vals/v1/files?path=a%20b%2Fc.ts")
        #expect(request?.body.map { String(decoding: $0, as: UTF8.self) } == #"{"type":"script","content":""}"#)
    }

    @Test func `an array in a query repeats its name`() async throws {
        let request = try await request("list-logs", ["branch_ids": ["a", "b&c"], "limit": try JSON.parse("1e1")])
        #expect(request?.target == "/v1/telemetry/logs?direction=desc&limit=10&branch_ids=a&branch_ids=b%26c")
    }

    @Test func `a blob travels as its bytes`() async throws {
        let text = try await request("store-blob", ["key": "k", "content": "hé"])
        #expect(text?.body == Array("hé".utf8))
        #expect(text?.headers.contains(Field("Content-Type", "application/octet-stream")) == true)
        let binary = try await request("store-blob", ["key": "k", "base64": "AP+A"])
        #expect(binary?.body == [0x00, 0xFF, 0x80])
        let empty = try await request("store-blob", ["key": "k", "content": ""])
        #expect(empty?.body == [])
    }

    @Test func `a fixed statement cannot be changed`() async throws {
        let request = try await request("list-sql-tables", [:])
        #expect(request?.body.map { String(decoding: $0, as: UTF8.self) }?.hasPrefix(#"{"statement":"SELECT type, name"#) == true)
        #expect(try await self.request("list-sql-tables", ["statement": "DROP TABLE x"]) == nil)
    }

    @Test func `a request does not show what it carries`() async throws {
        let request = try #require(try await request("get-val", ["val_id": "secret-id"]))
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), dumped] {
            #expect(!text.contains(ValTown.token))
            #expect(!text.contains("secret-id"))
        }
    }

    // MARK: Arguments

    static let wrong: [(String, JSON, String)] = [
        ("get-val", [:], "`val_id` is required"),
        ("get-val", ["val_id": 7], "`val_id` must be a string, not a number"),
        ("get-val", ["val_id": "a", "id": "b"], "`id` is not known; get-val takes `val_id`"),
        ("get-my-info", ["x": 1], "takes no arguments"),
        ("list-my-vals", ["limit": 0], "`limit` must be at least 1"),
        ("list-my-vals", ["limit": 101], "`limit` must be at most 100"),
        ("list-my-vals", ["limit": "10"], "`limit` must be an integer, not a string"),
        ("create-val", ["name": "9lives", "privacy": "public"], "must match"),
        ("create-val", ["name": "x\n", "privacy": "public"], "must match"),
        ("create-val", ["name": "x", "privacy": "secret"], "must be one of \"public\""),
        ("create-val", ["name": .string(String(repeating: "x", count: 49)), "privacy": "public"], "at most 48 characters"),
        ("store-blob", ["key": "k"], "exactly one of `content`, `base64`"),
        ("store-blob", ["key": "k", "content": "a", "base64": "AA=="], "exactly one of"),
        ("store-blob", ["key": "k", "base64": "?"], "must be base64"),
        ("execute-sql", ["statement": 7], "`statement` fits none of the forms"),
        ("execute-sql", ["statement": ["sql": "x"]], "lacks `args`"),
        ("search-vals", ["query": ""], "must not be empty"),
        ("nope", [:], "no tool"),
    ]

    @Test(arguments: wrong)
    func `wrong arguments are explained and nothing is sent`(tool: String, arguments: JSON, says: String) async throws {
        let api = FakeAPI(200)
        let outcome = try await api.call(tool, arguments)
        #expect(outcome.result.isError)
        #expect(outcome.kind == .badArguments)
        #expect(outcome.text.contains(says), "\(outcome.text)")
        #expect(api.requests.isEmpty)
    }

    // MARK: Other ways to carry a credential

    static let ways: [(String, @Sendable (UpstreamRequest) -> Bool)] = [
        (
            "{ in: query, name: auth_token, template: '${input.site}:${secret.key}' }",
            { $0.query.contains(Field("auth_token", "acme:k+1&2")) }
        ),
        ("{ in: cookie, name: sid, template: '${secret.key}' }", { $0.headers.contains(Field("Cookie", "sid=k+1&2")) }),
        ("{ in: basic, user: '${secret.key}', password: X }", { $0.headers.contains(Field("Authorization", "Basic aysxJjI6WA==")) }),
        ("{ in: header, name: X-Version, template: '2022-11-28' }", { $0.headers.contains(Field("X-Version", "2022-11-28")) }),
        (
            "{ in: header, name: Authorization, template: 'Token ${secret.missing}' }",
            { !$0.headers.contains { $0.name == "Authorization" } }
        ),
        (
            "{ in: body, name: key, template: '${secret.key}' }",
            { $0.body.map { String(decoding: $0, as: UTF8.self) } == #"{"key":"k+1&2"}"# }
        ),
    ]

    @Test(arguments: ways)
    func `a credential goes where the profile says`(auth: String, holds: @Sendable (UpstreamRequest) -> Bool) throws {
        var lines = ProfileTests.smallest
        lines[5] = "secrets: [{ id: key, label: Key, help: x }, { id: missing, label: M, help: x, optional: true }]"
        lines[7] = "auth: [\(auth)]"
        lines[4] = "base_url: https://${input.site}.tiny.test/api/"
        let profile = try ProfileTests.load(lines).get()
        let credential = try profile.credential(secrets: ["key": "k+1&2"], inputs: ["site": "acme"])
        let request = try RequestBuilder(profile, credential: credential).request(profile.verification)
        #expect(request.origin == "https://acme.tiny.test")
        #expect(request.path == "/api/me")
        #expect(holds(request))
    }

    @Test(arguments: ["evil.test/", "a.b", "A", "", "a\nb", "a@b"])
    func `an input of another form is refused`(_ site: String) throws {
        let profile = try ProfileTests.load(ProfileTests.smallest).get()
        #expect(throws: CredentialProblem.self) { try profile.credential(secrets: ["key": "k"], inputs: ["site": site]) }
    }
}
