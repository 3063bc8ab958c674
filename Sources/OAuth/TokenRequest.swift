package import Primitives

/// A request at the token endpoint (RFC 6749 §§4.1.3, 6).
package enum TokenRequest: Sendable {
    case authorizationCode(CodeGrant)
    case refreshToken(RefreshGrant)

    package struct CodeGrant: Sendable {
        package let code: Secret
        package let verifier: CodeVerifier
        /// `nil` where it was left out, as OAuth 2.1 has it.
        package let redirectURI: String?
        package let resources: [String]
    }

    package struct RefreshGrant: Sendable {
        package let token: Secret
        /// `nil` where nothing is to change.
        package let scope: [String]?
        package let resources: [String]
    }

    /// - Throws: `invalid_request` or `unsupported_grant_type`.
    package init(form: FormData) throws(OAuthError) {
        guard form.repeated.subtracting(["resource"]).isEmpty else {
            throw OAuthError(.invalidRequest, "A parameter is given more than once (RFC 6749 3.2); only resource may repeat.")
        }
        switch form["grant_type"] {
        case nil: throw OAuthError(.invalidRequest, "grant_type is missing.")
        case "authorization_code"?:
            guard let code = form["code"] else { throw OAuthError(.invalidRequest, "code is missing.") }
            guard let text = form["code_verifier"] else { throw OAuthError(.invalidRequest, "code_verifier is missing (RFC 7636 4.5).") }
            guard let verifier = CodeVerifier(text) else {
                throw OAuthError(.invalidRequest, "code_verifier must be 43 to 128 unreserved characters (RFC 7636 4.1).")
            }
            self = .authorizationCode(
                CodeGrant(code: Secret(code), verifier: verifier, redirectURI: form["redirect_uri"], resources: form.values("resource")))
        case "refresh_token"?:
            guard let token = form["refresh_token"] else { throw OAuthError(.invalidRequest, "refresh_token is missing.") }
            var scope: [String]?
            if let text = form["scope"] { scope = try ScopeVocabulary.tokens(text) }
            self = .refreshToken(RefreshGrant(token: Secret(token), scope: scope, resources: form.values("resource")))
        case _?:
            throw OAuthError(.unsupportedGrantType, "grant_type must be authorization_code or refresh_token.")
        }
    }
}
