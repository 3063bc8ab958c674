package import OAuth
package import Vault

/// Everything for which this server turns a request down, in as much detail as the log should have.
package enum Rejection: Error, Sendable, Equatable {
    case malformed(OAuthError)
    case unknownClient(usedHeader: Bool)
    case wrongClientSecret(usedHeader: Bool)
    case clientMetadataTooLong
    /// The client's id is a URL, and there is no document to go by.
    case clientDocument(DocumentFailure)
    case badClientAssertion(ClientAssertion.Failure)
    /// By the operator.
    case clientBlocked
    /// The registration policy wants a well-known redirect.
    case redirectNotKnown
    /// The registration policy lets nobody new in.
    case registrationClosed
    /// A registration access token that is missing or wrong, or a client that never had one.
    case registrationTokenInvalid
    /// Nobody has approved the client yet, so there is nothing that it could change.
    case clientNotKept
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
    /// Too many failures with this code or refresh token; the next try makes sense after so many seconds.
    case tooManyFailures(retryAfter: Int)
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
        case .clientDocument(let failure):
            OAuthError(
                failure.isTemporary ? .temporarilyUnavailable : .invalidClient, "The client's metadata document: \(failure.reason).")
        case .badClientAssertion(let failure):
            OAuthError(.invalidClient, "The client assertion proves nothing (\(failure.rawValue)).")
        case .clientBlocked:
            OAuthError(.unauthorizedClient, "The operator of this bridge has blocked this client.")
        case .redirectNotKnown:
            OAuthError(
                .invalidRedirectURI,
                "This bridge takes redirect URIs of well-known clients and of this computer only; its operator can change that.")
        case .registrationClosed:
            OAuthError(.accessDenied, "This bridge takes no new clients; its operator can change that.")
        case .registrationTokenInvalid:
            OAuthError(.invalidToken, "The registration access token is missing, or belongs to another client.")
        case .clientNotKept:
            OAuthError(
                .accessDenied, "Nobody has approved this client yet, so nothing is kept of it that could be changed. Register anew instead."
            )
        case .unknownCode, .codeOfAnotherClient, .codeExpired, .codeReplayed, .redirectDiffers, .verifierDiffers:
            OAuthError(
                .invalidGrant, "The authorization code is not valid for this client, redirect_uri and code_verifier, or was used before.")
        case .unknownRefreshToken, .refreshTokenOfAnotherClient, .refreshTokenReused, .refreshTokenExpired, .grantEnded:
            OAuthError(.invalidGrant, "The refresh token is not valid for this client, was used before, has expired or was revoked.")
        case .scopeNeverAsked:
            OAuthError(.invalidScope, "scope names something that was never asked for; start a new authorization for it.")
        case .tooManyFailures(let seconds):
            OAuthError(.temporarilyUnavailable, "Too many failed requests with this token. Try again in \(seconds) seconds.")
        case .keyMissing, .store:
            OAuthError(.serverError, "The server cannot do this at the moment. Nothing was changed; try again.")
        }
    }
}
