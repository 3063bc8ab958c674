import Endpoints
import Primitives
import TestKit

/// A client as it knows itself.
struct RegisteredClient: Sendable {
    static let redirect = "https://client.example.test/callback"

    let id: String
    let secret: String?

    /// What it sends of itself in a form body.
    var credentials: Pairs { [("client_id", id)] + (secret.map { [("client_secret", $0)] } ?? []) }
}

/// A browser in front of the consent page of one authorization request.
struct Visit: Sendable {
    let client: RegisteredClient
    let browser: Browser
    let pkce: PKCEPair
    let response: Response

    var page: Page { get throws { try Page(response) } }
    var form: PageForm { get throws { try page.form } }
}

/// An approval, and what the client needs to redeem it.
struct ApprovedVisit: Sendable {
    let visit: Visit
    let code: String

    /// The ordinary request for tokens.
    var fields: Pairs {
        [
            ("grant_type", "authorization_code"), ("code", code), ("code_verifier", visit.pkce.verifier),
            ("redirect_uri", RegisteredClient.redirect),
        ] + visit.client.credentials
    }
}

/// What a connected client holds.
struct Tokens: Sendable {
    let client: RegisteredClient
    let access: String
    let refresh: String
    let scope: String

    var refreshing: Pairs { [("grant_type", "refresh_token"), ("refresh_token", refresh)] + client.credentials }
}

/// The steps of a journey over HTTP, each as an ordinary client and person would take it unless the test says otherwise.
extension Stage {
    func register(
        name: String? = "Example client", method: String? = "none", redirects: [String] = [RegisteredClient.redirect]
    ) async throws -> RegisteredClient {
        let response = await post(
            "/register",
            json: .object(omittingNil: [
                "redirect_uris": .strings(redirects), "client_name": name.map(JSON.string),
                "token_endpoint_auth_method": method.map(JSON.string),
            ]))
        guard response.code == 201, let id = response.json["client_id"]?.string else {
            throw Unexpected("not registered: \(response.text)")
        }
        return RegisteredClient(id: id, secret: response.json["client_secret"]?.string)
    }

    /// The query of an authorization request.
    /// - Parameter changes: replace parameters of the ordinary request; `nil` leaves one out.
    func query(_ client: RegisteredClient, pkce: PKCEPair = PKCEPair(), changing changes: [String: String?] = [:]) -> String {
        var parameters: [String: String?] = [
            "response_type": "code", "client_id": client.id, "redirect_uri": RegisteredClient.redirect, "scope": "read write",
            "state": "a b&c", "code_challenge": pkce.challenge, "code_challenge_method": "S256", "resource": Self.resource,
        ]
        parameters.merge(changes) { $1 }
        return FormData(parameters.compactMap { name, value in value.map { (name, $0) } }.sorted { $0.0 < $1.0 }).encoded
    }

    /// A client sends a browser to `GET /authorize`.
    func visit(
        _ client: RegisteredClient? = nil, scope: String? = "read write", browser: Browser? = nil, changing changes: [String: String?] = [:]
    ) async throws -> Visit {
        let known: RegisteredClient
        if let client { known = client } else { known = try await register() }
        let (browser, pkce) = (browser ?? Browser(self), PKCEPair())
        let query = query(known, pkce: pkce, changing: ["scope": scope].merging(changes) { $1 })
        return Visit(client: known, browser: browser, pkce: pkce, response: await browser.get("/authorize", query: query))
    }

    /// The person approves.
    /// - Parameter granting: the boxes that stay ticked; `nil` leaves them as they are.
    func approve(_ visit: Visit, granting: [String]? = nil, token: String = ValTownDouble.token) async throws -> ApprovedVisit {
        let form = try visit.form.answered(token: token)
        let response = await visit.browser.post(granting.map { form.with("scope", $0) } ?? form)
        guard response.code == 200, let code = try Page(response).refresh.flatMap({ Harness.parameter("code", of: $0) }) else {
            throw Unexpected("not approved: \(response.code) \(try Page(response).text.prefix(300))")
        }
        return ApprovedVisit(visit: visit, code: code)
    }

    func exchange(_ approved: ApprovedVisit) async throws -> Tokens {
        try tokens(of: approved.visit.client, from: await post("/token", form: approved.fields))
    }

    func refresh(_ tokens: Tokens, scope: String? = nil) async throws -> Tokens {
        let fields = tokens.refreshing + (scope.map { [("scope", $0)] } ?? [])
        return try self.tokens(of: tokens.client, from: await post("/token", form: fields))
    }

    private func tokens(of client: RegisteredClient, from response: Response) throws -> Tokens {
        guard response.code == 200, let access = response.json["access_token"]?.string,
            let refresh = response.json["refresh_token"]?.string, let scope = response.json["scope"]?.string
        else { throw Unexpected("no tokens: \(response.code) \(response.text)") }
        return Tokens(client: client, access: access, refresh: refresh, scope: scope)
    }

    /// A client that a person has just connected.
    func connect(
        _ client: RegisteredClient? = nil, scope: String? = "read write", granting: [String]? = nil, token: String = ValTownDouble.token
    ) async throws -> Tokens {
        try await exchange(approve(visit(client, scope: scope), granting: granting, token: token))
    }
}
