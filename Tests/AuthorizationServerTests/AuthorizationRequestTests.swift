import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct AuthorizationRequestTests {
    @Test(arguments: [
        ["client_id": ""], ["client_id": "dbi_unknown"], ["redirect_uri": "https://client.example.test/callback/"],
        ["redirect_uri": "https://evil.example.test/callback"], ["redirect_uri": "https://client.example.test/../callback"],
        ["redirect_uri": "https://client.example.test:443/callback"], ["redirect_uri": "https://client.example.test/Callback"],
        ["redirect_uri": "http://127.0.0.1:1234/callback"],
    ])
    func `a client or redirect that is not known is told to the person and never redirected`(overrides: [String: String]) async throws {
        let bridge = try await Harness()
        let client = try await bridge.register()
        await #expect(throws: AuthorizationRefusal.self) { try await bridge.show(client, overrides: overrides) }
        do {
            _ = try await bridge.show(client, overrides: overrides)
        } catch {
            guard case .page = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test(arguments: [
        (["code_challenge": ""], "invalid_request"), (["code_challenge_method": ""], "invalid_request"),
        (["code_challenge_method": "plain"], "invalid_request"),
        (["code_challenge": String(repeating: "a", count: 42)], "invalid_request"),
        (["code_challenge": String(repeating: "a", count: 44)], "invalid_request"), (["response_type": ""], "invalid_request"),
        (["response_type": "token"], "unsupported_response_type"), (["request_uri": "https://x.test"], "invalid_request"),
        (["prompt": "none"], "interaction_required"), (["scope": "nonsense"], "invalid_scope"),
        (["resource": "https://bridge.example.test/mcp-evil"], "invalid_target"),
    ])
    func `other errors are the client's, with state and iss, by a link`(overrides: [String: String], code: String) async throws {
        let bridge = try await Harness()
        let client = try await bridge.register()
        do {
            _ = try await bridge.show(client, overrides: overrides)
            Issue.record("shown")
        } catch {
            guard case .client(let told, let who, let url) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(told.code.rawValue == code)
            #expect(who == client.client)
            #expect(url.hasPrefix(Harness.redirect + "?error=\(code)"))
            #expect(Harness.parameter("state", of: url) == "a b&c")
            #expect(Harness.parameter("iss", of: url) == "https://bridge.example.test")
        }
        #expect(try bridge.count("consents") == 0)
    }

    @Test func `without scope, resource and state it works, and no state comes back`() async throws {
        let bridge = try await Harness()
        let shown = try await bridge.show(try bridge.register(), overrides: ["scope": "", "resource": "", "state": ""])
        #expect(shown.request.transaction.requested == Harness.scopes.expand(["read"]))
        guard case .connected(_, let url, _) = try await bridge.post(shown) else {
            Issue.record("not connected")
            return
        }
        #expect(!url.contains("state="))
    }

    @Test func `a loopback redirect may use any port`() async throws {
        let bridge = try await Harness()
        let client = try await bridge.register(redirects: ["http://127.0.0.1/callback"])
        let shown = try await bridge.show(client, overrides: ["redirect_uri": "http://127.0.0.1:49152/callback"])
        let approved = try await bridge.approve(shown)
        let other = ["redirect_uri": "http://127.0.0.1:49153/callback"]
        #expect(await rejection { try await bridge.exchange(approved, overrides: other) } == .redirectDiffers)
        let same = ["redirect_uri": "http://127.0.0.1:49152/callback"]
        #expect(await rejection { try await bridge.exchange(approved, overrides: same) } == nil)
        await #expect(throws: AuthorizationRefusal.self) {
            try await bridge.show(client, overrides: ["redirect_uri": "http://localhost:49152/callback"])
        }
    }

    @Test func `a cookie that we did not make binds nothing`() {
        let binding = BrowserBinding.new()
        #expect(BrowserBinding(cookie: binding.secret.reveal()) == binding)
        for cookie in ["", "x", String(repeating: "A", count: 42), String(repeating: "=", count: 43), binding.secret.reveal() + "A"] {
            #expect(BrowserBinding(cookie: cookie) == nil)
        }
    }

    @Test func `a form with a field twice, without a decision or with another one is none`() {
        let fields = [("transaction", "t"), ("csrf", "c"), ("decision", "approve"), ("scope", "a"), ("scope", "b"), ("input.team", "x")]
        let form = ConsentForm(FormData(fields + [("token", "1"), ("secret.b", "2")]), secretIDs: ["a", "b"])
        #expect(form?.scope == ["a", "b"])
        #expect(form?.secrets == ["a": "1", "b": "2"])
        #expect(form?.inputs == ["team": "x"])
        #expect(form?.understood == false)
        #expect(ConsentForm(FormData(fields + [("token", "1"), ("token", "2")]), secretIDs: ["a"]) == nil)
        #expect(ConsentForm(FormData([("transaction", "t"), ("csrf", "c"), ("decision", "perhaps")]), secretIDs: []) == nil)
        #expect(ConsentForm(FormData([("transaction", "t"), ("decision", "deny")]), secretIDs: []) == nil)
        #expect(ConsentForm(FormData([("csrf", "c"), ("decision", "deny")]), secretIDs: []) == nil)
    }
}
