package import OAuth
package import Primitives
import SodiumCrypto
package import Vault

/// A registered client: an id and what it stands for.
package struct Client: Sendable, Equatable {
    package let id: ClientID
    package let metadata: ClientMetadata

    package var name: DisplayName { DisplayName(metadata.name, fallback: "An application without a name") }
}

/// A client that has proven itself as its registration demands. Only `ClientDirectory.authenticate` makes one.
package struct AuthenticatedClient: Sendable {
    package let client: Client
    package var id: ClientID { client.id }

    fileprivate init(_ client: Client) {
        self.client = client
    }
}

/// A client as the store keeps it, from its first approval on.
package struct ClientRow: Sendable, Equatable {
    package let id: ClientID
    package let createdAt: UnixTime

    package init(id: ClientID, createdAt: UnixTime) {
        self.id = id
        self.createdAt = createdAt
    }

    package var decidingColumns: [UInt8] {
        var row = ByteWriter(purpose: id.text)
        row.append(createdAt.seconds)
        return row.bytes
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

    private let keyring: Keyring
    private let redirects: RedirectURI.Policy

    package init(keyring: Keyring, redirects: RedirectURI.Policy) {
        self.keyring = keyring
        self.redirects = redirects
    }

    /// - Returns: the client and, for one that is to prove itself, its secret.
    package func register(_ metadata: ClientMetadata) throws(Rejection) -> (client: Client, secret: Secret?) {
        var members: [JSONObject.Member] = [
            .init(key: "r", value: .strings(metadata.redirectURIs.map(\.text))),
            .init(key: "m", value: .string(metadata.authMethod.rawValue)),
        ]
        if let name = metadata.name { members.append(.init(key: "n", value: .string(name))) }
        if metadata.authMethod.hasSecret { members.append(.init(key: "x", value: .string(Base64URL.encode(Random.bytes(16))))) }
        let payload = Base64URL.encode(JSON.object(JSONObject(members)).canonical.serialized)
        guard let key = try? keyring.active(.clientID) else { throw .keyMissing }
        let body = Self.prefix + key.id.text + "." + payload
        let id = body + "." + Base64URL.encode(mac(body, key))
        guard id.utf8.count <= Self.maximumLength else { throw .clientMetadataTooLong }
        let client = Client(id: ClientID(id), metadata: metadata)
        return (client, metadata.authMethod.hasSecret ? try secret(of: client.id) : nil)
    }

    /// The client that an id describes; `nil` for anything that was not made here.
    package func client(_ id: ClientID) -> Client? {
        guard id.text.utf8.count <= Self.maximumLength, id.text.hasPrefix(Self.prefix) else { return nil }
        let parts = id.text.dropFirst(Self.prefix.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let key = try? keyring.key(KeyID(String(parts[0])), for: .clientID), let given = Base64URL.decode(parts[2]),
            constantTimeEqual(given, mac(Self.prefix + parts[0] + "." + parts[1], key)), let payload = Base64URL.decode(parts[1]),
            let document = try? JSON.parse(payload), let texts = document["r"]?.strings,
            let method = document["m"]?.string.flatMap(TokenEndpointAuthMethod.init)
        else { return nil }
        let uris = texts.compactMap { try? RedirectURI(registering: $0, policy: redirects) }
        guard uris.count == texts.count else { return nil }
        return Client(id: id, metadata: ClientMetadata(redirectURIs: uris, authMethod: method, name: document["n"]?.string))
    }

    /// A secret is accepted in the body or the header, whichever was registered.
    package func authenticate(_ credentials: ClientCredentials) throws(Rejection) -> AuthenticatedClient {
        guard let client = client(ClientID(credentials.clientID)) else {
            throw .unknownClient(usedHeader: credentials.usedHeader)
        }
        guard client.metadata.authMethod.hasSecret else {
            guard credentials.secrets.isEmpty else { throw .wrongClientSecret(usedHeader: credentials.usedHeader) }
            return AuthenticatedClient(client)
        }
        let expected = try secret(of: client.id)
        guard credentials.secrets.contains(expected) else { throw .wrongClientSecret(usedHeader: credentials.usedHeader) }
        return AuthenticatedClient(client)
    }

    private func secret(of id: ClientID) throws(Rejection) -> Secret {
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
