import OAuth
import Primitives
package import SodiumCrypto
package import Vault

/// Clients, consents, grants and tokens of one upstream. Each flow is an extension in a file of its own.
package struct AuthorizationServer: Sendable {
    package let configuration: Configuration
    package let clients: ClientDirectory
    package let accessTokens: AccessTokens
    package let headerTokens: HeaderTokens
    package let upstream: UpstreamGate
    let store: any AuthorizationStore
    let vault: Vault
    let tokens: OpaqueTokens
    let bearers: GrantBearers
    let sealer: TransactionSealer
    let claimKeys: ClaimKeys
    let random: RandomSource

    package init(
        configuration: Configuration, store: any AuthorizationStore, keyring: Keyring, signer: TokenSigner, upstream: UpstreamGate,
        random: @escaping RandomSource = Random.bytes
    ) {
        self.configuration = configuration
        self.store = store
        self.upstream = upstream
        self.random = random
        vault = Vault(keyring: keyring)
        clients = ClientDirectory(keyring: keyring, redirects: configuration.redirects)
        tokens = OpaqueTokens(keyring: keyring, random: random)
        bearers = GrantBearers(deployment: keyring.deployment)
        sealer = TransactionSealer(keyring: keyring)
        claimKeys = ClaimKeys(keyring: keyring, store: store, lifetimes: configuration.lifetimes)
        headerTokens = HeaderTokens(upstream: upstream, keyring: keyring) { try? store.time() }
        accessTokens = AccessTokens(configuration: configuration, signer: signer, keyring: keyring, random: random)
    }

    /// What the background does every few seconds: expired rows and claim keys go, on disk too.
    /// - Returns: how many rows changed.
    package func sweep() async throws(StoreFailure) -> Int {
        let erased = try await claimKeys.eraseExpired()
        return try await erased + store.sweep(lifetimes: configuration.lifetimes)
    }
}

/// The client and the address behind a request, for the audit log.
package struct Caller: Sendable {
    package let address: String

    package init(address: String) {
        self.address = NetworkPrefix.of(address)
    }
}
