package import OAuth
package import Primitives
import SodiumCrypto
package import Vault

/// A client: an id and what it stands for.
package struct Client: Sendable, Equatable {
    package let id: ClientID
    package let metadata: ClientMetadata
    /// Where the id is the URL of one; `nil` for a client that registered.
    package let document: ClientDocument?

    package init(id: ClientID, metadata: ClientMetadata, document: ClientDocument? = nil) {
        self.id = id
        self.metadata = metadata
        self.document = document
    }

    package var name: DisplayName {
        DisplayName(metadata.name, fallback: document?.url.host ?? "An application without a name")
    }

    /// The host that vouches for an answer sent to this redirect: the one that serves the client's document, where the answer goes to that very
    /// origin. Whoever listens on a loopback port, or has claimed an app's scheme, may present anybody's document.
    package func verifiedHost(at redirect: ValidatedRedirectURI) -> String? {
        guard let url = document?.url, redirect.url.scheme == "https", redirect.url.origin == url.origin else { return nil }
        return url.host
    }
}

/// Registers clients without writing anything: an id describes its client under a MAC.
///
/// `dbi_<key id>.<base64url of canonical JSON>.<base64url of the MAC>`. The same metadata of a public client gives the same id; an id with a secret
/// carries a nonce, and its secret is a MAC of the id under a key of its own.
package struct ClientDirectory: Sendable {
    private static let prefix = "dbi_"
    /// Ids travel in URLs.
    private static let maximumLength = 1024

    let keyring: Keyring
    private let redirects: RedirectURI.Policy
    /// The clients whose id is a URL; `nil` where there are none.
    let documents: ClientDocuments?
    private let rows: @Sendable (ClientID) throws(StoreFailure) -> ClientRow?

    /// - Parameter rows: what the store keeps of a client; it wins over the id.
    package init(
        keyring: Keyring, redirects: RedirectURI.Policy, documents: ClientDocuments? = nil,
        rows: @escaping @Sendable (ClientID) throws(StoreFailure) -> ClientRow? = { _ in nil }
    ) {
        self.keyring = keyring
        self.redirects = redirects
        self.documents = documents
        self.rows = rows
    }

    /// - Returns: the client and, for one that is to prove itself, its secret.
    package func register(_ metadata: ClientMetadata) throws(Rejection) -> (client: Client, secret: Secret?) {
        var members = Self.members(metadata)
        if metadata.authMethod.hasSecret { members.append(.init(key: "x", value: .string(Base64URL.encode(Random.bytes(16))))) }
        let payload = Base64URL.encode(JSON.object(JSONObject(members)).canonical.serialized)
        guard let key = try? keyring.active(.clientID) else { throw .keyMissing }
        let body = Self.prefix + key.id.text + "." + payload
        let id = body + "." + Base64URL.encode(mac(body, key))
        guard id.utf8.count <= Self.maximumLength else { throw .clientMetadataTooLong }
        let client = Client(id: ClientID(id), metadata: metadata)
        return (client, metadata.authMethod.hasSecret ? try secret(of: client.id) : nil)
    }

    /// The client that an id describes, whatever became of it since; `nil` for anything that was not made here.
    package func client(_ id: ClientID) -> Client? {
        guard id.text.utf8.count <= Self.maximumLength, id.text.hasPrefix(Self.prefix) else { return nil }
        let parts = id.text.dropFirst(Self.prefix.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let key = try? keyring.key(KeyID(String(parts[0])), for: .clientID), let given = Base64URL.decode(parts[2]),
            constantTimeEqual(given, mac(Self.prefix + parts[0] + "." + parts[1], key)), let payload = Base64URL.decode(parts[1]),
            let metadata = metadata(payload)
        else { return nil }
        return Client(id: id, metadata: metadata)
    }

    /// The client as it is now: its row, where there is one, wins over its id. The document of one whose id is a URL is fetched.
    /// - Throws: `unknownClient`, also for one that was deleted; `clientBlocked`; `clientDocument`.
    package func current(_ id: ClientID) async throws(Rejection) -> Client {
        if ClientDocument.isURL(id), let documents {
            // A blocked client's host is left alone.
            if let row = try row(id), case .blocked = row.state { throw .clientBlocked }
            let described: Client
            do { described = try await documents.client(id) } catch { throw .clientDocument(error) }
            return try inForce(described, usedHeader: false)
        }
        guard let described = client(id) else { throw .unknownClient(usedHeader: false) }
        return try inForce(described, usedHeader: false)
    }

    /// What the store keeps of a client.
    func row(_ id: ClientID) throws(Rejection) -> ClientRow? {
        do { return try rows(id) } catch { throw .store(error) }
    }

    /// What an id or a document says of a client, as its row leaves it.
    func inForce(_ described: Client, usedHeader: Bool) throws(Rejection) -> Client {
        guard let row = try row(described.id) else { return described }
        switch row.state {
        case .blocked: throw .clientBlocked
        case .deleted: throw .unknownClient(usedHeader: usedHeader)
        case .active: break
        }
        // A document speaks for itself; its row only remembers what was approved.
        guard !ClientDocument.isURL(described.id), let replacement = row.replacement else { return described }
        guard let metadata = metadata(Array(replacement.utf8)) else { throw .unknownClient(usedHeader: usedHeader) }
        return Client(id: described.id, metadata: metadata)
    }

    /// The row of a client that somebody approves. A document may be out of reach later, so what it says of the client is noted.
    func rowAtApproval(of client: Client, at now: UnixTime) -> ClientRow {
        let approved = client.document.map { _ in JSON.object(JSONObject(Self.members(client.metadata))).canonical.text }
        return ClientRow(id: client.id, createdAt: now, replacement: approved)
    }

    /// What was noted of a document when it was first approved.
    func approvedMetadata(_ row: ClientRow) -> ClientMetadata? { row.replacement.flatMap { metadata(Array($0.utf8)) } }

    /// How metadata is written in ids and rows.
    static func members(_ metadata: ClientMetadata) -> [JSONObject.Member] {
        let members: [JSONObject.Member] = [
            .init(key: "r", value: .strings(metadata.redirectURIs.map(\.text))),
            .init(key: "m", value: .string(metadata.authMethod.rawValue)),
        ]
        return members + (metadata.name.map { [.init(key: "n", value: .string($0))] } ?? [])
    }

    private func metadata(_ json: [UInt8]) -> ClientMetadata? {
        guard let document = try? JSON.parse(json), let texts = document["r"]?.strings,
            let method = document["m"]?.string.flatMap(TokenEndpointAuthMethod.init)
        else { return nil }
        let uris = texts.compactMap { try? RedirectURI(registering: $0, policy: redirects) }
        guard uris.count == texts.count else { return nil }
        return ClientMetadata(redirectURIs: uris, authMethod: method, name: document["n"]?.string)
    }

    func secret(of id: ClientID) throws(Rejection) -> Secret {
        guard let key = try? keyring.active(.clientSecret) else { throw .keyMissing }
        return Secret("dbs_" + Base64URL.encode(KeyedHash.hash(Array(id.text.utf8), key: key.value)))
    }

    private func mac(_ body: String, _ key: Keyring.Key) -> [UInt8] {
        var message = ByteWriter(purpose: "drawbridge client id v1")
        message.append(keyring.deployment.text)
        message.append(body)
        return KeyedHash.hash(message.bytes, key: key.value)
    }
}
