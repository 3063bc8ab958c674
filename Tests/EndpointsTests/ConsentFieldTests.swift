import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing
import Upstream

/// Forms of the right browser that hold what nobody can mean. The upstream never hears of them.
struct ConsentFieldTests {
    @Test(arguments: ["token", "decision", "csrf", "transaction", "understood", "preset", "unknown"])
    func `a field that is given twice makes the form unreadable`(field: String) async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        let form = try visit.form.answered().with("preset", "custom")
        let twice = form.adding(field, form.values(field).first ?? "1")
        let response = await visit.browser.post(field == "unknown" ? twice.adding(field, "2") : twice)
        #expect(response.code == 400)
        #expect(try Page(response).refresh == nil)
        #expect(stage.valTown.calls == 0)
    }

    @Test(arguments: [("decision", "maybe"), ("decision", ""), ("decision", "APPROVE"), ("preset", "superuser")])
    func `a value that no control has makes the form unreadable`(field: String, value: String) async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        #expect(await visit.browser.post(try visit.form.answered().with(field, value)).code == 400)
        #expect(stage.valTown.calls == 0)
    }

    // Attack 1
    @Test func `parameters beside the sealed request change nothing of it`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit(scope: "vals:read")
        var form = try visit.form.answered()
        for (name, value) in [
            ("redirect_uri", "https://evil.example/"), ("client_id", "nobody"), ("state", "theirs"), ("response_type", "token"),
            ("code_challenge", String(repeating: "A", count: 43)), ("resource", "https://evil.example/mcp"),
        ] { form = form.adding(name, value) }
        let url = try #require(try Page(await visit.browser.post(form)).refresh)
        #expect(url.hasPrefix(RegisteredClient.redirect + "?"))
        #expect(Harness.parameter("state", of: url) == "a b&c")
        // The challenge is the one that the client sent, or its verifier would not fit.
        let code = try #require(Harness.parameter("code", of: url))
        #expect(try await stage.exchange(ApprovedVisit(visit: visit, code: code)).scope == "vals:read")
    }

    static let malformed = [
        "vtwn_a\r\nX-Injected: 1", "vtwn_a\nb", "vtwn_a b", "vtwn_a\tb", "vtwn_\u{7F}", "vtwn_é", "vtwn_\u{200B}", "vtwn_\u{1B}[31m",
        String(repeating: "a", count: 4097), String(repeating: "a", count: 1 << 20), "", "   ",
    ]

    @Test(arguments: ["approve", "check"]) func `what cannot be a token is told on the form, and costs no try`(decision: String)
        async throws
    {
        let stage = try await Stage()
        let visit = try await stage.visit()
        var form = try visit.form
        for token in Self.malformed {
            let response = await visit.browser.post(form.answered(decision, token: token))
            #expect(response.code == 400)
            let page = try Page(response)
            #expect(page.tags("div").contains { $0["role"] == "alert" && $0["tabindex"] == "-1" })
            form = try page.form
            #expect(form.inputs.first { $0["name"] == "token" }?["aria-invalid"] == "true")
            #expect(form.inputs.first { $0["name"] == "token" }?["value"] == nil)
        }
        #expect(stage.valTown.calls == 0)
        #expect(await visit.browser.post(form.answered()).code == 200)
    }

    @Test func `a token with NUL makes the form unreadable`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        let response = await visit.browser.post(try visit.form.answered(token: "vtwn_a\u{0}b"))
        #expect(response.code == 400)
        #expect(response.isPage)
        #expect(stage.valTown.calls == 0)
    }

    @Test(arguments: [" \(ValTownDouble.token)", "\(ValTownDouble.token)\r\n", "\t\n \(ValTownDouble.token) \u{0B}\u{0C}"])
    func `white space around a token is left out`(token: String) async throws {
        let stage = try await Stage()
        _ = try await stage.approve(stage.visit(), token: token)
        #expect(stage.valTown.requests.last?.headers.contains { $0.value == "Bearer " + ValTownDouble.token } == true)
    }

    @Test func `the application must be known to the person, and get something`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        for (form, field) in [
            (try visit.form.answered().with("understood"), "understood"), (try visit.form.answered().with("scope"), "scope"),
            (try visit.form.answered().with("scope", "vals:delete"), "scope"), (try visit.form.answered().with("scope", "all"), "scope"),
        ] {
            let response = await visit.browser.post(form)
            #expect(response.code == 400)
            let page = try Page(response)
            #expect(page.tags("a").contains { $0["href"] == "#field-" + field })
        }
        #expect(stage.valTown.calls == 0)
        #expect(try stage.harness.count("grants") == 0)
    }

    @Test(arguments: [
        [("Content-Type", "application/json")], [("Content-Type", "multipart/form-data; boundary=x")], [("Content-Type", "text/plain")], [],
        [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Encoding", "gzip")],
    ])
    func `only a plain form is read`(headers: [(String, String)]) async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        let body = Array(FormData(try visit.form.answered().fields).encoded.utf8)
        let response = await stage.send(.post, "/authorize", headers + [("Cookie", visit.browser.cookie ?? "")], body: body)
        #expect(response.code == 415)
        #expect(response.isPage)
        #expect(stage.valTown.calls == 0)
    }

    @Test(arguments: ["a=%zz", "a=%ff", "%"]) func `a body that is no form gets a page`(body: String) async throws {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")]
        let response = try await Stage().send(.post, "/authorize", headers, body: Array(body.utf8))
        #expect(response.code == 400)
        #expect(response.isPage)
    }

    @Test func `a body larger than any form gets a page`() async throws {
        let visit = try await Stage().visit()
        let response = await visit.browser.post(try visit.form.answered(token: String(repeating: "a", count: 3 << 20)))
        #expect(response.code == 413)
        #expect(response.isPage)
    }

    @Test func `a form waits ten minutes and no longer`() async throws {
        let stage = try await Stage()
        let (late, inTime) = try await (stage.visit(), stage.visit())
        stage.harness.clock.advance(by: 599)
        _ = try await stage.approve(inTime)
        stage.harness.clock.advance(by: 1)
        let calls = stage.valTown.calls
        let response = await late.browser.post(try late.form.answered())
        #expect(response.code == 400)
        #expect(try Page(response).forms == 0)
        #expect(stage.valTown.calls == calls)
    }
}
