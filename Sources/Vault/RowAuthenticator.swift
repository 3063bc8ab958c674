import Primitives
package import SodiumCrypto

/// The seal on a row: which key made it, how often the row was written, and the MAC itself.
package struct RowSeal: Sendable, Equatable {
    package let keyID: KeyID
    package let generation: Int64
    package let mac: [UInt8]

    package init(keyID: KeyID, generation: Int64, mac: [UInt8]) {
        self.keyID = keyID
        self.generation = generation
        self.mac = mac
    }
}

/// Authenticates the rows that decide something, so that a writer to the database who does not hold the keyring cannot make or change one.
/// (He can put back an older row that was valid once; that limit is documented.)
package struct RowAuthenticator: Sendable {
    private let keyring: Keyring

    package init(keyring: Keyring) {
        self.keyring = keyring
    }

    /// - Parameters:
    ///   - row: all deciding columns, the primary key first.
    ///   - generation: one more than the row had.
    package func seal(_ row: [UInt8], table: String, generation: Int64) throws(DoesNotOpen) -> RowSeal {
        let key = try keyring.active(.rowMAC)
        return RowSeal(keyID: key.id, generation: generation, mac: mac(row, table, key, generation))
    }

    package func verifies(_ seal: RowSeal, row: [UInt8], table: String) -> Bool {
        guard let key = try? keyring.key(seal.keyID, for: .rowMAC) else { return false }
        return constantTimeEqual(seal.mac, mac(row, table, key, seal.generation))
    }

    private func mac(_ row: [UInt8], _ table: String, _ key: Keyring.Key, _ generation: Int64) -> [UInt8] {
        var message = ByteWriter(purpose: "drawbridge row v1")
        message.append(keyring.deployment.text)
        message.append(table)
        message.append(key.id.text)
        message.append(generation)
        message.append(row)
        return KeyedHash.hash(message.bytes, key: key.value)
    }
}
