/// The error codes that this server answers, by the names of their standards.
package enum OAuthErrorCode: String, Sendable, CaseIterable {
    // RFC 6749 §4.1.2.1 and §5.2
    case invalidRequest = "invalid_request"
    case invalidClient = "invalid_client"
    case invalidGrant = "invalid_grant"
    case unauthorizedClient = "unauthorized_client"
    case unsupportedGrantType = "unsupported_grant_type"
    case unsupportedResponseType = "unsupported_response_type"
    case invalidScope = "invalid_scope"
    case accessDenied = "access_denied"
    case serverError = "server_error"
    case temporarilyUnavailable = "temporarily_unavailable"
    // RFC 6750 §3.1
    case invalidToken = "invalid_token"
    case insufficientScope = "insufficient_scope"
    // RFC 7591 §3.2.2
    case invalidRedirectURI = "invalid_redirect_uri"
    case invalidClientMetadata = "invalid_client_metadata"
    // RFC 8707 §2
    case invalidTarget = "invalid_target"
    // OpenID Connect Core §3.1.2.6, for prompt=none
    case interactionRequired = "interaction_required"
}

/// An error as a client may read it.
package struct OAuthError: Error, Sendable, Equatable {
    package let code: OAuthErrorCode
    /// For the developer of the client: what is wrong and what to do. Visible ASCII without `"` and `\` (RFC 6749 §5.2).
    package let description: String

    package init(_ code: OAuthErrorCode, _ description: String) {
        self.code = code
        self.description = description
    }
}
