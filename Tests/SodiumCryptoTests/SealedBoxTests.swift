import Primitives
import SodiumCrypto
import Testing

@Suite struct SealedBoxTests {
    private let pair = BoxKeyPair.random()

    @Test(arguments: [0, 1, 32, 1000])
    func `whoever has the public key seals, and the owner of the secret key opens`(size: Int) throws {
        let message = Random.secret(size)
        let box = try SealedBox.seal(message, to: pair.publicKey)
        #expect(try SealedBox.open(box, with: pair) == message)
    }

    @Test func `somebody else opens nothing`() throws {
        let box = try SealedBox.seal(Secret("key"), to: pair.publicKey)
        #expect(throws: DoesNotOpen()) { try SealedBox.open(box, with: .random()) }
    }

    @Test func `flipped or cut short, a box does not open`() throws {
        let box = try SealedBox.seal(Random.secret(32), to: pair.publicKey)
        for index in box.indices {
            var flipped = box
            flipped[index] ^= 1
            #expect(throws: DoesNotOpen()) { try SealedBox.open(flipped, with: pair) }
            #expect(throws: DoesNotOpen()) { try SealedBox.open(Array(box[..<index]), with: pair) }
        }
    }

    @Test func `the public key follows from the secret key`() {
        #expect(BoxKeyPair(secretKey: pair.secretKey)?.publicKey == pair.publicKey)
    }

    @Test(arguments: [0, 31, 33])
    func `keys of another size are none`(size: Int) {
        #expect(BoxKeyPair(secretKey: Random.secret(size))?.publicKey == nil)
        #expect(BoxPublicKey(Random.bytes(size)) == nil)
        #expect(SymmetricKey(Random.secret(size))?.reveal() == nil)
    }

    @Test func `nothing is sealed to a point of small order, from which anybody could open it`() throws {
        let zero = try #require(BoxPublicKey([UInt8](repeating: 0, count: 32)))
        #expect(throws: DoesNotOpen()) { try SealedBox.seal(Secret("key"), to: zero) }
    }
}
