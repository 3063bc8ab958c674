import Primitives

/// The parameters of an authorization request (RFC 6749 §4.1.1) by their names, before anything has been decided about them.
///
/// It is read in two steps, because an error may be told to the client only once its redirect URI is known to be its own: `client_id` and
/// `redirect_uri` first, everything else in `details`.
package struct AuthorizationParameters: Sendable {
    private let form: FormData

    package init(query: String) throws(OAuthError) {
        do {
            form = try FormData(parsing: query)
        } catch {
            throw OAuthError(.invalidRequest, "The query could not be read: it is not form-encoded UTF-8.")
        }
        guard form.repeated.isDisjoint(with: ["client_id", "redirect_uri"]) else {
            throw OAuthError(.invalidRequest, "client_id and redirect_uri may be given once.")
        }
    }

    package var clientID: String? { form["client_id"] }
    package var redirectURI: String? { form["redirect_uri"] }
    package var state: String? { form["state"] }

    /// What the request asks for, once its client is known.
    package struct Details: Sendable {
        package let state: String?
        package let challenge: CodeChallenge
        package let scope: ScopeSet
        /// What else was asked for and nobody knows.
        package let unknownScope: [String]
        /// The person is to be asked even where the answer could be known.
        package let prompt: Set<String>
    }

    /// - Throws: the error to tell the client (RFC 6749 §4.1.2.1).
    package func details(scopes: ScopeVocabulary, resource: ResourceIndicator) throws(OAuthError) -> Details {
        guard form.repeated.subtracting(["resource"]).isEmpty else {
            throw OAuthError(.invalidRequest, "A parameter is given more than once (RFC 6749 3.1); only resource may repeat.")
        }
        try checkState()
        guard let responseType = form["response_type"] else {
            throw OAuthError(.invalidRequest, "response_type is missing; it must be code.")
        }
        guard responseType == "code" else { throw OAuthError(.unsupportedResponseType, "response_type must be code.") }
        if let mode = form["response_mode"], mode != "query" { throw OAuthError(.invalidRequest, "response_mode must be query.") }
        guard form["request"] == nil, form["request_uri"] == nil else {
            throw OAuthError(.invalidRequest, "request and request_uri are not supported; send the parameters themselves.")
        }
        let challenge = try self.challenge()
        try resource.check(form.values("resource"))
        let prompt = Set((form["prompt"] ?? "").split(separator: " ").map(String.init))
        guard !prompt.contains("none") else {
            throw OAuthError(.interactionRequired, "prompt=none cannot be met: a person must answer here.")
        }
        return Details(
            state: state, challenge: challenge, scope: try scopes.requested(form["scope"]), unknownScope: scopes.unknown(form["scope"]),
            prompt: prompt)
    }

    /// RFC 6749 appendix A.5: visible ASCII and space.
    private func checkState() throws(OAuthError) {
        guard let state else { return }
        guard state.utf8.count <= 4096, state.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw OAuthError(.invalidRequest, "state may have 4096 visible ASCII characters at most.")
        }
    }

    private func challenge() throws(OAuthError) -> CodeChallenge {
        guard let text = form["code_challenge"] else {
            throw OAuthError(.invalidRequest, "code_challenge is missing: PKCE with S256 is required of every client (RFC 7636).")
        }
        guard form["code_challenge_method"] == "S256" else {
            throw OAuthError(.invalidRequest, "code_challenge_method must be S256; missing means plain, which is refused.")
        }
        guard let challenge = CodeChallenge(text) else {
            throw OAuthError(.invalidRequest, "code_challenge must be 43 characters of base64url (RFC 7636 4.2).")
        }
        return challenge
    }
}
