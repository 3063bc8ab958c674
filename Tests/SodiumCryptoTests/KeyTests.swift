import Primitives
import SodiumCrypto
import Testing

@Suite struct KeyTests {
    @Test func `a key never prints`() throws {
        let bytes = [UInt8](repeating: 0x41, count: 32)
        let key = try #require(SymmetricKey(Secret(bytes)))
        for key in [key, key.guarded()] {
            var dumped = ""
            dump(key, to: &dumped)
            for text in ["\(key)", String(reflecting: key), String(describing: [key]), dumped, "\(Mirror(reflecting: key).children.count)"]
            {
                #expect(!text.contains("AAAA"))
                #expect(!text.contains("65, 65"))
                #expect(!text.contains("0x"))
            }
            #expect("\(key)" == "[redacted]")
        }
    }

    @Test func `guarded memory holds the same key, and is locked where the system lets it be`() {
        let key = SymmetricKey.random()
        let guarded = key.guarded()
        #expect(guarded.reveal() == key.reveal())
        #expect(guarded.guarded().reveal() == key.reveal())
        #expect(!key.isLocked)
        let box = AEAD.seal(Secret("x"), key: guarded, associatedData: [])
        #expect((try? AEAD.open(box, key: key, associatedData: [])) == Secret("x"))
    }

    @Test func `random keys and bytes do not repeat`() {
        let keys = Set((0..<200).map { _ in SymmetricKey.random().reveal().revealBytes() })
        #expect(keys.count == 200)
        #expect(Random.bytes(0).isEmpty)
        #expect(Random.secret(24).count == 24)
    }

    @Test func `keys of two contexts, and of two bearers, are unrelated`() {
        let contexts = ["a", "b", "", "ab", "a\u{0}"]
        let bearers = [Secret("bearer"), Secret("bearer "), Secret("")]
        let keys = bearers.flatMap { bearer in contexts.map { KeyDerivation.key(from: bearer, context: $0).reveal().revealBytes() } }
        #expect(Set(keys).count == keys.count)
        for (one, other) in zip(keys, keys.dropFirst()) {
            // 256 bits that have nothing to do with each other differ in about 128.
            #expect(zip(one, other).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount } > 60)
        }
    }

    @Test func `the keyed hash depends on every bit of its key`() throws {
        let bytes = Random.bytes(32)
        let digest = KeyedHash.hash([1, 2, 3], key: try #require(SymmetricKey(Secret(bytes))))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(KeyedHash.hash([1, 2, 3], key: try #require(SymmetricKey(Secret(other)))) != digest)
        }
    }
}
