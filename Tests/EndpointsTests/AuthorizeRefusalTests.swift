import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing

/// Authorization requests that no person gets to see.
@Suite(.sharedStage) struct AuthorizeRefusalTests {
    /// A page here, that leads nowhere and asks for nothing.
    private static func expectDeadEnd(_ response: Response, code: String, _ stage: Stage) throws {
        #expect(response.code == 400)
        #expect(response["Location"] == nil)
        let page = try Page(response)
        #expect(page.text.contains(code))
        #expect(page.forms == 0)
        #expect(page.tags("input").isEmpty)
        #expect(page.refresh == nil)
        #expect(!page.tags("a").contains { $0["href"]?.hasPrefix("http") ?? false })
        #expect(response["Set-Cookie"] == nil)
        #expect(stage.valTown.calls == 0)
    }

    @Test(
        arguments: [
            nil, "", "nobody", "dbi_", "dbi_a.b.c", "https://client.example/metadata.json%00", "\u{0}", "../../etc/passwd", "' OR 1=1 --",
        ] as [String?])
    func `an unknown client gets a page with 400, and nothing else`(id: String?) async throws {
        let stage = try Stage.shared
        let query = stage.query(RegisteredClient(id: "", secret: nil), changing: ["client_id": id])
        let response = await stage.get("/authorize", query: query)
        try Self.expectDeadEnd(response, code: id == nil || id == "" || id == "\u{0}" ? "invalid_request" : "invalid_client", stage)
    }

    @Test func `an id with one character changed is unknown`() async throws {
        let stage = try Stage.shared
        let id = try await stage.register().id
        for place in stride(from: 0, to: id.count, by: 7) {
            var characters = Array(id)
            characters[place] = characters[place] == "A" ? "B" : "A"
            let query = stage.query(RegisteredClient(id: String(characters), secret: nil))
            #expect(await stage.get("/authorize", query: query).code == 400)
        }
    }

    static let https = "https://client.example.test/callback"

    static let tricks: [(String, String)] = [
        (https, "https://evil.example/callback"), (https, https + "/"), (https, https + "/../evil"), (https, https + "/%2e%2e/evil"),
        (https, https + "/%252e%252e/evil"), (https, https + "/..;/evil"), (https, "https://client.example.test:443/callback"),
        (https, "https://CLIENT.example.test/callback"), (https, "HTTPS://client.example.test/callback"),
        (https, "https://client.example.test/Callback"), (https, https + "?a=b"), (https, https + "#a"),
        (https, "https://client.example.test@evil.example/callback"), (https, "https://client.example.test\\@evil.example/callback"),
        (https, "http://client.example.test/callback"), (https, "http://127.0.0.1:4711/callback"), (https, "http://localhost/callback"),
        (https, "javascript:alert(1)"), (https, https + "\r\nLocation: https://evil.example"), (https, "\t" + https),
        ("http://localhost/callback", "http://127.0.0.1/callback"), ("http://127.0.0.1/callback", "http://127.1/callback"),
        ("http://127.0.0.1/callback", "http://localhost:1/callback"), ("http://127.0.0.1/callback", "http://127.0.0.1:99999/callback"),
        ("http://127.0.0.1/callback", "http://127.0.0.1:1@evil.example/callback"),
        ("http://127.0.0.1/callback", "http://127.0.0.1:1/callback?a=b"), ("http://127.0.0.1/callback", "https://127.0.0.1:1/callback"),
        ("http://localhost/callback", "http://localhost.evil.example/callback"), ("http://localhost/callback", "http://0.0.0.0/callback"),
    ]

    @Test(arguments: tricks) func `a redirect that was not registered gets a page, and no answer`(registered: String, asked: String)
        async throws
    {
        let stage = try Stage.shared
        let client = try await stage.register(redirects: [registered])
        let response = await stage.get("/authorize", query: stage.query(client, changing: ["redirect_uri": asked]))
        try Self.expectDeadEnd(response, code: "invalid_request", stage)
        #expect(!response.text.contains("evil"))
    }

    @Test(arguments: [
        ("http://localhost/callback", "http://localhost:43210/callback"), ("http://127.0.0.1:1/callback", "http://127.0.0.1:2/callback"),
        ("http://[::1]/callback", "http://[::1]:65535/callback"), ("https://a.example/cb?x=1", "https://a.example/cb?x=1"),
    ])
    func `a loopback redirect may have any port, and a registered query stays`(registered: String, asked: String) async throws {
        let stage = try await Stage()
        let client = try await stage.register(redirects: [registered])
        let visit = try await stage.visit(client, changing: ["redirect_uri": asked])
        let approved = try await stage.approve(visit)
        #expect(!approved.code.isEmpty)
    }

    @Test func `the redirect may be left out where there is one only`() async throws {
        let stage = try await Stage()
        #expect(try await stage.visit(changing: ["redirect_uri": nil]).response.code == 200)
        let two = try await stage.register(redirects: [Self.https, "https://client.example.test/other"])
        try Self.expectDeadEnd(try await stage.visit(two, changing: ["redirect_uri": nil]).response, code: "invalid_request", stage)
    }

