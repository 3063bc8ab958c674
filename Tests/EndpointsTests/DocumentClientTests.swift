import AuthorizationServer
import Endpoints
import OAuth
import Primitives
import TestKit
import Testing

/// Clients whose id is the URL of a document, as browsers and programs see them.
@Suite struct DocumentClientTests {
    private static let url = "https://client.example.test/oauth/client.json"
    private static let loopback = "http://127.0.0.1:50123/callback"
    private static let client = RegisteredClient(id: url, secret: nil)

    private func stage(
        redirects: [String] = [RegisteredClient.redirect, "http://127.0.0.1/callback"], name: String = "Example client",
        registration: RegistrationRules.Policy = .open
    ) async throws -> Stage {
        let stage = try await Stage(registration: registration)
        stage.harness.documents.serve(
            Self.url,
            [
                "client_id": .string(Self.url), "client_name": .string(name), "redirect_uris": .strings(redirects),
                "token_endpoint_auth_method": "none", "logo_uri": "https://tracker.example/logo.svg",
            ])
        return stage
    }

    @Test func `the metadata offers documents and none, and names what assertions are signed with`() async throws {
        let document = await (try await stage()).get("/.well-known/oauth-authorization-server").json
        #expect(document["client_id_metadata_document_supported"] == true)
        let methods = try #require(document["token_endpoint_auth_methods_supported"]?.strings)
        #expect(methods.contains("none") && methods.contains("private_key_jwt"))
        #expect(document["token_endpoint_auth_signing_alg_values_supported"]?.strings == ["ES256", "RS256", "EdDSA"])
    }

    @Test func `a client connects by its document alone, and the page names the host that vouches for it`() async throws {
        let stage = try await stage()
        let visit = try await stage.visit(Self.client)
        let page = try visit.page
        #expect(page.text.contains("Verified by client.example.test"))
        #expect(try visit.form.choices("understood").isEmpty)
        #expect(!visit.response.text.contains("tracker.example"))
        let form = try visit.form.with("token", ValTownDouble.token).with("decision", "approve")
        let response = await visit.browser.post(form)
        let code = try #require(try Page(response).refresh.flatMap { Harness.parameter("code", of: $0) })
        let tokens = try await stage.exchange(ApprovedVisit(visit: visit, code: code))
        #expect(try await stage.refresh(tokens).access != tokens.access)
        #expect(await stage.post("/revoke", form: [("token", tokens.refresh), ("client_id", Self.url)]).code == 200)
    }

    // Attack 14
    @Test(arguments: [nil, "login", "consent"] as [String?])
    func `a client that is connected is asked about again, under this server's name, and its answer names the issuer`(
        prompt: String?
    ) async throws {
        let stage = try await stage(name: "Claude")
        let browser = Browser(stage)
        _ = try await stage.exchange(stage.approve(stage.visit(Self.client, browser: browser)))
        // Somebody else's server sends the same browser here, under the genuine id.
        let visit = try await stage.visit(Self.client, browser: browser, changing: ["prompt": prompt])
        #expect(visit.response.code == 200)
        let page = try visit.page
        #expect(page.forms == 1 && page.refresh == nil && page.answers.isEmpty)
        #expect(page.text.contains(Stage.host) && page.text.contains("client.example.test"))
        #expect(try stage.harness.count("grants") == 1, "nothing is granted by looking")
        #expect(await browser.post(try visit.form.answered(token: "")).code == 400, "nor without the token")
        let answer = try #require(try Page(await browser.post(try visit.form.answered())).refresh)
        #expect(Harness.parameter("iss", of: answer) == Stage.issuer)
    }

    // Attack 21
    @Test func `an attacker on this computer under a genuine document gets the warning and the box`() async throws {
        let stage = try await stage(name: "Claude")
        let visit = try await stage.visit(Self.client, changing: ["redirect_uri": Self.loopback])
        let text = try visit.page.text
        #expect(text.contains("a program on this computer") && text.contains("Unverified") && !text.contains("Verified by"))
        #expect(text.contains("client.example.test describes an app of this name, but nothing proves that it is the one that asks"))
        let form = try visit.form
        #expect(form.choices("understood") == ["yes"])
        let bare = form.with("token", ValTownDouble.token).with("decision", "approve").with("understood", [])
        #expect(await visit.browser.post(bare).code == 400)
        #expect(await visit.browser.post(form.answered()).code == 200)
    }

