import CSodium
package import Primitives

/// An X25519 key pair of a recipient.
package struct BoxKeyPair: Sendable {
    package let publicKey: BoxPublicKey
    package let secretKey: Secret

    package static func random() -> BoxKeyPair {
        Sodium.ready
        var publicKey = [UInt8](repeating: 0, count: BoxPublicKey.size)
        var secretKey = [UInt8](repeating: 0, count: crypto_box_secretkeybytes())
        defer { wipe(&secretKey) }
        crypto_box_keypair(&publicKey, &secretKey)
        return BoxKeyPair(publicKey: BoxPublicKey(exactly: publicKey), secretKey: Secret(secretKey))
    }

    private init(publicKey: BoxPublicKey, secretKey: Secret) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    /// The pair that belongs to a secret key; `nil` unless it has 32 bytes.
    package init?(secretKey: Secret) {
        Sodium.ready
        guard secretKey.count == crypto_box_secretkeybytes() else { return nil }
        var publicKey = [UInt8](repeating: 0, count: BoxPublicKey.size)
        let made = secretKey.withBytes { crypto_scalarmult_base(&publicKey, $0.bytes) }
        guard made == 0 else { return nil }
        self.init(publicKey: BoxPublicKey(exactly: publicKey), secretKey: secretKey)
    }
}

/// The public half: whoever has it can seal to its owner, without any bearer.
package struct BoxPublicKey: Sendable, Equatable {
    package static let size = 32

    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    fileprivate init(exactly bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// Anonymous public-key encryption: X25519, XSalsa20-Poly1305 (`crypto_box_seal`).
package enum SealedBox {
    /// - Throws: `DoesNotOpen` where the public key is no point that anything can be sealed to.
    package static func seal(_ message: Secret, to recipient: BoxPublicKey) throws(DoesNotOpen) -> [UInt8] {
        Sodium.ready
        var box = [UInt8](repeating: 0, count: message.count + crypto_box_sealbytes())
        let result = message.withBytes { crypto_box_seal(&box, $0.bytes, UInt64($0.count), recipient.bytes) }
        guard result == 0 else { throw DoesNotOpen() }
        return box
    }

    package static func open(_ box: [UInt8], with pair: BoxKeyPair) throws(DoesNotOpen) -> Secret {
        Sodium.ready
        guard box.count >= crypto_box_sealbytes() else { throw DoesNotOpen() }
        var message = [UInt8](repeating: 0, count: box.count - crypto_box_sealbytes())
        defer { wipe(&message) }
        let result = pair.secretKey.withBytes { crypto_box_seal_open(&message, box, UInt64(box.count), pair.publicKey.bytes, $0.bytes) }
        guard result == 0 else { throw DoesNotOpen() }
        return Secret(message)
    }
}
