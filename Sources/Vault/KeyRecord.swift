package import Primitives
package import SodiumCrypto

/// A key of the ring as the store keeps it: sealed under the master key.
package struct KeyRecord: Sendable, Equatable {
    package let id: KeyID
    package let purpose: KeyPurpose
    /// Of a signing key, always; `nil` for the 32 random bytes of every other purpose.
    package let form: SigningKeyForm?
    package var state: KeyState
    package let createdAt: UnixTime
    /// When the key is erased. Claim keys know it from the start, signing keys from the moment in which another one takes their place.
    package var eraseAt: UnixTime?
    package let wrapped: [UInt8]

    package init(
        id: KeyID, purpose: KeyPurpose, form: SigningKeyForm? = nil, state: KeyState, createdAt: UnixTime, eraseAt: UnixTime?,
        wrapped: [UInt8]
    ) {
        self.id = id
        self.purpose = purpose
        // Signing keys from before there were others are Ed25519 seeds.
        self.form = purpose == .signing ? form ?? SigningKeyForm(.edDSA) : nil
        self.state = state
        self.createdAt = createdAt
        self.eraseAt = eraseAt
        self.wrapped = wrapped
    }
}

/// The key of keys. It comes from outside the database and opens nothing but the keyring.
package struct MasterKey: Sendable {
    private let key: SymmetricKey

    /// `nil` unless there are exactly 32 bytes.
    package init?(_ secret: Secret) {
        guard let key = SymmetricKey(secret) else { return nil }
        self.key = key.guarded()
    }

    /// Whether the key lies in memory that is never swapped out.
    package var isLocked: Bool { key.isLocked }

    /// A value by which a wrong master key is noticed before anything is written.
    package func check(for deployment: DeploymentID) -> [UInt8] {
        AEAD.seal(Secret("drawbridge"), key: key, associatedData: Self.checkData(deployment))
    }

    package func matches(_ check: [UInt8], for deployment: DeploymentID) -> Bool {
        (try? AEAD.open(check, key: key, associatedData: Self.checkData(deployment))) != nil
    }

    package func wrap(
        _ secret: Secret, id: KeyID, purpose: KeyPurpose, form: SigningKeyForm? = nil, deployment: DeploymentID
    ) -> [UInt8] {
        AEAD.seal(secret, key: key, associatedData: Self.keyData(id, purpose, form, deployment))
    }

    package func unwrap(_ record: KeyRecord, deployment: DeploymentID) throws(DoesNotOpen) -> Secret {
        try AEAD.open(record.wrapped, key: key, associatedData: Self.keyData(record.id, record.purpose, record.form, deployment))
    }

    private static func checkData(_ deployment: DeploymentID) -> [UInt8] {
        var data = ByteWriter(purpose: "drawbridge master key check v1")
        data.append(deployment.text)
        return data.bytes
    }

    private static func keyData(_ id: KeyID, _ purpose: KeyPurpose, _ form: SigningKeyForm?, _ deployment: DeploymentID) -> [UInt8] {
        var data = ByteWriter(purpose: "drawbridge keyring v1")
        data.append(deployment.text)
        data.append(id.text)
        data.append(purpose.rawValue)
        // Ed25519 pairs were there before there were forms, and are sealed without one.
        if let form, form != SigningKeyForm(.edDSA) { data.append(form.text) }
        return data.bytes
    }
}
