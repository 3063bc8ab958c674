package import OAuth
package import Primitives
import SodiumCrypto
import Vault

/// What a client is told when it registers, and whenever it asks again (RFC 7591 §3.2.1, RFC 7592 §3).
package struct RegisteredClient: Sendable {
    package let client: Client
    /// For clients that are to prove themselves.
    package let secret: Secret?
    /// Where and by what such a client reads and changes its registration; public clients have none, since their id is everybody's.
    package let management: (uri: String, token: Secret)?
}

/// A client that has shown its registration access token. Only `AuthorizationServer.manage` makes one.
package struct ManagedClient: Sendable {
    package let registered: RegisteredClient
    package var id: ClientID { registered.client.id }

    fileprivate init(_ registered: RegisteredClient) {
        self.registered = registered
    }
}

extension ClientDirectory {
    private static let tokenPrefix = "dbm_"

    /// What a row says of its client, or its id does, whatever its state. No document is fetched: the row has what was approved.
    package func described(by row: ClientRow) -> Client? {
        if let metadata = approvedMetadata(row) { return Client(id: row.id, metadata: metadata) }
        return client(row.id)
    }

    /// A MAC of the id: it is as good as the id is old, and nothing has to be stored for it.
    func registrationToken(of id: ClientID) throws(Rejection) -> Secret {
        guard let key = try? keyring.active(.registration) else { throw .keyMissing }
        return registrationToken(of: id, key)
    }

    func isRegistrationToken(_ token: Secret, of id: ClientID) -> Bool {
        keyring.all(.registration).contains { registrationToken(of: id, $0) == token }
    }

    private func registrationToken(of id: ClientID, _ key: Keyring.Key) -> Secret {
        var message = ByteWriter(purpose: "drawbridge registration access token v1")
        message.append(keyring.deployment.text)
        message.append(id.text)
        return Secret(Self.tokenPrefix + Base64URL.encode(KeyedHash.hash(message.bytes, key: key.value)))
    }
}

extension AuthorizationServer {
    /// Registers a client (RFC 7591 §3). Nothing is written.
    /// - Parameter document: the body of the request.
    package func register(_ document: [UInt8]) throws(Rejection) -> RegisteredClient {
        guard configuration.registration.policy != .off else { throw .registrationClosed }
        return try described(try clients.register(try metadata(document)).client)
    }

    /// Lets a client with a secret at its registration (RFC 7592 §2).
    /// - Parameter token: `nil` where none was sent.
    /// - Throws: `registrationTokenInvalid` for everybody else, also for clients that are gone and for public ones.
    package func manage(_ id: ClientID, token: Secret?) async throws(Rejection) -> ManagedClient {
        guard let token, let issued = clients.client(id), issued.metadata.authMethod.hasSecret, clients.isRegistrationToken(token, of: id)
        else { throw .registrationTokenInvalid }
        let client: Client
        do {
            client = try await clients.current(id)
        } catch .unknownClient {
            throw .registrationTokenInvalid
        }
        return ManagedClient(try described(client))
    }

    /// Replaces what a client has said of itself (RFC 7592 §2.2). Its grants go on; a redirect that is gone cannot be used again.
    package func update(_ managed: ManagedClient, with document: [UInt8], caller: Caller) async throws(Rejection) -> RegisteredClient {
        let metadata = try metadata(document)
        try checkIdentity(document, of: managed)
        guard metadata.authMethod.hasSecret else {
            throw .malformed(
                OAuthError(.invalidClientMetadata, "A client with a secret keeps it; register anew for a client without one."))
        }
        let replacement = String(decoding: JSON.object(JSONObject(ClientDirectory.members(metadata))).canonical.serialized, as: UTF8.self)
        let id = managed.id
        let event = AuditEvent(.clientChanged, clientID: id.text, address: caller.address)
        try await changeRow(of: id) { row, _ in
            row.replace(with: replacement)
            return [event]
        }
        return try described(Client(id: id, metadata: metadata))
    }

    /// Makes a client's id void for good and ends its grants (RFC 7592 §2.3).
    package func delete(_ managed: ManagedClient, caller: Caller) async throws(Rejection) {
        let event = AuditEvent(.clientDeleted, clientID: managed.id.text, address: caller.address)
        try await changeRow(of: managed.id, endsGrants: .clientDeleted) { row, now in
            row.delete(at: now)
            return [event]
        }
    }

    private func changeRow(
        of id: ClientID, endsGrants reason: Grant.EndReason? = nil,
        _ change: @escaping @Sendable (inout ClientRow, UnixTime) -> [AuditEvent]
    ) async throws(Rejection) {
        let wasChanged: Bool
        do {
            wasChanged = try await store.updateClient(id) { row, now in
                guard var kept = row, kept.state == .active else { return ClientChange(false) }
                let audit = change(&kept, now)
                row = kept
                return ClientChange(true, endsGrants: reason, audit: audit)
            }
        } catch {
            throw .store(error)
        }
        guard wasChanged else { throw .clientNotKept }
    }

    private func metadata(_ document: [UInt8]) throws(Rejection) -> ClientMetadata {
        let metadata: ClientMetadata
        do {
            metadata = try ClientMetadata(registration: document, policy: configuration.redirects)
        } catch {
            throw .malformed(error)
        }
        try configuration.registration.check(registering: metadata.redirectURIs)
        return metadata
    }

    /// An update is for the client that it names, or it was meant for another one.
    private func checkIdentity(_ document: [UInt8], of managed: ManagedClient) throws(Rejection) {
        guard let named = try? JSON.parse(document, maximumSize: ClientMetadata.maximumDocumentSize, maximumDepth: 16) else { return }
        let isSame = named["client_id"].map { $0.string == managed.id.text } ?? true
        let hasSecret = named["client_secret"].map { $0.string.map { Secret($0) } == managed.registered.secret } ?? true
        guard isSame, hasSecret else {
            throw .malformed(
                OAuthError(.invalidClientMetadata, "client_id and client_secret must be those of this client; they cannot be changed."))
        }
    }

    private func described(_ client: Client) throws(Rejection) -> RegisteredClient {
        guard client.metadata.authMethod.hasSecret else { return RegisteredClient(client: client, secret: nil, management: nil) }
        return RegisteredClient(
            client: client, secret: try clients.secret(of: client.id),
            management: (
                uri: configuration.issuer.text + "/register/" + client.id.text, token: try clients.registrationToken(of: client.id)
            ))
    }
}
