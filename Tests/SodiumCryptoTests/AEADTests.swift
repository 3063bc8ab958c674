import Primitives
import SodiumCrypto
import Testing

@Suite struct AEADTests {
    private let key = SymmetricKey.random()
    private let place = Array("row 7".utf8)

    @Test(arguments: [0, 1, 31, 64, 5000])
    func `what was sealed opens with the same key and the same associated data`(size: Int) throws {
        let message = Random.secret(size)
        let box = AEAD.seal(message, key: key, associatedData: place)
        #expect(box.count == 24 + size + 16)
        #expect(try AEAD.open(box, key: key, associatedData: place) == message)
    }

    @Test func `two boxes of one message differ`() {
        let message = Secret("the same")
        #expect(AEAD.seal(message, key: key, associatedData: []) != AEAD.seal(message, key: key, associatedData: []))
    }

    @Test func `another key opens nothing`() {
        let box = AEAD.seal(Secret("token"), key: key, associatedData: place)
        #expect(throws: DoesNotOpen()) { try AEAD.open(box, key: .random(), associatedData: place) }
    }

    @Test(arguments: ["", "row 8", "row 7 ", "row"])
    func `in another place it does not open`(other: String) {
        let box = AEAD.seal(Secret("token"), key: key, associatedData: place)
        #expect(throws: DoesNotOpen()) { try AEAD.open(box, key: key, associatedData: Array(other.utf8)) }
    }

    @Test func `one flipped bit anywhere and it does not open`() {
        let box = AEAD.seal(Secret("twenty bytes of text"), key: key, associatedData: place)
        for index in box.indices {
            for bit in 0..<8 {
                var flipped = box
                flipped[index] ^= 1 << UInt8(bit)
                #expect(throws: DoesNotOpen()) { try AEAD.open(flipped, key: key, associatedData: place) }
            }
        }
    }

    @Test func `cut short or made longer it does not open`() {
        let box = AEAD.seal(Secret("twenty bytes of text"), key: key, associatedData: place)
        for length in box.indices {
            #expect(throws: DoesNotOpen()) { try AEAD.open(Array(box[..<length]), key: key, associatedData: place) }
        }
        #expect(throws: DoesNotOpen()) { try AEAD.open(box + [0], key: key, associatedData: place) }
    }
}
