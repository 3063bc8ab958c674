import Endpoints
import Primitives
import TestKit
import Testing

/// Forms that no page of this server made for this browser: 403, and the upstream never hears of them.
struct ForeignFormTests {
    struct Forgery: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let post: @Sendable (Visit, _ decision: String) async throws -> Response

        init(_ description: String, _ post: @escaping @Sendable (Visit, _ decision: String) async throws -> Response) {
            testDescription = description
            self.post = post
        }

        /// The right form, under other headers.
        init(_ description: String, headers: [(String, String)]) {
            self.init(description) { await $0.browser.post(try $0.form.answered($1), headers) }
        }

        /// The form with one field changed.
        init(_ description: String, _ change: @escaping @Sendable (PageForm) throws -> PageForm) {
            self.init(description) { await $0.browser.post(try change($0.form.answered($1))) }
        }

        static func post(_ form: PageForm, _ stage: Stage, cookie: String?) async -> Response {
            await stage.post("/authorize", form: form.fields, (cookie.map { [("Cookie", $0)] } ?? []) + Browser.ownPage)
        }
    }

    static let forgeries = [
        Forgery("cross-site", headers: [("Sec-Fetch-Site", "cross-site")]),
        Forgery("cross-site with a good Origin", headers: [("Sec-Fetch-Site", "cross-site"), ("Origin", Stage.issuer)]),
        Forgery("another subdomain", headers: [("Sec-Fetch-Site", "same-site")]),
        Forgery("foreign Origin", headers: [("Origin", "https://evil.example")]),
        Forgery("Origin of the same host without TLS", headers: [("Origin", "http://bridge.example.test")]),
        Forgery("Origin with another port", headers: [("Origin", "https://bridge.example.test:8443")]),
        Forgery("Origin that may call /mcp", headers: [("Origin", Stage.inspector)]),
        Forgery("no cookie") { visit, decision in await Forgery.post(try visit.form.answered(decision), visit.browser.stage, cookie: nil) },
        Forgery("a cookie of nobody") { visit, decision in
            let cookie = "__Host-drawbridge-browser=" + String(repeating: "A", count: 43)
            return await Forgery.post(try visit.form.answered(decision), visit.browser.stage, cookie: cookie)
        },
        Forgery("another browser's cookie") { visit, decision in
            let other = try await visit.browser.stage.visit(visit.client)
            return await other.browser.post(try visit.form.answered(decision))
        },
        Forgery("another browser's cookie and CSRF token") { visit, decision in
            let other = try await visit.browser.stage.visit(visit.client)
            return await other.browser.post(try visit.form.answered(decision).with("csrf", other.form.values("csrf")))
        },
        Forgery("another browser's request") { visit, decision in
            let other = try await visit.browser.stage.visit(visit.client)
            return await visit.browser.post(try visit.form.answered(decision).with("transaction", other.form.values("transaction")))
        },
        Forgery("no CSRF token") { $0.with("csrf") }, Forgery("an empty CSRF token") { $0.with("csrf", "") },
        Forgery("a wrong CSRF token") { $0.with("csrf", String(repeating: "A", count: 43)) },
        Forgery("no request") { $0.with("transaction") }, Forgery("an invented request") { $0.with("transaction", "a.b") },
        Forgery("a request with one character changed") { form in
            let sealed = form.values("transaction").joined()
            return form.with("transaction", sealed.dropLast(2) + (sealed.hasSuffix("AA") ? "BB" : "AA"))
        },
        Forgery("nothing at all") { visit, decision in await Forgery.post(try visit.form.with("csrf"), visit.browser.stage, cookie: nil) },
    ]

    @Test(arguments: forgeries) func `a form of another site or browser is not used`(forgery: Forgery) async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        let before = try stage.rows()
        for decision in ["approve", "check", "deny"] {
            let response = try await forgery.post(visit, decision)
            #expect(response.code == 403)
            let page = try Page(response)
            #expect(page.forms == 0)
            #expect(page.refresh == nil)
        }
        #expect(stage.valTown.calls == 0)
        #expect(try stage.rows() == before)
        // And the person's own form still works.
        _ = try await stage.approve(visit)
    }

    @Test(arguments: [
        [], [("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none")], [("Origin", Stage.issuer)], [("Origin", "null")],
        [("Sec-Fetch-Site", "same-origin"), ("Origin", "null")],
    ])
    func `what browsers send of a form of ours is accepted`(headers: [(String, String)]) async throws {
        let visit = try await Stage().visit()
        #expect(await visit.browser.post(try visit.form.answered("check"), headers).code == 200)
    }

    @Test func `a foreign Origin stays foreign where every host is served`() async throws {
        let stage = try await Stage(allowsEveryHost: true)
        let visit = try await stage.visit()
        #expect(await visit.browser.post(try visit.form.answered(), [("Origin", "https://evil.example")]).code == 403)
        #expect(stage.valTown.calls == 0)
    }
}
