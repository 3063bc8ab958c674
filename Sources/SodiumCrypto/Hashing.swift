import CSodium
package import Primitives

/// BLAKE2b (RFC 7693) with a key: MACs of rows and client ids, look-up digests, subjects.
package enum KeyedHash {
    package static let size = 32

    package static func hash(_ message: [UInt8], key: SymmetricKey) -> [UInt8] {
        Sodium.ready
        var digest = [UInt8](repeating: 0, count: size)
        key.withBytes { key in
            _ = crypto_generichash(&digest, size, message, UInt64(message.count), key.bytes, key.count)
        }
        return digest
    }
}

/// Keys made from a bearer: a code, a refresh token, a cookie. Each holds 256 random bits or more, so no password hash is needed.
package enum KeyDerivation {
    /// - Parameter context: says what the key is for. Two contexts give unrelated keys.
    package static func key(from bearer: Secret, context: String) -> SymmetricKey {
        Sodium.ready
        var root = [UInt8](repeating: 0, count: SymmetricKey.size)
        defer { wipe(&root) }
        bearer.withBytes { bearer in
            _ = crypto_generichash(&root, root.count, bearer.bytes, UInt64(bearer.count), nil, 0)
        }
        return SymmetricKey(exactly: KeyedHash.hash(ByteWriter(purpose: context).bytes, key: SymmetricKey(exactly: root)))
    }
}

/// SHA-256 (FIPS 180-4), where a standard asks for it: PKCE (RFC 7636 §4.2), key thumbprints (RFC 7638 §3).
package enum SHA256 {
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        Sodium.ready
        var digest = [UInt8](repeating: 0, count: 32)
        _ = crypto_hash_sha256(&digest, message, UInt64(message.count))
        return digest
    }
}
