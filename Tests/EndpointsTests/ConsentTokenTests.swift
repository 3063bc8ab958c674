import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing
import Upstream

/// What Val Town says of a pasted token, and what becomes of it.
struct ConsentTokenTests {
    @Test func `four wrong tokens may be corrected`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        var form = try visit.form
        for left in ["4 tries are left", "3 tries are left", "2 tries are left", "One try is left"] {
            let response = await visit.browser.post(form.answered(token: ValTownDouble.unknownToken))
            #expect(response.code == 400)
            let page = try Page(response)
            #expect(page.text.contains(left))
            form = try page.form
        }
        #expect(await visit.browser.post(form.answered()).code == 200)
    }

    @Test(arguments: ["approve", "check"]) func `the fifth wrong token burns the request`(decision: String) async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        for number in 1...5 {
            let response = await visit.browser.post(try visit.form.answered(decision, token: "vtwn_guess_\(number)"))
            #expect(response.code == (number < 5 ? 400 : 429))
        }
        let calls = stage.valTown.calls
        #expect(calls == 5)
        for decision in ["approve", "check", "deny"] {
            let response = await visit.browser.post(try visit.form.answered(decision))
            #expect(response.code == 429)
            let page = try Page(response)
            #expect(page.forms == 0)
            #expect(page.refresh == nil)
        }
        #expect(stage.valTown.calls == calls)
        #expect(try stage.harness.count("grants") == 0)
        // A new request of the client starts anew.
        _ = try await stage.approve(stage.visit(visit.client, browser: visit.browser))
    }

    @Test func `an unknown and a deleted token read alike`() async throws {
        let stage = try await Stage()
        stage.valTown.issue("vtwn_short_lived", to: "ada")
        stage.valTown.delete("vtwn_short_lived")
        let (one, other) = try await (stage.visit(), stage.visit())
        let first = await one.browser.post(try one.form.answered(token: ValTownDouble.unknownToken))
        let second = await other.browser.post(try other.form.answered(token: "vtwn_short_lived"))
        #expect(first.code == second.code)
        #expect(try Page(first).text == Page(second).text)
        #expect(stage.valTown.calls == 2, "one question each, so neither answer comes sooner")
    }

    @Test func `a token that may not say whose it is costs no try`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        for _ in 1...6 {
            let response = await visit.browser.post(try visit.form.answered(token: ValTownDouble.namelessToken))
            #expect(response.code == 400)
            #expect(try Page(response).text.contains("Users: Read"))
        }
        #expect(await visit.browser.post(try visit.form.answered()).code == 200)
    }

    @Test(arguments: [UpstreamFailure.unreachable, .timedOut, .malformed])
    func `while Val Town is down nothing is stored, and the form works later`(failure: UpstreamFailure) async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        stage.valTown.setOutage(failure)
        for _ in 1...6 {
            let response = await visit.browser.post(try visit.form.answered())
            #expect(response.code == 200)
            let page = try Page(response)
            #expect(page.refresh == nil)
            #expect(page.text.contains("could not be asked"))
            #expect(try page.form.values("token") == [""])
        }
        for rows in ["grants", "entries", "clients"] { #expect(try stage.harness.count(rows) == 0) }
        stage.valTown.setOutage(nil)
        _ = try await stage.approve(visit)
    }

    @Test(arguments: ["approve", "check"]) func `an account that this bridge does not admit is told so, and nothing is stored`(
        decision: String
    ) async throws {
        let stage = try await Stage(admitted: ["@ada"])
        let visit = try await stage.visit()
        let response = await visit.browser.post(try visit.form.answered(decision, token: ValTownDouble.bobsToken))
        #expect(response.code == 403)
        let page = try Page(response)
        #expect(page.text.contains("@bob"))
        #expect(page.refresh == nil)
        for rows in ["grants", "entries", "clients"] { #expect(try stage.harness.count(rows) == 0) }
        _ = try await stage.approve(visit)
    }

    @Test func `a token never stands on a page`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        for decision in ["check", "approve", "approve", "deny"] {
            let response = await visit.browser.post(try visit.form.answered(decision))
            #expect(!response.text.contains(ValTownDouble.token))
            #expect(!response.headers.contains { $0.value.contains(ValTownDouble.token) })
        }
        let wrong = await visit.browser.post(try await stage.visit(browser: visit.browser).form.answered(token: "vtwn_wrong"))
        #expect(!wrong.text.contains("vtwn_wrong"))
    }
}
