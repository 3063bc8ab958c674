package import OAuth
package import Primitives
package import SodiumCrypto
package import Vault

/// The cookie that binds a browser to its authorization requests: 256 random bits, set once.
package struct BrowserBinding: Sendable, Equatable {
    package let secret: Secret

    package static func new(random: RandomSource = Random.bytes) -> BrowserBinding {
        BrowserBinding(secret: Secret(Base64URL.encode(random(32))))
    }

    private init(secret: Secret) {
        self.secret = secret
    }

    /// `nil` unless it looks like one of ours.
    package init?(cookie: String) {
        guard cookie.utf8.count == 43, Base64URL.decode(cookie)?.count == 32 else { return nil }
        secret = Secret(cookie)
    }
}

/// A valid authorization request on its way through the consent form. It travels sealed; nothing readable or alterable that decides goes along.
package struct AuthorizationTransaction: Sendable, Equatable {
    package let id: ConsentID
    package let client: ClientID
    package let redirectURI: String
    package let state: String?
    package let requested: ScopeSet
    package let challenge: CodeChallenge
    package let resource: ResourceIndicator
    package let expiresAt: UnixTime

    fileprivate var encoded: Secret {
        var fields = ByteWriter(purpose: id.text)
        fields.append(client.text)
        fields.append(redirectURI)
        fields.append(optional: state)
        fields.append(requested.stored)
        fields.append(challenge.text)
        fields.append(resource.text)
        fields.append(expiresAt.seconds)
        return Secret(fields.bytes)
    }

    fileprivate init?(decoding bytes: Secret) {
        var fields = ByteReader(bytes.revealBytes())
        guard let id = fields.text(), let client = fields.text(), let redirect = fields.text(), let state = fields.optionalText(),
            let requested = fields.text(), let challenge = fields.text().flatMap(CodeChallenge.init), let resource = fields.text(),
            let expiry = fields.integer(), fields.isAtEnd
        else { return nil }
        self.init(
            id: ConsentID(id), client: ClientID(client), redirectURI: redirect, state: state, requested: ScopeSet(stored: requested),
            challenge: challenge, resource: ResourceIndicator(stored: resource), expiresAt: UnixTime(expiry))
    }

    package init(
        id: ConsentID, client: ClientID, redirectURI: String, state: String?, requested: ScopeSet, challenge: CodeChallenge,
        resource: ResourceIndicator, expiresAt: UnixTime
    ) {
        self.id = id
        self.client = client
        self.redirectURI = redirectURI
        self.state = state
        self.requested = requested
        self.challenge = challenge
        self.resource = resource
        self.expiresAt = expiresAt
    }
}

/// Seals authorization requests to the browser that they were shown to, and makes the form's CSRF token.
package struct TransactionSealer: Sendable {
    private let keyring: Keyring

    package init(keyring: Keyring) {
        self.keyring = keyring
    }

    package func seal(_ transaction: AuthorizationTransaction, for browser: BrowserBinding) throws(Rejection) -> String {
        guard let key = try? keyring.active(.transaction) else { throw .keyMissing }
        return key.id.text + "." + Base64URL.encode(AEAD.seal(transaction.encoded, key: key.value, associatedData: place(browser, key.id)))
    }

    /// `nil` for anything else than what was sealed here for this browser.
    package func open(_ text: String, for browser: BrowserBinding) -> AuthorizationTransaction? {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2, let sealed = Base64URL.decode(halves[1]),
            let key = try? keyring.key(KeyID(String(halves[0])), for: .transaction),
            let bytes = try? AEAD.open(sealed, key: key.value, associatedData: place(browser, key.id))
        else { return nil }
        return AuthorizationTransaction(decoding: bytes)
    }

    /// A token that only a page made for this browser holds.
    package func csrfToken(for browser: BrowserBinding) throws(Rejection) -> String {
        guard let key = try? keyring.active(.transaction) else { throw .keyMissing }
        return csrf(browser, key)
    }

    package func isCSRFToken(_ text: String, for browser: BrowserBinding) -> Bool {
        keyring.all(.transaction).contains { constantTimeEqual(Array(text.utf8), Array(csrf(browser, $0).utf8)) }
    }

    private func csrf(_ browser: BrowserBinding, _ key: Keyring.Key) -> String {
        var message = ByteWriter(purpose: "drawbridge csrf v1")
        message.append(keyring.deployment.text)
        message.append(browser.secret.revealBytes())
        return Base64URL.encode(KeyedHash.hash(message.bytes, key: key.value))
    }

    private func place(_ browser: BrowserBinding, _ key: KeyID) -> [UInt8] {
        var data = ByteWriter(purpose: "drawbridge authorization request v1")
        data.append(keyring.deployment.text)
        data.append(key.text)
        data.append(browser.secret.revealBytes())
        return data.bytes
    }
}