    // Attack 49
    @Test(
        arguments: [
            .forbidden, .redirected, .status(404), .tooLarge, .timedOut, .unreachable, .wrongType, .status(503),
        ] as [DocumentFailure])
    func `a document that may not or cannot be fetched is a page with 400 here, and nothing is kept`(failure: DocumentFailure) async throws
    {
        let stage = try await stage()
        let before = try stage.rows()
        stage.harness.documents.fail(Self.url, failure)
        let response = try await stage.visit(Self.client).response
        #expect(response.code == 400)
        #expect(response["Location"] == nil)
        let page = try Page(response)
        #expect(page.forms == 0 && page.answers.isEmpty && page.refresh == nil && page.text.contains("invalid_client"))
        #expect(try stage.rows() == before)
        #expect(stage.harness.documents.fetched.count == 1)
    }

    // Attack 49
    @Test func `a document with another id, and a redirect that is not in it, are pages with 400`() async throws {
        let stage = try await stage()
        let other = "https://client.example.test/other.json"
        stage.harness.documents.serve(other, ["client_id": .string(Self.url), "redirect_uris": [.string(RegisteredClient.redirect)]])
        #expect(try await stage.visit(RegisteredClient(id: other, secret: nil)).response.code == 400)
        let response = try await stage.visit(Self.client, changing: ["redirect_uri": "https://client.example.test/evil"]).response
        #expect(response.code == 400 && response["Location"] == nil)
    }

    // Attack 50
    @Test func `a thousand documents on one victim host bring it thirty requests`() async throws {
        let stage = try await stage()
        for index in 0..<1000 {
            let response = await stage.get(
                "/authorize", query: stage.query(RegisteredClient(id: "https://victim.example.test/\(index)", secret: nil)))
            #expect(response.code == 400)
        }
        #expect(stage.harness.documents.fetched.count == 30)
    }

    // Attack 13
    @Test func `an error goes back by a 303 to the document's own host only`() async throws {
        let foreign = "https://phishing.example.test/callback"
        let stage = try await stage(redirects: [RegisteredClient.redirect, "http://127.0.0.1/callback", foreign])
        let response = try await stage.visit(Self.client, scope: "everything").response
        #expect(response.code == 303)
        let location = try #require(response["Location"])
        #expect(location.hasPrefix(RegisteredClient.redirect + "?"))
        #expect(Harness.parameter("error", of: location) == "invalid_scope")
        #expect(Harness.parameter("state", of: location) == "a b&c")
        #expect(Harness.parameter("iss", of: location) == Stage.issuer)
        for redirect in [foreign, Self.loopback] {
            let response = try await stage.visit(Self.client, scope: "everything", changing: ["redirect_uri": redirect]).response
            #expect(response.code == 400 && response["Location"] == nil)
        }
    }

    @Test func `a registration policy does not bar clients that their own host vouches for`() async throws {
        for policy in [RegistrationRules.Policy.known, .off] {
            let stage = try await stage(redirects: [RegisteredClient.redirect, "https://elsewhere.example.test/cb"], registration: policy)
            #expect(try await stage.visit(Self.client).response.code == 200)
            let response = try await stage.visit(Self.client, changing: ["redirect_uri": "https://elsewhere.example.test/cb"]).response
            #expect(response.code == 400)
        }
    }

    @Test func `a form that waited while the document went out of reach says so, and nothing is connected`() async throws {
        let stage = try await stage()
        let visit = try await stage.visit(Self.client)
        stage.harness.documents.fail(Self.url, .unreachable)
        stage.harness.clock.advance(by: 301)
        let response = await visit.browser.post(try visit.form.answered())
        #expect(response.code == 400)
        #expect(try Page(response).text.contains("metadata document"))
        #expect(try stage.harness.count("grants") == 0)
    }

    @Test func `an assertion may be given once, and proves nothing where there is no key`() async throws {
        let stage = try await stage()
        let fields = try await stage.approve(stage.visit(Self.client)).fields
        let assertion = [("client_assertion_type", ClientAssertion.type), ("client_assertion", "e30.e30.AA")]
        let twice = await stage.post("/token", form: fields + assertion + [("client_assertion", "e30.e30.AA")])
        #expect(twice.code == 400 && twice.error == "invalid_request")
        let response = await stage.post("/token", form: fields + assertion)
        #expect(response.code == 401 && response.error == "invalid_client")
        #expect(await stage.post("/token", form: fields).code == 200)
    }

    @Test func `a client with a key that is out of reach is asked to come back`() async throws {
        let stage = try await stage()
        let tokens = try await stage.connect(Self.client)
        stage.harness.documents.serve(
            Self.url,
            [
                "client_id": .string(Self.url), "redirect_uris": [.string(RegisteredClient.redirect)],
                "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://client.example.test/keys",
            ])
        stage.harness.clock.advance(by: 301)
        // The document of the moment decides: its keys are wanted now.
        let response = await stage.post("/token", form: tokens.refreshing)
        #expect(response.code == 401 && response.error == "invalid_client")
    }
}
