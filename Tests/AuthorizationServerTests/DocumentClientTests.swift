import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

/// A client whose id is the URL of a document, on its whole way.
@Suite struct DocumentClientTests {
    private static let url = "https://client.example.test/oauth/client.json"
    private static let loopback = "http://127.0.0.1/callback"

    private static func document(redirects: [String] = [Harness.redirect, loopback], name: JSON? = "Example") -> JSON {
        .object(omittingNil: ["client_id": .string(url), "client_name": name, "redirect_uris": .strings(redirects)])
    }

    private func show(
        _ bridge: Harness, browser: BrowserBinding = .new(), pkce: PKCEPair = PKCEPair(), url: String = url,
        redirect: String = Harness.redirect, overrides: [String: String] = [:]
    ) async throws(AuthorizationRefusal) -> (request: ConsentRequest, browser: BrowserBinding, pkce: PKCEPair) {
        var parameters = [
            "response_type": "code", "client_id": url, "redirect_uri": redirect, "scope": "read", "state": "s",
            "code_challenge": pkce.challenge,
            "code_challenge_method": "S256", "resource": bridge.configuration.resource.text,
        ]
        parameters.merge(overrides) { $1 }
        let query = FormData(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }).encoded
        return (try await bridge.server.begin(query: query, browser: browser), browser, pkce)
    }

    private func answer(
        _ bridge: Harness, _ shown: (request: ConsentRequest, browser: BrowserBinding, pkce: PKCEPair), understood: Bool = false
    ) async throws -> ConsentAnswer {
        var fields = [
            ("transaction", shown.request.sealed), ("csrf", shown.request.csrfToken), ("decision", "approve"), ("token", Harness.token),
            ("scope", "read"),
        ]
        if understood { fields.append(("understood", "yes")) }
        let form = try #require(ConsentForm(FormData(fields), secretIDs: ["token"]))
        guard let opened = try await bridge.server.open(form, browser: shown.browser) else { return .foreign }
        return try await bridge.server.answer(opened, caller: Harness.caller)
    }

    private func client(_ bridge: Harness, _ more: [(String, String)] = []) async throws -> AuthenticatedClient {
        let form = FormData([("client_id", Self.url)] + more)
        return try await bridge.server.clients.authenticate(try ClientCredentials(authorization: nil, form: form))
    }

    private func tokens(_ bridge: Harness) async throws -> TokenResponse {
        let shown = try await show(bridge)
        guard case .connected(_, let url, _) = try await answer(bridge, shown), let code = Harness.parameter("code", of: url) else {
            throw JourneyFailure(description: "not approved")
        }
        let form = FormData([
            ("grant_type", "authorization_code"), ("code", code), ("code_verifier", shown.pkce.verifier),
            ("redirect_uri", Harness.redirect),
        ])
        return try await bridge.server.issueTokens(try TokenRequest(form: form), to: try await client(bridge), caller: Harness.caller)
    }

    @Test func `a URL as client id connects without any registration, and needs no box for a redirect of its own host`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document())
        let shown = try await show(bridge)
        #expect(shown.request.client.verifiedHost(at: shown.request.redirect) == "client.example.test")
        let issued = try await tokens(bridge)
        #expect(try await bridge.authenticate(issued.accessToken)?.grant.client.text == Self.url)
        let refreshed = try await bridge.refresh(issued.refreshToken, as: try await client(bridge))
        #expect(try await bridge.authenticate(refreshed.accessToken) != nil)
        #expect(bridge.documents.fetched == [Self.url])
    }

    @Test func `who listens on this computer is not vouched for by anybody's document`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document())
        let shown = try await show(bridge, redirect: "http://127.0.0.1:50123/callback")
        #expect(shown.request.redirect.isLoopback)
        #expect(shown.request.client.verifiedHost(at: shown.request.redirect) == nil)
        guard case .form(.notUnderstood, _, _) = try await answer(bridge, shown) else {
            Issue.record("approved without the box")
            return
        }
        guard case .connected = try await answer(bridge, shown, understood: true) else {
            Issue.record("not approved")
            return
        }
    }

    @Test func `a redirect on another host than the document's is not vouched for`() async throws {
        let bridge = try await Harness()
        let foreign = "https://other.example.test/callback"
        bridge.documents.serve(Self.url, Self.document(redirects: [foreign, "https://client.example.test:8443/callback"]))
        for redirect in [foreign, "https://client.example.test:8443/callback"] {
            let shown = try await show(bridge, redirect: redirect)
            #expect(shown.request.client.verifiedHost(at: shown.request.redirect) == nil)
        }
    }

    @Test func `errors go back by themselves to the document's own host, with state and iss, and to nobody else`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document())
        do {
            _ = try await show(bridge, overrides: ["scope": "nonsense"])
            Issue.record("shown")
        } catch {
            guard case .redirect(let told, let url) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(told.code == .invalidScope)
            #expect(Harness.parameter("state", of: url) == "s")
            #expect(Harness.parameter("iss", of: url) == "https://bridge.example.test")
        }
        do {
            _ = try await show(bridge, redirect: "http://127.0.0.1:1/callback", overrides: ["scope": "nonsense"])
            Issue.record("shown")
        } catch {
            guard case .client = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    static let failures: [DocumentFailure] = [
        .forbidden, .unreachable, .timedOut, .redirected, .status(404), .status(500), .wrongType, .tooLarge,
    ]

    @Test(arguments: failures)
    func `a document that cannot be had is an error page here, and is asked for again the next time`(_ failure: DocumentFailure)
        async throws
    {
        let bridge = try await Harness()
        bridge.documents.fail(Self.url, failure)
        for _ in 0..<2 {
            do {
                _ = try await show(bridge)
                Issue.record("shown")
            } catch {
                guard case .page(let told) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(told.code == .invalidClient)
            }
        }
        #expect(bridge.documents.fetched.count == 2)
        bridge.documents.serve(Self.url, Self.document())
        #expect(try await show(bridge).request.client.id.text == Self.url)
        #expect(try bridge.count("clients") == 0)
    }

    @Test func `what a host resolves to and whether anybody listens there is told to nobody`() {
        let told = Set([DocumentFailure.forbidden, .unreachable, .timedOut].map(\.reason))
        #expect(told.count == 1)
    }

    @Test func `a document that names another id is refused`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, ["client_id": "https://client.example.test/other", "redirect_uris": [.string(Harness.redirect)]])
        await #expect(throws: AuthorizationRefusal.self) { try await show(bridge) }
        await #expect(throws: AuthorizationRefusal.self) { try await show(bridge, url: "https://client.example.test") }
        #expect(bridge.documents.fetched == [Self.url])
    }

    @Test func `a redirect that the document gave up needs a new consent, and live connections go on`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document(), for: 60)
        let issued = try await tokens(bridge)
        let shown = try await show(bridge)
        bridge.documents.serve(Self.url, Self.document(redirects: ["https://client.example.test/new"]), for: 60)
        bridge.clock.advance(by: 61)
        await #expect(throws: AuthorizationRefusal.self) { try await show(bridge) }
        guard case .foreign = try await answer(bridge, shown) else {
            Issue.record("a page that was open sent a code to a redirect that is gone")
            return
        }
        #expect(
            try await show(bridge, redirect: "https://client.example.test/new").request.redirect.text == "https://client.example.test/new")
        #expect(try await bridge.authenticate(issued.accessToken) != nil)
        _ = try await bridge.refresh(issued.refreshToken, as: try await client(bridge))
    }

    @Test func `a public client with a live connection goes on while its document is out of reach, after a restart too`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document(), for: 60)
        let issued = try await tokens(bridge)
        bridge.documents.fail(Self.url, .unreachable)
        bridge.clock.advance(by: 61)
        try await bridge.reopen()
        let refreshed = try await bridge.refresh(issued.refreshToken, as: try await client(bridge))
        #expect(try await bridge.authenticate(refreshed.accessToken) != nil)
        await #expect(throws: AuthorizationRefusal.self) { try await show(bridge) }
        // It proves itself by nothing, and can't pretend to.
        await #expect(throws: Rejection.wrongClientSecret(usedHeader: false)) { try await client(bridge, [("client_secret", "s")]) }
    }

    @Test func `for a client that nobody ever approved nothing is fetched at the token endpoint`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document())
        await #expect(throws: Rejection.unknownClient(usedHeader: false)) { try await client(bridge) }
        #expect(bridge.documents.fetched.isEmpty)
    }

    @Test func `a document is kept as long as it says, and fetched anew after a restart`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document(), for: 120)
        for _ in 0..<3 { _ = try await show(bridge) }
        bridge.clock.advance(by: 119)
        _ = try await show(bridge)
        #expect(bridge.documents.fetched.count == 1)
        bridge.clock.advance(by: 1)
        _ = try await show(bridge)
        #expect(bridge.documents.fetched.count == 2)
        try await bridge.reopen()
        _ = try await show(bridge)
        #expect(bridge.documents.fetched.count == 3)
        bridge.clock.advance(by: -3600)
        _ = try await show(bridge)
        #expect(bridge.documents.fetched.count == 4)
    }

    @Test func `a document that must not be kept is fetched each time`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document(), for: 0)
        for _ in 0..<3 { _ = try await show(bridge) }
        #expect(bridge.documents.fetched.count == 3)
    }

    @Test func `of many that ask for one document at once one fetches it`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document())
        bridge.documents.hold()
        let results = Task { await inParallel(64) { try await show(bridge).request.client.id.text } }
        while bridge.documents.waiting == 0 { await Task.yield() }
        // Time for the others to come, and to wait for the same fetch. Whoever comes later finds the document kept.
        for _ in 0..<2000 { await Task.yield() }
        bridge.documents.release()
        #expect(await results.value.values() == Array(repeating: Self.url, count: 64))
        #expect(bridge.documents.fetched.count == 1)
    }

    @Test func `a thousand URLs on one victim host bring it few fetches, and other hosts are unharmed`() async throws {
        let bridge = try await Harness()
        for index in 0..<1000 {
            await #expect(throws: AuthorizationRefusal.self) { try await show(bridge, url: "https://victim.example.test/\(index)") }
        }
        #expect(bridge.documents.fetched.count <= 30)
        bridge.documents.serve(Self.url, Self.document())
        #expect(try await show(bridge).request.client.id.text == Self.url)
        bridge.clock.advance(by: 60)
        let before = bridge.documents.fetched.count
        await #expect(throws: AuthorizationRefusal.self) { try await show(bridge, url: "https://victim.example.test/again") }
        #expect(bridge.documents.fetched.count == before + 1)
    }

    @Test func `a slow host gets four fetches at once`() async throws {
        let bridge = try await Harness()
        bridge.documents.hold()
        let slow = Task {
            await inParallel(40) {
                try await show(bridge, url: "https://slow.example.test/\(UInt32.random(in: 0 ... .max))").request.sealed
            }
        }
        while bridge.documents.waiting < 4 { await Task.yield() }
        for _ in 0..<2000 { await Task.yield() }
        #expect(bridge.documents.waiting == 4)
        bridge.documents.release()
        #expect(await slow.value.values().isEmpty)
    }

    @Test func `a client without a name is called by its host`() async throws {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, Self.document(name: nil))
        #expect(try await show(bridge).request.client.name.text == "client.example.test")
    }
}
