import AuthorizationServer
import TokenSigning
import Vault

/// What the settings mean to the authorization server, for the server and for commands on a stopped one.
extension Settings {
    var lifetimes: Lifetimes {
        var lifetimes = Lifetimes()
        lifetimes.code = codeTTL
        lifetimes.accessToken = accessTokenTTL
        lifetimes.refreshTokenIdle = refreshTokenTTL
        lifetimes.grant = grantTTL
        lifetimes.refreshGrace = refreshGrace
        return lifetimes
    }

    var signing: SigningKeys.Choice { SigningKeys.Choice(algorithm: signingAlgorithm, own: signingKey?.pair) }

    func signingKeys(of state: OpenedState) -> SigningKeys {
        SigningKeys(keyring: state.keyring, store: state.store, lifetimes: lifetimes)
    }
}
