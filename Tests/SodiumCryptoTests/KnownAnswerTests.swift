import Primitives
import SodiumCrypto
import TestKit
import Testing

@Suite struct KnownAnswerTests {
    @Test func `SHA-256 gives the digests of the standard`() throws {
        for vector in try Vectors.cases("crypto/sha256.json") {
            #expect(SHA256.hash(try Vectors.bytes("message", vector)) == (try Vectors.bytes("digest", vector)))
        }
    }

    @Test func `the keyed hash is BLAKE2b of 32 bytes`() throws {
        for vector in try Vectors.cases("crypto/blake2b-keyed.json") {
            let key = try #require(SymmetricKey(Secret(try Vectors.bytes("key", vector))))
            #expect(KeyedHash.hash(try Vectors.bytes("message", vector), key: key) == (try Vectors.bytes("digest", vector)))
        }
    }

    @Test func `keys are derived from bearers as written down, or a new version would lock everybody out`() throws {
        for vector in try Vectors.cases("crypto/key-derivation.json") {
            let context = try #require(vector["context"]?.string)
            let key = KeyDerivation.key(from: Secret(try Vectors.bytes("bearer", vector)), context: context)
            #expect(key.reveal().revealBytes() == (try Vectors.bytes("key", vector)))
        }
    }

    @Test func `the AEAD opens the box of the draft`() throws {
        for vector in try Vectors.cases("crypto/xchacha20-poly1305.json") {
            let key = try #require(SymmetricKey(Secret(try Vectors.bytes("key", vector))))
            let opened = try AEAD.open(
                try Vectors.bytes("box", vector), key: key, associatedData: try Vectors.bytes("associatedData", vector))
            #expect(opened.revealBytes() == (try Vectors.bytes("plaintext", vector)))
        }
    }
}
