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
    package let limits: Limits
    let store: any AuthorizationStore
    let vault: Vault
    let tokens: OpaqueTokens
    let bearers: GrantBearers
    let sealer: TransactionSealer
    let claimKeys: ClaimKeys
    let random: RandomSource

    package init(
        configuration: Configuration, store: any AuthorizationStore, keyring: Keyring, signer: TokenSigner, upstream: UpstreamGate,
        documents: ClientDocumentPorts? = nil, limits: Limits = Limits(), random: @escaping RandomSource = Random.bytes
    ) {
        self.configuration = configuration
        self.store = store
        self.upstream = upstream
        self.limits = limits
        self.random = random
        vault = Vault(keyring: keyring)
        clients = ClientDirectory(
            keyring: keyring, redirects: configuration.redirects,
            documents: documents.map { ClientDocuments(ports: $0, configuration: configuration) { (try? store.time()) ?? UnixTime(0) } }
        ) { id throws(StoreFailure) in
            try store.client(id)
        }
        tokens = OpaqueTokens(keyring: keyring, random: random)
        bearers = GrantBearers(deployment: keyring.deployment)
        sealer = TransactionSealer(keyring: keyring)
        claimKeys = ClaimKeys(keyring: keyring, store: store, lifetimes: configuration.lifetimes)
        headerTokens = HeaderTokens(upstream: upstream, keyring: keyring, limits: limits) { try? store.time() }
        accessTokens = AccessTokens(configuration: configuration, signer: signer, keyring: keyring, random: random)
    }

    /// What the background does every few seconds: expired rows and keys go, on disk too.
    /// - Returns: how many rows changed.
    package func sweep() async throws(StoreFailure) -> Int {
        let erased = try await claimKeys.eraseExpired()
        accessTokens.forget(erased)
        return try await erased.count + store.sweep(lifetimes: configuration.lifetimes)
    }
}

/// Where a request comes from.
package struct Caller: Sendable {
    /// Cut for the audit log.
    package let address: String
    /// For the limits; never written down.
    package let network: ClientNetwork

    package init(address: String) {
        network = ClientNetwork(address: address)
        self.address = NetworkPrefix.of(address)
    }
}
