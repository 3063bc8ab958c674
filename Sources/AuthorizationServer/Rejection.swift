package import OAuth
package import Vault

/// Everything for which this server turns a request down, in as much detail as the log should have.
package enum Rejection: Error, Sendable, Equatable {
    case malformed(OAuthError)
    case unknownClient(usedHeader: Bool)
    case wrongClientSecret(usedHeader: Bool)
    case clientMetadataTooLong
    case unknownCode
    case codeOfAnotherClient
    case codeExpired
    case codeReplayed
    case redirectDiffers
    case verifierDiffers
    case unknownRefreshToken
    case refreshTokenOfAnotherClient
    case refreshTokenReused
    case refreshTokenExpired
    case grantEnded
    case scopeNeverAsked
    case keyMissing
    case store(StoreFailure)

    /// What the client may read. One decision for every case; a new case does not build until somebody decides.
    package var wireError: OAuthError {
        switch self {
        case .malformed(let error): error
        case .unknownClient:
            OAuthError(.invalidClient, "This client_id was not issued here. Register again.")
        case .wrongClientSecret:
            OAuthError(.invalidClient, "The client could not be authenticated.")
        case .clientMetadataTooLong:
            OAuthError(.invalidClientMetadata, "The redirect URIs and the name are too long together: the client_id would exceed 1 KiB.")
        case .unknownCode, .codeOfAnotherClient, .codeExpired, .codeReplayed, .redirectDiffers, .verifierDiffers:
            OAuthError(
                .invalidGrant, "The authorization code is not valid for this client, redirect_uri and code_verifier, or was used before.")
        case .unknownRefreshToken, .refreshTokenOfAnotherClient, .refreshTokenReused, .refreshTokenExpired, .grantEnded:
            OAuthError(.invalidGrant, "The refresh token is not valid for this client, was used before, has expired or was revoked.")
        case .scopeNeverAsked:
            OAuthError(.invalidScope, "scope names something that was never asked for; start a new authorization for it.")
        case .keyMissing, .store:
            OAuthError(.serverError, "The server cannot do this at the moment. Nothing was changed; try again.")
        }
    }
}