    @Test(arguments: [
        "client_id=x", "client_id=", "redirect_uri=https://evil.example/", "client%5Fid=x", "redirect_uri", "x=%zz", "x=%00", "x=%ff",
    ])
    func `a request that two readers would read differently gets a page`(appendix: String) async throws {
        let stage = try Stage.shared
        let query = stage.query(try await stage.register())
        try Self.expectDeadEnd(await stage.get("/authorize", query: query + "&" + appendix), code: "invalid_request", stage)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let changes: [String: String?]
        let code: String
        var testDescription: String { changes.map { "\($0.key)=\(($0.value ?? "-").prefix(40))" }.joined(separator: "&") }

        init(_ changes: [String: String?], _ code: String) {
            self.changes = changes
            self.code = code
        }
    }

    static let faults = [
        Fault(["response_type": nil], "invalid_request"), Fault(["response_type": "token"], "unsupported_response_type"),
        Fault(["response_type": "code id_token"], "unsupported_response_type"), Fault(["response_mode": "fragment"], "invalid_request"),
        Fault(["code_challenge": nil], "invalid_request"), Fault(["code_challenge_method": nil], "invalid_request"),
        Fault(["code_challenge_method": "plain"], "invalid_request"),
        Fault(["code_challenge": String(repeating: "a", count: 42)], "invalid_request"),
        Fault(["code_challenge": String(repeating: "a", count: 44)], "invalid_request"),
        Fault(["request_uri": "https://evil.example/request"], "invalid_request"), Fault(["request": "e30.e30."], "invalid_request"),
        Fault(["prompt": "none"], "interaction_required"), Fault(["scope": "everything"], "invalid_scope"),
        Fault(["scope": "re\"ad"], "invalid_scope"), Fault(["resource": "https://evil.example/mcp"], "invalid_target"),
        Fault(["resource": Stage.resource + "-evil"], "invalid_target"),
    ]

    @Test(arguments: faults) func `another error stays on a page here, with a link that tells the client`(fault: Fault) async throws {
        let stage = try Stage.shared
        let before = try stage.rows()
        let response = try await stage.visit(changing: fault.changes).response
        #expect(response.code == 400)
        #expect(response["Location"] == nil)
        let page = try Page(response)
        #expect(page.text.contains(fault.code))
        #expect(page.forms == 0)
        #expect(page.refresh == nil)
        #expect(page.answers.count == 1)
        let link = try #require(page.answers.first)
        #expect(link.hasPrefix(RegisteredClient.redirect + "?"))
        #expect(Harness.parameter("error", of: link) == fault.code)
        #expect(Harness.parameter("state", of: link) == "a b&c")
        #expect(Harness.parameter("iss", of: link) == Stage.issuer)
        #expect(Harness.parameter("code", of: link) == nil)
        #expect(page.text.contains("client.example.test"))
        #expect(stage.valTown.calls == 0)
        #expect(try stage.rows() == before)
    }

    // Attack 11
    @Test(arguments: ["request_uri", "request", "logo_uri", "registration"])
    func `nothing is fetched that a request names`(parameter: String) async throws {
        let stage = try await Stage()
        _ = try await stage.visit(changing: [parameter: "https://evil.example.test/request"])
        #expect(stage.harness.documents.fetched.isEmpty)
        #expect(stage.valTown.calls == 0)
    }

    @Test(arguments: ["state=other", "scope=read", "code_challenge_method=S256", "nonce=1&nonce=2"])
    func `a parameter that is given twice is an error, too`(appendix: String) async throws {
        let stage = try Stage.shared
        let query = stage.query(try await stage.register())
        let response = await stage.get("/authorize", query: query + "&" + appendix)
        #expect(response.code == 400)
        let page = try Page(response)
        #expect(page.forms == 0)
        #expect(Harness.parameter("error", of: page.answers.first ?? "") == "invalid_request")
    }

    @Test func `no state in, no state out`() async throws {
        let response = try await Stage.shared.visit(changing: ["scope": "nothing", "state": nil]).response
        let link = try #require(try Page(response).answers.first)
        #expect(Harness.parameter("state", of: link) == nil)
        #expect(Harness.parameter("iss", of: link) == Stage.issuer)
    }

    @Test(arguments: [String(repeating: "s", count: 8192), "a\r\nLocation: https://evil.example", "a\u{0}", "\u{1B}[2J"])
    func `a state that no client makes is refused`(state: String) async throws {
        let response = try await Stage.shared.visit(changing: ["state": state]).response
        #expect(response.code == 400)
        let page = try Page(response)
        #expect(page.forms == 0)
        #expect(page.text.contains("invalid_request"))
        #expect(!response.headers.contains { $0.value.contains("evil") })
    }
}
