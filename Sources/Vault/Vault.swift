package import Primitives
package import SodiumCrypto

/// Seals pasted credentials and opens them again for a recipient. It keeps nothing: entries and envelopes go to the store, secret keys to bearers.
package struct Vault: Sendable {
    package let keyring: Keyring

    package init(keyring: Keyring) {
        self.keyring = keyring
    }

    /// A credential sealed for its first recipient.
    package struct Sealed: Sendable {
        package let entry: Entry
        package let publicKey: BoxPublicKey
        package let envelope: RecipientEnvelope
        /// The recipient's secret key. To be locked under a bearer at once, and kept nowhere else.
        package let secretKey: Secret
    }

    /// Makes a new entry, and a new recipient of it.
    package func seal(
        _ content: ProvenCredential, upstream: UpstreamID, for recipient: RecipientName, at now: UnixTime
    ) throws(DoesNotOpen) -> Sealed {
        let id = EntryID(Base64URL.encode(Random.bytes(16)))
        let dataKey = DataKey.random()
        let entry = Entry(
            id: id, subject: try keyring.subject(upstream: upstream, origin: content.credential.origin, account: content.account),
            upstream: upstream, createdAt: now,
            sealed: dataKey.seal(content, entry: id, upstream: upstream, deployment: keyring.deployment))
        let pair = BoxKeyPair.random()
        let envelope = try RecipientEnvelope.seal(dataKey, to: pair.publicKey, of: recipient, entry: id, keyring: keyring)
        return Sealed(entry: entry, publicKey: pair.publicKey, envelope: envelope, secretKey: pair.secretKey)
    }

    /// Opens an entry for one of its recipients.
    /// - Parameter origin: where the credential is about to be sent; it opens for the origin that it was pasted for and no other.
    package func open(
        _ entry: Entry, envelope: RecipientEnvelope, secretKey: Secret, of recipient: RecipientName, origin: String
    ) throws(DoesNotOpen) -> ProvenCredential {
        let dataKey = try envelope.open(with: secretKey, of: recipient, entry: entry.id, keyring: keyring)
        let content = try dataKey.open(entry, deployment: keyring.deployment)
        guard content.credential.origin == origin else { throw DoesNotOpen() }
        return content
    }
}
