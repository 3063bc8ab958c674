import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing

@Suite struct RegistrationRuleTests {
    private static let claude = "https://claude.ai/api/mcp/auth_callback"
    private static let cursor = [
        "cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
    ]

    private static func known() throws -> KnownRedirects {
        try #require(
            KnownRedirects(
                shapes: [claude, "https://chatgpt.com/connector/oauth/{id}", "https://www.cursor.com/agents/mcp/oauth/callback"],
                schemes: ["cursor"]))
    }

    private static func document(_ redirects: [String]) -> [UInt8] {
        let body: JSON = ["redirect_uris": .strings(redirects), "token_endpoint_auth_method": "none"]
        return body.serialized
    }

    @Test(arguments: [
        (claude, true), ("https://chatgpt.com/connector/oauth/abc-123_X.y~z", true), (claude + "/", false), (claude + "?a=b", false),
        ("https://claude.ai:443/api/mcp/auth_callback", false), ("https://CLAUDE.ai/api/mcp/auth_callback", false),
        ("https://claude.ai.evil.example/api/mcp/auth_callback", false), ("https://claude.ai/api/mcp/Auth_callback", false),
        ("https://chatgpt.com/connector/oauth/", false), ("https://chatgpt.com/connector/oauth/a/b", false),
        ("https://chatgpt.com/connector/oauth/a%2Fb", false), ("https://chatgpt.com/connector/oauth/a?b=c", false),
        ("https://chatgpt.com/connector/oauth/{id}", false), ("https://chatgpt.com/connector", false),
        ("https://evil.example/https://claude.ai/api/mcp/auth_callback", false),
    ])
    func `a known redirect is one byte for byte, but for one segment where a shape says so`(url: String, isKnown: Bool) throws {
        let parsed = try? StrictURL(url)
        #expect(try parsed.map { try Self.known().isShapeOfKnownClient($0) } ?? false == isKnown)
    }

    @Test(arguments: ["http://claude.ai/", "claude.ai", "https://a.example/{id}/b", "https://a.example/?a={id}", "https://{id}/", ""])
    func `a shape that is no plain https URL is refused`(shape: String) {
        #expect(KnownRedirects(shapes: [shape]) == nil)
    }

    @Test func `a host is known by its name at the usual port alone`() throws {
        let known = try Self.known()
        for (url, isKnown) in [
            ("https://claude.ai/anything", true), ("https://claude.ai:443/", true), ("https://claude.ai:8443/", false),
            ("https://www.claude.ai/", false), ("http://127.0.0.1/", false),
        ] { #expect(known.isHostOfKnownClient(try StrictURL(url)) == isKnown, "\(url)") }
    }

    @Test(arguments: [RegistrationRules.Policy.open, .known])
    func `Cursor's three redirects register together`(policy: RegistrationRules.Policy) async throws {
        let bridge = try await Harness()
        let server = try await bridge.server(under: RegistrationRules(policy: policy, known: try Self.known()))
        #expect(try server.register(Self.document(Self.cursor)).client.metadata.redirectURIs.map(\.text) == Self.cursor)
    }

    @Test func `under known a stranger's web site is refused, this computer and well-known clients are not`() async throws {
        let bridge = try await Harness()
        let server = try await bridge.server(under: RegistrationRules(policy: .known, known: try Self.known()))
        for redirects in [[Self.claude], ["http://127.0.0.1/cb", "http://[::1]:9/cb", "http://localhost:1/"], Self.cursor] {
            #expect(throws: Never.self) { try server.register(Self.document(redirects)) }
        }
        for redirects in [[Harness.redirect], [Self.claude, Harness.redirect], [Self.claude + "x"], ["com.example.app:/cb"]] {
            #expect(throws: Rejection.redirectNotKnown) { try server.register(Self.document(redirects)) }
        }
    }

    @Test func `an id from before the policy is shown to nobody any more, and its connections go on`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let server = try await bridge.server(under: RegistrationRules(policy: .known, known: try Self.known()))
        do {
            _ = try await server.begin(query: bridge.query(connection.client), browser: .new())
            Issue.record("shown")
        } catch {
            guard case .page(let told) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(told == Rejection.redirectNotKnown.wireError)
        }
        #expect(try await server.authenticate(connection.tokens.accessToken) != nil)
        let local = try await bridge.register(redirects: ["http://127.0.0.1/callback"])
        let query = bridge.query(local, redirect: "http://127.0.0.1:5000/callback")
        #expect(try await server.begin(query: query, browser: .new()).client.id == local.id)
    }

    @Test func `off lets nobody new in, whatever the redirect, and whom somebody has approved before goes on`() async throws {
        let bridge = try await Harness()
        let kept = try await bridge.connect()
        let stranger = try await bridge.register(name: "Stranger")
        let local = try await bridge.register(redirects: ["http://127.0.0.1/callback"])
        let server = try await bridge.server(under: RegistrationRules(policy: .off, known: try Self.known()))
        for redirects in [[Self.claude], [Harness.redirect], ["http://127.0.0.1/callback"]] {
            #expect(throws: Rejection.registrationClosed) { try server.register(Self.document(redirects)) }
        }
        for (client, redirect) in [(stranger, Harness.redirect), (local, "http://127.0.0.1:5000/callback")] {
            await #expect(throws: AuthorizationRefusal.self) {
                try await server.begin(query: bridge.query(client, redirect: redirect), browser: .new())
            }
        }
        #expect(try await server.begin(query: bridge.query(kept.client), browser: .new()).client.id == kept.client.id)
        #expect(try await server.authenticate(kept.tokens.accessToken) != nil)
    }

    @Test func `errors go to a well-known client by a redirect, with state and iss, and to others by a link`() async throws {
        let bridge = try await Harness()
        let server = try await bridge.server(under: RegistrationRules(known: try Self.known()))
        for (redirect, isKnown) in [(Self.claude, true), ("https://claude.ai/other", false), (Harness.redirect, false)] {
            let client = try await bridge.register(redirects: [redirect])
            do {
                let query = bridge.query(client, redirect: redirect, changing: ["scope": "nonsense"])
                _ = try await server.begin(query: query, browser: .new())
                Issue.record("shown")
            } catch {
                switch error {
                case .redirect(let told, let url):
                    #expect(isKnown && told.code == .invalidScope)
                    #expect(url.hasPrefix(redirect + "?"))
                    #expect(Harness.parameter("error", of: url) == "invalid_scope")
                    #expect(Harness.parameter("state", of: url) == "a b&c")
                    #expect(Harness.parameter("iss", of: url) == "https://bridge.example.test")
                case .client: #expect(!isKnown)
                case .page, .server: Issue.record("\(error)")
                }
            }
        }
    }
}
