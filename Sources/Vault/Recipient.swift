import Primitives
import SodiumCrypto

/// Whom an envelope is addressed to.
package struct RecipientName: Sendable, Equatable {
    package enum Role: String, Sendable {
        case grant
        case session
    }

    package let role: Role
    package let id: String

    package init(role: Role, id: String) {
        self.role = role
        self.id = id
    }
}

/// An entry's data key, sealed to a recipient's public key (the first lock) and wrapped under the key-encryption key (the second).
///
/// Opening it takes the recipient's secret key, which only a live bearer unlocks, and the keyring. The second lock can be renewed without
/// any bearer.
package struct RecipientEnvelope: Sendable, Equatable {
    package let keyID: KeyID
    package let wrapped: [UInt8]

    package init(keyID: KeyID, wrapped: [UInt8]) {
        self.keyID = keyID
        self.wrapped = wrapped
    }

    static func seal(
        _ dataKey: DataKey, to publicKey: BoxPublicKey, of recipient: RecipientName, entry: EntryID, keyring: Keyring
    ) throws(DoesNotOpen) -> RecipientEnvelope {
        let inner = try SealedBox.seal(dataKey.value.reveal(), to: publicKey)
        let lock = try keyring.active(.keyEncryption)
        let place = place(recipient, entry, lock.id, keyring.deployment)
        return RecipientEnvelope(keyID: lock.id, wrapped: AEAD.seal(Secret(inner), key: lock.value, associatedData: place))
    }

    func open(with secretKey: Secret, of recipient: RecipientName, entry: EntryID, keyring: Keyring) throws(DoesNotOpen) -> DataKey {
        let lock = try keyring.key(keyID, for: .keyEncryption)
        let place = Self.place(recipient, entry, lock.id, keyring.deployment)
        let inner = try AEAD.open(wrapped, key: lock.value, associatedData: place)
        guard let pair = BoxKeyPair(secretKey: secretKey) else { throw DoesNotOpen() }
        guard let key = SymmetricKey(try SealedBox.open(inner.revealBytes(), with: pair)) else { throw DoesNotOpen() }
        return DataKey(value: key)
    }

    private static func place(_ recipient: RecipientName, _ entry: EntryID, _ key: KeyID, _ deployment: DeploymentID) -> [UInt8] {
        var data = ByteWriter(purpose: "drawbridge recipient envelope v1")
        data.append(deployment.text)
        data.append(recipient.role.rawValue)
        data.append(recipient.id)
        data.append(entry.text)
        data.append(key.text)
        return data.bytes
    }
}
