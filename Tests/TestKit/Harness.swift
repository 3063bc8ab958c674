package import AuthorizationServer
package import OAuth
package import Primitives
package import SodiumCrypto
import Synchronization
package import TokenSigning
package import Vault

/// A whole authorization server over a real store in a folder of its own: what the program wires, with a clock that can be set and an upstream
/// that says what it is told.
package final class Harness: Sendable {
    /// A good token of `ada`, in every harness.
    package static let token = "vtwn_canary_4f1c9a7be25d8036"
    package static let ada = Account(id: "account-1", label: "@ada")
    package static let bob = Account(id: "account-2", label: "@bob")
    package static let bobsToken = "vtwn_bob_91d0c4"

    package static let scopes = ScopeVocabulary(
        atoms: ["vals:read", "vals:write", "vals:delete", "blobs:read", "blobs:write"],
        umbrellas: [
            .init(name: "read", atoms: ["vals:read", "blobs:read"]), .init(name: "write", atoms: ["vals:write", "blobs:write"]),
            .init(name: "delete", atoms: ["vals:delete"]),
        ],
        defaults: ["read"], tolerated: ["openid", "offline_access"])

    package let folder: TemporaryFolder
    package let clock = TestClock()
    package let upstream = UpstreamDouble()
    package let documents = DocumentHost()
    package let configuration: Configuration
    /// The master key's bytes: what an operator keeps beside the database.
    package let masterSecret: Secret
    private let kind: StoreKind
    private let random: RandomSource

    /// What the settings say of signing; another choice holds from the next restart on.
    private let signing: Mutex<SigningKeys.Choice>

    private struct Running {
        let opened: OpenedStore
        let server: AuthorizationServer
    }

    private let running: Mutex<Running>

    package init(
        _ kind: StoreKind = .sqlite, lifetimes: Lifetimes = Lifetimes(), signing: SigningKeys.Choice = SigningKeys.Choice(),
        random: @escaping RandomSource = Random.bytes
    ) async throws {
        self.signing = Mutex(signing)
        self.kind = kind
        self.random = random
        folder = try TemporaryFolder()
        masterSecret = Random.secret(SymmetricKey.size)
        let issuer = try WebOrigin("https://bridge.example.test")
        configuration = Configuration(
            issuer: issuer, resource: ResourceIndicator(issuer: issuer, path: "/mcp"), scopes: Self.scopes,
            redirects: RedirectURI.Policy(knownSchemes: ["cursor"]), lifetimes: lifetimes)
        upstream.answer(.good(Self.ada), to: Self.token)
        upstream.answer(.good(Self.bob), to: Self.bobsToken)
        running = Mutex(try await Self.start(kind, folder, masterSecret, clock, configuration, upstream, documents, random, signing))
    }

    deinit {
        try? running.withLock { $0.opened }.close()
    }

    package var server: AuthorizationServer { running.withLock { $0.server } }
    package var store: any AuthorizationStore { running.withLock { $0.opened }.store }
    package var keyring: Keyring { running.withLock { $0.opened }.keyring }
    package var signingKeys: SigningKeys { SigningKeys(keyring: keyring, store: store, lifetimes: configuration.lifetimes) }
    private var choice: SigningKeys.Choice { signing.withLock { $0 } }

    /// Waits until everything is on the disk, and what was erased is erased there too.
    package func settle() async throws {
        try await running.withLock { $0.opened }.settle()
    }

    /// A restart: everything is closed, and opened again from what is on the disk.
    /// - Parameter master: another one, to see it refused.
    package func reopen(master: Secret? = nil, signing: SigningKeys.Choice? = nil) async throws {
        if let signing { self.signing.withLock { $0 = signing } }
        let before = running.withLock { $0.opened }
        try await before.settle()
        try before.close()
        let after = try await Self.start(kind, folder, master ?? masterSecret, clock, configuration, upstream, documents, random, choice)
        running.withLock { $0 = after }
    }

    /// The restart after one that was refused.
    package func reopenAfterFailure() async throws {
        let after = try await Self.start(kind, folder, masterSecret, clock, configuration, upstream, documents, random, choice)
        running.withLock { $0 = after }
    }

    /// The same server once more over the same store, without anything that the first one keeps in memory.
    package func secondInstance() async throws -> AuthorizationServer {
        let opened = running.withLock { $0.opened }
        return try await Self.server(opened, configuration, upstream, documents, clock, random, choice)
    }

    /// How many rows of a kind there are: `clients`, `entries`, `grants`, `consents`.
    package func count(_ rows: String) throws -> Int64 { try running.withLock { $0.opened }.count(rows) }

    /// The audit log so far, without what waits in its queue.
    package func audit() throws -> [AuditLine] { try running.withLock { $0.opened }.audit() }

    /// The store's file in other hands.
    package func raw() throws -> RawDatabase { try RawDatabase(path: folder.file("drawbridge.sqlite")) }

    private static func start(
        _ kind: StoreKind, _ folder: TemporaryFolder, _ masterSecret: Secret, _ clock: TestClock, _ configuration: Configuration,
        _ upstream: UpstreamDouble, _ documents: DocumentHost, _ random: @escaping RandomSource, _ signing: SigningKeys.Choice
    ) async throws -> Running {
        guard let master = MasterKey(masterSecret) else { throw WrongMasterKey() }
        let opened = try kind.open(folder, master, clock.clock)
        return Running(opened: opened, server: try await server(opened, configuration, upstream, documents, clock, random, signing))
    }

    private static func server(
        _ opened: OpenedStore, _ configuration: Configuration, _ upstream: UpstreamDouble, _ documents: DocumentHost, _ clock: TestClock,
        _ random: @escaping RandomSource, _ signing: SigningKeys.Choice
    ) async throws -> AuthorizationServer {
        AuthorizationServer(
            configuration: configuration, store: opened.store, keyring: opened.keyring,
            signer: try await SigningKeys(keyring: opened.keyring, store: opened.store, lifetimes: configuration.lifetimes).signer(signing),
            upstream: upstream.gate, documents: documents.ports,
            limits: Limits(uptime: clock.uptime), random: random)
    }
}
