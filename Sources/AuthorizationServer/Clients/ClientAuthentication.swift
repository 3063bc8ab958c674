package import OAuth
import Primitives

/// A client that has proven itself as its registration or its document demands. Only `ClientDirectory.authenticate` makes one.
package struct AuthenticatedClient: Sendable {
    package let client: Client
    package var id: ClientID { client.id }

    fileprivate init(_ client: Client) {
        self.client = client
    }
}

extension ClientDirectory {
    /// Lets a client prove itself (RFC 6749 §2.3, RFC 7523 §2.2). What became of it since is judged once it has.
    ///
    /// A secret is accepted in the body or the header, whichever was registered. An assertion that is sent is always verified, so a client
    /// without keys cannot send one.
    package func authenticate(_ credentials: ClientCredentials) async throws(Rejection) -> AuthenticatedClient {
        let id = ClientID(credentials.clientID)
        let client = try await ClientDocument.isURL(id) ? documentClient(id, credentials) : registeredClient(id, credentials)
        switch client.metadata.authMethod {
        case .none:
            guard credentials.secrets.isEmpty else { throw .wrongClientSecret(usedHeader: credentials.usedHeader) }
            guard credentials.assertion == nil else { throw .badClientAssertion(.noKey) }
        case .clientSecretPost, .clientSecretBasic:
            guard credentials.assertion == nil else { throw .badClientAssertion(.noKey) }
            guard credentials.secrets.contains(try secret(of: id)) else {
                throw .wrongClientSecret(usedHeader: credentials.usedHeader)
            }
        case .privateKeyJWT:
            guard let documents, let assertion = credentials.assertion else {
                throw .wrongClientSecret(usedHeader: credentials.usedHeader)
            }
            try await documents.verify(assertion, of: client)
        }
        return AuthenticatedClient(try inForce(client, usedHeader: credentials.usedHeader))
    }

    private func registeredClient(_ id: ClientID, _ credentials: ClientCredentials) throws(Rejection) -> Client {
        guard let client = client(id) else { throw .unknownClient(usedHeader: credentials.usedHeader) }
        return client
    }

    /// The client of a document, as the document says now.
    ///
    /// One that nobody ever approved holds nothing here, so for it nothing is fetched. Where the document cannot be had, a client that proved
    /// itself by nothing when it was approved goes on by its refresh token alone: the document would add no proof. One with keys has to wait,
    /// or whoever stole a refresh token could do without the key by keeping the document away.
    private func documentClient(_ id: ClientID, _ credentials: ClientCredentials) async throws(Rejection) -> Client {
        guard let documents, let row = try row(id) else { throw .unknownClient(usedHeader: credentials.usedHeader) }
        // A blocked client's host is left alone.
        if case .blocked = row.state { throw .clientBlocked }
        do {
            return try await documents.client(id)
        } catch {
            guard let approved = approvedMetadata(row), approved.authMethod == .none else { throw .clientDocument(error) }
            return Client(id: id, metadata: approved)
        }
    }
}
