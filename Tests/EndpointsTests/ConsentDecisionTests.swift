import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing

/// Check, deny, approve, and the same again.
struct ConsentDecisionTests {
    @Test func `a check says whose token it is, and the field may stay empty afterwards`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        let checked = await visit.browser.post(try visit.form.answered("check").with("understood"))
        #expect(checked.code == 200)
        let page = try Page(checked)
        #expect(page.refresh == nil)
        #expect(page.text.contains("@ada"))
        for rows in ["grants", "entries", "clients"] { #expect(try stage.harness.count(rows) == 0) }
        let form = try page.form
        #expect(form.inputs.first { $0["name"] == "token" }?["required"] == nil)
        let approved = await visit.browser.post(form.answered(token: ""))
        #expect(approved.code == 200)
        #expect(try Page(approved).text.contains("@ada"))
        #expect(try Page(approved).refresh != nil)
    }

    @Test func `a token that was checked waits also while something else is put right`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        _ = await visit.browser.post(try visit.form.answered("check"))
        let refused = await visit.browser.post(try visit.form.answered(token: "").with("understood"))
        #expect(refused.code == 400)
        #expect(await visit.browser.post(try Page(refused).form.answered(token: "")).code == 200)
    }

    @Test func `another token in the field replaces the one that waits`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        _ = await visit.browser.post(try visit.form.answered("check"))
        let response = await visit.browser.post(try visit.form.answered(token: ValTownDouble.bobsToken))
        #expect(try Page(response).text.contains("@bob"))
    }

    @Test func `a token that was checked in one browser does not wait in another`() async throws {
        let stage = try await Stage()
        let (mine, other) = try await (stage.visit(), stage.visit())
        _ = await mine.browser.post(try mine.form.answered("check"))
        #expect(await other.browser.post(try other.form.answered(token: "")).code == 400)
    }

    @Test func `what was ticked and typed is still so after a check`() async throws {
        let visit = try await Stage().visit(scope: "read write")
        let checked = await visit.browser.post(try visit.form.answered("check").with("scope", "vals:read", "vals:write"))
        let form = try Page(checked).form
        #expect(Set(form.values("scope")) == ["vals:read", "vals:write"])
        #expect(form.values("understood") == ["yes"])
    }

    @Test(arguments: ["a b&c", "\"><script>alert(1)</script>", "x=1&error=none#f;u'r+l%20", "~!@$^*()_-{}[]|\\:;<>,.?/`"])
    func `denial goes to the client with what it sent, by a page`(state: String) async throws {
        let stage = try await Stage()
        let visit = try await stage.visit(changing: ["state": state])
        let response = await visit.browser.post(try visit.form.with("decision", "deny"))
        #expect(response.code == 200)
        #expect(response["Location"] == nil)
        let page = try Page(response)
        #expect(page.forms == 0)
        let url = try #require(page.refresh)
        #expect(page.answers == [url])
        #expect(url.hasPrefix(RegisteredClient.redirect + "?"))
        #expect(Harness.parameter("error", of: url) == "access_denied")
        #expect(Harness.parameter("state", of: url) == state)
        #expect(Harness.parameter("iss", of: url) == Stage.issuer)
        #expect(Harness.parameter("code", of: url) == nil)
        #expect(stage.valTown.calls == 0)
        #expect(try stage.harness.count("grants") == 0)
    }

    @Test func `after a denial the form approves nothing`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        let denied = await visit.browser.post(try visit.form.answered("deny"))
        let again = await visit.browser.post(try visit.form.answered())
        #expect(try Page(again).refresh == Page(denied).refresh)
        #expect(stage.valTown.calls == 0)
    }

    @Test(arguments: ["a b&c", "\"><script>alert(1)</script>", String(repeating: "s", count: 4096)])
    func `approval goes to the client by a page, never by a redirect`(state: String) async throws {
        let stage = try await Stage()
        let visit = try await stage.visit(changing: ["state": state])
        let response = await visit.browser.post(try visit.form.answered())
        #expect(response.code == 200)
        #expect(response["Location"] == nil)
        #expect(response["Refresh"] == nil)
        let page = try Page(response)
        #expect(page.forms == 0)
        #expect(page.text.contains("@ada"))
        let url = try #require(page.refresh)
        #expect(page.answers == [url])
        #expect(url.hasPrefix(RegisteredClient.redirect + "?"))
        #expect(Harness.parameter("code", of: url)?.hasPrefix("dbc_") == true)
        #expect(Harness.parameter("state", of: url) == state)
        #expect(Harness.parameter("iss", of: url) == Stage.issuer)
        #expect(Harness.parameter("error", of: url) == nil)
        #expect(stage.valTown.questions == 1)
    }

    // Attack 23
    @Test func `the answer's URL holds the code, the state, the issuer and nothing else`() async throws {
        let visit = try await Stage().visit()
        let url = try #require(try Page(await visit.browser.post(try visit.form.answered())).refresh)
        let query = try FormData(parsing: String(url.dropFirst(RegisteredClient.redirect.count + 1)))
        #expect(query.pairs.map(\.name).sorted() == ["code", "iss", "state"])
    }

    @Test func `no state in, no state out, and a query of the redirect stays`() async throws {
        let stage = try await Stage()
        let redirect = "https://client.example.test/callback?tenant=7"
        let client = try await stage.register(redirects: [redirect])
        let visit = try await stage.visit(client, changing: ["redirect_uri": redirect, "state": nil])
        let url = try #require(try Page(await visit.browser.post(try visit.form.answered())).refresh)
        #expect(url.hasPrefix(redirect + "&"))
        #expect(Harness.parameter("state", of: url) == nil)
    }

    @Test func `the same answer again shows the same code until it is exchanged`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        let approved = try await stage.approve(visit)
        for decision in ["approve", "check", "deny"] {
            let again = await visit.browser.post(try visit.form.answered(decision, token: ""))
            #expect(again.code == 200)
            #expect(Harness.parameter("code", of: try Page(again).refresh ?? "") == approved.code)
        }
        #expect(try stage.harness.count("grants") == 1)
        #expect(stage.valTown.questions == 1)
        _ = try await stage.exchange(approved)
        let later = await visit.browser.post(try visit.form.answered())
        #expect(later.code == 200)
        #expect(try Page(later).refresh == nil)
        #expect(!later.text.contains(approved.code))
    }

    @Test func `a double click makes one grant`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        let form = try visit.form.answered()
        let results = await inParallel(4) { try Page(await visit.browser.post(form)).refresh }.values()
        #expect(results.count == 4)
        #expect(Set(results.compactMap { $0 }).count == 1)
        #expect(try stage.harness.count("grants") == 1)
    }

    @Test(arguments: [
        ("read write", ["vals:read"], "vals:read"), ("read write", ["vals:read", "vals:delete", "delete"], "vals:read"),
        ("vals:read", ["read", "write", "delete"], "vals:read"), ("read", ["read"], "read"),
        ("vals:read vals:write", ["vals:write", "vals:write"], "vals:write"), ("read write", ["vals:write", "root"], "vals:write"),
    ])
    func `granted is what was ticked, and never more than was asked`(asked: String, ticked: [String], granted: String) async throws {
        #expect(try await Stage().connect(scope: asked, granting: ticked).scope == granted)
    }

    @Test(
        arguments: [
            ("read-only", "read write delete", "read"), ("no-deleting", "read write delete", "read write"),
            ("everything", "read write delete", "read write delete"), ("everything", "read write", "read write"),
            ("custom", "read write delete", "vals:read"), (nil, "read write delete", "vals:read"),
        ] as [(String?, String, String)])
    func `a preset stands for its boxes, custom for those that are ticked`(preset: String?, asked: String, granted: String) async throws {
        let stage = try await Stage()
        let visit = try await stage.visit(scope: asked)
        let form = try visit.form.answered().with("scope", "vals:read").with("preset", preset.map { [$0] } ?? [])
        let code = try Page(await visit.browser.post(form)).refresh.flatMap { Harness.parameter("code", of: $0) }
        let tokens = try await stage.exchange(ApprovedVisit(visit: visit, code: try #require(code)))
        #expect(tokens.scope == granted)
    }
}
