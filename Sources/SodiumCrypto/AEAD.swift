import CSodium
package import Primitives

/// XChaCha20-Poly1305 with a random nonce in front: 24 bytes nonce, ciphertext, 16 bytes tag.
///
/// The nonce is long enough to be drawn at random for every message (draft-irtf-cfrg-xchacha-03 §1). What the ciphertext belongs to is said
/// in the associated data, so that it opens in its own place only.
package enum AEAD {
    package static func seal(_ plaintext: Secret, key: SymmetricKey, associatedData: [UInt8]) -> [UInt8] {
        Sodium.ready
        let nonce = Random.bytes(crypto_aead_xchacha20poly1305_ietf_npubbytes())
        let overhead = crypto_aead_xchacha20poly1305_ietf_abytes()
        var sealed = [UInt8](repeating: 0, count: plaintext.count + overhead)
        var length: UInt64 = 0
        key.withBytes { key in
            plaintext.withBytes { plaintext in
                _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                    &sealed, &length, plaintext.bytes, UInt64(plaintext.count), associatedData, UInt64(associatedData.count), nil, nonce,
                    key.bytes)
            }
        }
        return nonce + sealed
    }

    package static func open(_ box: [UInt8], key: SymmetricKey, associatedData: [UInt8]) throws(DoesNotOpen) -> Secret {
        Sodium.ready
        let nonceSize = crypto_aead_xchacha20poly1305_ietf_npubbytes()
        guard box.count >= nonceSize + crypto_aead_xchacha20poly1305_ietf_abytes() else { throw DoesNotOpen() }
        var length: UInt64 = 0
        var plaintext = [UInt8](repeating: 0, count: box.count - nonceSize - crypto_aead_xchacha20poly1305_ietf_abytes())
        defer { wipe(&plaintext) }
        let nonce = Array(box[..<nonceSize])
        let sealed = Array(box[nonceSize...])
        let result = key.withBytes { key in
            crypto_aead_xchacha20poly1305_ietf_decrypt(
                &plaintext, &length, nil, sealed, UInt64(sealed.count), associatedData, UInt64(associatedData.count), nonce, key.bytes)
        }
        guard result == 0 else { throw DoesNotOpen() }
        return Secret(plaintext)
    }
}

extension UnsafeRawBufferPointer {
    /// As libsodium wants it. The buffers lent by `Secret` and guarded memory are allocated also when they are empty.
    var bytes: UnsafePointer<UInt8> { baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self) }
}

func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
}
