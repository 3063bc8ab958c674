package import Primitives
package import SodiumCrypto

/// A key of the ring as the store keeps it: sealed under the master key.
package struct KeyRecord: Sendable, Equatable {
    package let id: KeyID
    package let purpose: KeyPurpose
    package var state: KeyState
    package let createdAt: UnixTime
    /// When the key is erased: claim keys only, and only once they have been replaced.
    package var eraseAt: UnixTime?
    package let wrapped: [UInt8]

    package init(id: KeyID, purpose: KeyPurpose, state: KeyState, createdAt: UnixTime, eraseAt: UnixTime?, wrapped: [UInt8]) {
        self.id = id
        self.purpose = purpose
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

    package func wrap(_ key: SymmetricKey, id: KeyID, purpose: KeyPurpose, deployment: DeploymentID) -> [UInt8] {
        AEAD.seal(key.reveal(), key: self.key, associatedData: Self.keyData(id, purpose, deployment))
    }

    package func unwrap(_ record: KeyRecord, deployment: DeploymentID) throws(DoesNotOpen) -> SymmetricKey {
        let bytes = try AEAD.open(record.wrapped, key: key, associatedData: Self.keyData(record.id, record.purpose, deployment))
        guard let key = SymmetricKey(bytes) else { throw DoesNotOpen() }
        return key
    }

    private static func checkData(_ deployment: DeploymentID) -> [UInt8] {
        var data = ByteWriter(purpose: "drawbridge master key check v1")
        data.append(deployment.text)
        return data.bytes
    }

    private static func keyData(_ id: KeyID, _ purpose: KeyPurpose, _ deployment: DeploymentID) -> [UInt8] {
        var data = ByteWriter(purpose: "drawbridge keyring v1")
        data.append(deployment.text)
        data.append(id.text)
        data.append(purpose.rawValue)
        return data.bytes
    }
}
