package import OAuth
package import Primitives

/// What clients of metadata documents need from outside.
package struct ClientDocumentPorts: Sendable {
    package let source: DocumentSource
    /// Whether the signature of a compact JWS was made by this public key with this algorithm. What the header says has been checked before.
    package let isSigned: @Sendable (_ token: String, _ key: JSON, _ algorithm: String) async -> Bool

    package init(
        source: @escaping DocumentSource, isSigned: @escaping @Sendable (_ token: String, _ key: JSON, _ algorithm: String) async -> Bool
    ) {
        self.source = source
        self.isSigned = isSigned
    }
}

/// The clients whose id is the URL of a document. Nothing is kept but in memory: after a restart every document is fetched anew.
package struct ClientDocuments: Sendable {
    private let documents: DocumentCache<ClientDocument>
    private let keySets: DocumentCache<[JSON]>
    private let used = UsedAssertions()
    private let ports: ClientDocumentPorts
    private let audiences: Set<String>
    private let leeway: Int64
    private let now: @Sendable () -> UnixTime

    package init(ports: ClientDocumentPorts, configuration: Configuration, now: @escaping @Sendable () -> UnixTime) {
        self.ports = ports
        self.now = now
        leeway = configuration.lifetimes.leeway
        // RFC 7523 §3: its issuer, or the endpoint that the assertion is sent to.
        let issuer = configuration.issuer.text
        audiences = [issuer, issuer + "/token", issuer + "/oauth/token"]
        let redirects = configuration.redirects
        let budget = FetchBudget()
        documents = DocumentCache(maximumSize: ClientDocument.maximumSize, source: ports.source, budget: budget, now: now) {
            url, body throws(DocumentFailure) in
            try ClientDocument(url: url, body: body, policy: redirects)
        }
        keySets = DocumentCache(maximumSize: ClientDocument.maximumKeySetSize, source: ports.source, budget: budget, now: now) {
            _, body throws(DocumentFailure) in
            try ClientDocument.keySet(body: body)
        }
    }

    /// The client that a document describes now, or described when it was fetched, if it may still be kept.
    package func client(_ id: ClientID) async throws(DocumentFailure) -> Client {
        guard let url = ClientDocument.url(id) else { throw .badURL }
        let document = try await documents.value(at: url).get()
        return Client(id: id, metadata: document.metadata, document: document)
    }

    /// Verifies an assertion (RFC 7523 §3). One that was good is used up.
    package func verify(_ secret: Secret, of client: Client) async throws(Rejection) {
        do throws(ClientAssertion.Failure) {
            let assertion = try ClientAssertion(secret)
            try assertion.check(client: client.id, audiences: audiences, at: now(), leeway: leeway)
            try await verifySignature(assertion, client)
            try used.use(assertion, of: client.id, until: assertion.expiry + leeway, at: now())
        } catch {
            throw .badClientAssertion(error)
        }
    }

    private func verifySignature(_ assertion: ClientAssertion, _ client: Client) async throws(ClientAssertion.Failure) {
        var keys = fitting(assertion, try await self.keys(of: client, maximumAge: .max))
        // A key set that was kept may be older than the key that signed.
        if keys.isEmpty { keys = fitting(assertion, try await self.keys(of: client, maximumAge: 30)) }
        guard !keys.isEmpty else { throw .noKey }
        for key in keys where await ports.isSigned(assertion.token, key, assertion.algorithm) { return }
        throw .signature
    }

    private func keys(of client: Client, maximumAge: Int64) async throws(ClientAssertion.Failure) -> [JSON] {
        switch client.document?.keys {
        case .inline(let keys)?: return keys
        case .at(let url)?:
            guard let keys = try? await keySets.value(at: url, maximumAge: maximumAge).get() else { throw .noKey }
            return keys
        case nil: throw .noKey
        }
    }

    /// The keys that may have made this signature: the algorithm is that of the key, and the key is for signatures (RFC 7517 §4).
    private func fitting(_ assertion: ClientAssertion, _ keys: [JSON]) -> [JSON] {
        keys.filter { key in
            let (type, curve): (JSON, JSON?) =
                switch assertion.algorithm {
                case "ES256": ("EC", "P-256")
                case "EdDSA": ("OKP", "Ed25519")
                default: ("RSA", nil)
                }
            guard key["kty"] == type, curve == nil || key["crv"] == curve else { return false }
            guard key["alg"].map({ $0 == .string(assertion.algorithm) }) ?? true, key["use"].map({ $0 == "sig" }) ?? true,
                key["key_ops"].map({ $0.strings?.contains("verify") == true }) ?? true
            else { return false }
            return assertion.keyID.map { key["kid"] == .string($0) } ?? true
        }
    }
}
