package import Primitives

/// What the token endpoint gives (RFC 6749 §5.1).
package struct TokenResponse: Sendable {
    package let accessToken: Secret
    package let refreshToken: Secret
    /// Seconds.
    package let expiresIn: Int64
    package let scope: String

    package init(accessToken: Secret, refreshToken: Secret, expiresIn: Int64, scope: String) {
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.expiresIn = expiresIn
        self.scope = scope
    }

    package var json: JSON {
        [
            "access_token": .string(accessToken.reveal()), "token_type": "Bearer", "expires_in": .integer(expiresIn),
            "refresh_token": .string(refreshToken.reveal()), "scope": .string(scope),
        ]
    }
}
