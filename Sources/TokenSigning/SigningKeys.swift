package import AuthorizationServer
import Primitives
package import Vault

/// The signing keys of a deployment: which one signs, which ones verify, and how one takes the place of another.
package struct SigningKeys: Sendable {
    /// How long clients may keep the key set (its `Cache-Control`), in seconds.
    private static let publication: Int64 = 300

    private let keyring: Keyring
    private let store: any AuthorizationStore
    /// How long a replaced key still verifies, in seconds: until the last token that it signed has expired.
    private let overlap: Int64

    package init(keyring: Keyring, store: any AuthorizationStore, lifetimes: Lifetimes) {
        self.keyring = keyring
        self.store = store
        overlap = max(lifetimes.accessToken + lifetimes.leeway, Self.publication)
    }

    /// What the settings say of signing.
    package struct Choice: Sendable {
        package let algorithm: JWSAlgorithm?
        package let own: SigningKeyPair?

        /// - Parameters:
        ///   - algorithm: `nil`: that of the key that is there, else EdDSA. An own key has one anyway.
        ///   - own: a key that the operator keeps; `nil` for one that is made here.
        package init(algorithm: JWSAlgorithm? = nil, own: SigningKeyPair? = nil) {
            self.algorithm = own?.algorithm ?? algorithm
            self.own = own
        }
    }

    private var active: SigningKey? { keyring.signingKeys.first { $0.state == .active } }

    /// The signer that the settings ask for. Where another key signed until now, the right one takes its place first.
    package func signer(_ choice: Choice) async throws -> TokenSigner {
        if let own = choice.own {
            if active?.id != own.publicKey.thumbprint { try await adopt(own.publicKey) }
        } else if active.map({ $0.form.isPublicOnly || $0.form.algorithm != choice.algorithm ?? $0.form.algorithm }) ?? true {
            // A key that the operator no longer gives must not sign any more, and could not: only its public half is here.
            try await rotate(to: choice.algorithm ?? active?.form.algorithm ?? .edDSA)
        }
        return try Self.signer(keyring, own: choice.own)
    }

    /// Makes a new key, which signs from now on. Its predecessor verifies until its tokens have expired.
    @discardableResult
    package func rotate(to algorithm: JWSAlgorithm? = nil) async throws -> KeyID {
        let pair = try SigningKeyPair.generate(algorithm ?? active?.form.algorithm ?? .edDSA)
        let record = keyring.makeSigningRecord(SigningKeyForm(pair.algorithm), material: pair.material, at: try store.time())
        try await add(record)
        return record.id
    }

    /// Erases a key at once. Tokens that it signed are dead with it; their clients refresh.
    /// - Returns: whether there was such a key that may go. The one that signs may not: another has to take its place first.
    package func erase(_ id: KeyID) async throws -> Bool {
        guard keyring.signingKeys.contains(where: { $0.id == id && $0.state != .active }) else { return false }
        try await store.record([AuditEvent(.signingKeyErased, detail: id.text)])
        try await store.eraseKeys([id])
        keyring.erase([id])
        return true
    }

    private func adopt(_ key: VerificationKey) async throws {
        let form = SigningKeyForm(key.algorithm, isPublicOnly: true)
        try await add(keyring.makeSigningRecord(form, material: key.material, id: key.thumbprint, at: try store.time()))
    }

    private func add(_ record: KeyRecord) async throws {
        let end = record.createdAt + overlap
        // The first key of a deployment comes with it; only a change is an event.
        if !keyring.signingKeys.isEmpty {
            try await store.record([AuditEvent(.signingKeyAdded, detail: "\(record.id.text) \(record.form?.text ?? "")")])
        }
        try await store.addKey(record, erasingPredecessorAt: end)
        try keyring.add(record, erasingPredecessorAt: end)
    }

    /// A signer over all signing keys of the ring: the active one signs, the others verify what they signed.
    private static func signer(_ keyring: Keyring, own: SigningKeyPair?) throws(SigningKeyFailure) -> TokenSigner {
        guard let active = keyring.signingKeys.first, active.state == .active else { throw .missing }
        let pair: SigningKeyPair
        if active.form.isPublicOnly {
            guard let own, own.publicKey.thumbprint == active.id else { throw .missing }
            pair = own
        } else {
            pair = try SigningKeyPair(active.form.algorithm, material: active.material)
        }
        var others: [TokenKey] = []
        for key in keyring.signingKeys.dropFirst() { others.append(tokenKey(key.id, try publicKey(of: key))) }
        return TokenSigner(
            signing: tokenKey(active.id, pair.publicKey), signature: { try pair.signature(over: $0) }, others: others)
    }

    private static func publicKey(of key: SigningKey) throws(SigningKeyFailure) -> VerificationKey {
        key.form.isPublicOnly
            ? try VerificationKey(key.form.algorithm, material: key.material)
            : try SigningKeyPair(key.form.algorithm, material: key.material).publicKey
    }

    private static func tokenKey(_ id: KeyID, _ key: VerificationKey) -> TokenKey {
        TokenKey(id: id, algorithm: key.algorithm, publicKey: key.published(as: id)) { signature, input in
            key.isSignature(signature, over: input)
        }
    }
}
