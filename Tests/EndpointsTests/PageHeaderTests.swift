import Endpoints
import HTTPTypes
import Primitives
import Testing

/// What every page has in common, whichever way somebody came to it.
@Suite(.sharedStage) struct PageHeaderTests {
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let take: @Sendable (Stage) async throws -> Response
    }

    static let ways = [
        Way(testDescription: "home") { await $0.get("/", [("Origin", Stage.issuer)]) },
        Way(testDescription: "connections") { await $0.get("/connections", [("Origin", Stage.inspector)]) },
        Way(testDescription: "nothing") { await $0.get("/nothing", [("Accept", "text/html")]) },
        Way(testDescription: "consent") { try await $0.visit().response },
        Way(testDescription: "consent, with an Origin") { stage in
            let client = try await stage.register()
            return await stage.get("/authorize", query: stage.query(client), [("Origin", Stage.inspector)])
        },
        Way(testDescription: "unknown client") { await $0.get("/authorize", query: "client_id=x") },
        Way(testDescription: "refused request") { try await $0.visit(changing: ["code_challenge": nil]).response },
        Way(testDescription: "form of another site") { stage in
            let visit = try await stage.visit()
            return await visit.browser.post(try visit.form.answered(), [("Sec-Fetch-Site", "cross-site")])
        },
        Way(testDescription: "not a form") { await $0.post("/authorize", json: [:]) },
        Way(testDescription: "form again") { stage in
            let visit = try await stage.visit()
            return await visit.browser.post(try visit.form.answered(token: ValTownDouble.unknownToken))
        },
        Way(testDescription: "approved") { stage in
            let visit = try await stage.visit()
            return await visit.browser.post(try visit.form.answered())
        },
        Way(testDescription: "denied") { stage in
            let visit = try await stage.visit()
            return await visit.browser.post(try visit.form.answered("deny"))
        },
    ]

    @Test(arguments: ways) func `a page runs nothing, loads nothing from elsewhere, is framed by nobody and kept nowhere`(way: Way)
        async throws
    {
        let response = try await way.take(try Stage.shared)
        #expect(response.isPage)
        #expect(response["Cache-Control"] == "no-store")
        #expect(response["Referrer-Policy"] == "no-referrer")
        #expect(response["X-Frame-Options"] == "DENY")
        #expect(
            Self.policy(of: response) == [
                "default-src": "'none'", "style-src": "'self'", "img-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'",
                "base-uri": "'none'",
            ])
    }

    private static func policy(of response: Response) -> [String: String] {
        var policy: [String: String] = [:]
        for directive in (response["Content-Security-Policy"] ?? "").split(separator: ";") {
            let words = directive.split(separator: " ", maxSplits: 1)
            policy[String(words[0])] = words.count > 1 ? String(words[1]) : ""
        }
        return policy
    }

    @Test(arguments: ways) func `a page needs no script, no style of its own and no redirect, and other origins may not read it`(way: Way)
        async throws
    {
        let response = try await way.take(try Stage.shared)
        let pieces = try Page(response).pieces
        for case .start(let tag, let attributes) in pieces {
            #expect(!["script", "style", "iframe", "object", "img", "base"].contains(tag))
            #expect(!attributes.keys.contains { $0.hasPrefix("on") || $0 == "style" }, "\(tag)")
        }
        #expect(response["Location"] == nil)
        #expect(!response.headers.contains { $0.name.canonicalName.hasPrefix("access-control-") })
        #expect(!(300..<400).contains(response.code))
    }

}
