package import AuthorizationServer
package import OAuth
package import Primitives
import SodiumCrypto
import Vault

/// A `code_verifier` and its `code_challenge` (RFC 7636 §4).
package struct PKCEPair: Sendable {
    package let verifier: String
    package let challenge: String

    package init() {
        verifier = Base64URL.encode(Random.bytes(32))
        challenge = Base64URL.encode(SHA256.hash(Array(verifier.utf8)))
    }
}

/// A browser that was sent here by a client, with the consent page before it.
package struct ShownConsent: Sendable {
    package let client: AuthenticatedClient
    package let browser: BrowserBinding
    package let pkce: PKCEPair
    package let request: ConsentRequest
}

/// An approved request, and the code on its way to the client.
package struct ApprovedConsent: Sendable {
    package let shown: ShownConsent
    package let code: String
    package let account: String

    package init(shown: ShownConsent, code: String, account: String) {
        self.shown = shown
        self.code = code
        self.account = account
    }

    package var client: AuthenticatedClient { shown.client }
}

/// A client with tokens.
package struct Connection: Sendable {
    package let approved: ApprovedConsent
    package let tokens: TokenResponse

    package init(approved: ApprovedConsent, tokens: TokenResponse) {
        self.approved = approved
        self.tokens = tokens
    }

    package var client: AuthenticatedClient { approved.client }
}

/// A journey did not get where the test wanted to begin.
package struct JourneyFailure: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

/// The steps of a journey, each with what an ordinary client and person would do unless the test says otherwise.
extension Harness {
    package static let redirect = "https://client.example.test/callback"
    package static let caller = Caller(address: "192.0.2.77")

    package func register(
        name: String = "Example client", redirects: [String] = [redirect], method: TokenEndpointAuthMethod = .none
    ) async throws -> AuthenticatedClient {
        let uris = try redirects.map { try RedirectURI(registering: $0, policy: configuration.redirects) }
        let (client, secret) = try server.clients.register(ClientMetadata(redirectURIs: uris, authMethod: method, name: name))
        let form = [("client_id", client.id.text)] + (secret.map { [("client_secret", $0.reveal())] } ?? [])
        return try await server.clients.authenticate(ClientCredentials(authorization: nil, form: FormData(form)))
    }

    /// `GET /authorize`.
    /// - Parameter overrides: parameters that replace those of the ordinary request; an empty value leaves one out.
    package func show(
        _ client: AuthenticatedClient, scope: String = "read", browser: BrowserBinding = .new(), pkce: PKCEPair = PKCEPair(),
        overrides: [String: String] = [:]
    ) async throws(AuthorizationRefusal) -> ShownConsent {
        var parameters = [
            "response_type": "code", "client_id": client.id.text, "redirect_uri": Self.redirect, "scope": scope, "state": "a b&c",
            "code_challenge": pkce.challenge, "code_challenge_method": "S256", "resource": configuration.resource.text,
        ]
        parameters.merge(overrides) { $1 }
        let query = FormData(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }).encoded
        return ShownConsent(
            client: client, browser: browser, pkce: pkce, request: try await server.begin(query: query, browser: browser))
    }

    /// The form as the page would post it.
    package func form(
        _ shown: ShownConsent, decision: ConsentForm.Decision, token: String?, scope: [String]? = nil, understood: Bool = true
    ) throws -> ConsentForm {
        var fields = [("transaction", shown.request.sealed), ("csrf", shown.request.csrfToken), ("decision", decision.rawValue)]
        fields += (scope ?? shown.request.transaction.requested.atoms).map { ("scope", $0) }
        if let token { fields.append(("token", token)) }
        if understood { fields.append(("understood", "yes")) }
        guard let form = ConsentForm(FormData(fields), secretIDs: ["token"]) else { throw JourneyFailure(description: "no such form") }
        return form
    }

    /// `POST /authorize`.
    package func post(
        _ shown: ShownConsent, _ decision: ConsentForm.Decision = .approve, token: String? = token, scope: [String]? = nil,
        understood: Bool = true, caller: Caller = caller
    ) async throws -> ConsentAnswer {
        let form = try form(shown, decision: decision, token: token, scope: scope, understood: understood)
        guard let opened = try await server.open(form, browser: shown.browser) else { return .foreign }
        return try await server.answer(opened, caller: caller)
    }

    /// A person who says yes.
    package func approve(
        _ client: AuthenticatedClient, scope: String = "read", granting: [String]? = nil, token: String = token
    ) async throws -> ApprovedConsent {
        try await approve(await show(client, scope: scope), granting: granting, token: token)
    }

    package func approve(_ shown: ShownConsent, granting: [String]? = nil, token: String? = token) async throws -> ApprovedConsent {
        let answer = try await post(shown, token: token, scope: granting)
        guard case .connected(let account, let url, _) = answer, let code = Self.parameter("code", of: url) else {
            throw JourneyFailure(description: "not approved: \(answer)")
        }
        return ApprovedConsent(shown: shown, code: code, account: account)
    }

    /// The token endpoint's `authorization_code` grant.
    package func exchange(
        _ approved: ApprovedConsent, as client: AuthenticatedClient? = nil, overrides: [String: String] = [:]
    ) async throws(Rejection) -> TokenResponse {
        var fields = [
            "grant_type": "authorization_code", "code": approved.code, "code_verifier": approved.shown.pkce.verifier,
            "redirect_uri": Self.redirect,
        ]
        fields.merge(overrides) { $1 }
        return try await issue(fields, to: client ?? approved.client)
    }

    /// The token endpoint's `refresh_token` grant.
    package func refresh(
        _ token: Secret, as client: AuthenticatedClient, scope: String? = nil, resource: String? = nil
    ) async throws(Rejection) -> TokenResponse {
        var fields = ["grant_type": "refresh_token", "refresh_token": token.reveal()]
        fields["scope"] = scope
        fields["resource"] = resource
        return try await issue(fields, to: client)
    }

    private func issue(_ fields: [String: String], to client: AuthenticatedClient) async throws(Rejection) -> TokenResponse {
        let request: TokenRequest
        do { request = try TokenRequest(form: FormData(fields.map { ($0.key, $0.value) })) } catch { throw .malformed(error) }
        return try await server.issueTokens(request, to: client, caller: Self.caller)
    }

    /// A client that a person has just connected.
    package func connect(scope: String = "read", granting: [String]? = nil, token: String = token) async throws -> Connection {
        let approved = try await approve(try register(), scope: scope, granting: granting, token: token)
        return Connection(approved: approved, tokens: try await exchange(approved))
    }

    package func authenticate(_ token: Secret) async throws(Rejection) -> VerifiedAccessToken? {
        try await server.authenticate(token)
    }

    /// What a tool call does with a bearer: the pasted token, if it opens.
    package func opened(with token: Secret) async throws(Rejection) -> String? {
        guard let verified = try await server.authenticate(token) else { return nil }
        return try server.credential(for: verified, origin: UpstreamDouble.origin)?.credential.secrets["token"]?.reveal()
    }

    /// The grant that a client's tokens belong to.
    package func grant(of connection: Connection) async throws -> Grant {
        guard let verified = try await server.authenticate(connection.tokens.accessToken) else {
            throw JourneyFailure(description: "the access token is dead already")
        }
        return verified.grant
    }

    /// A parameter in the query of a URL.
    package static func parameter(_ name: String, of url: String) -> String? {
        url.split(separator: "?", maxSplits: 1).last.flatMap { try? FormData(parsing: String($0)) }?[name]
    }
}
