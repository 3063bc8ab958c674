import Primitives
import Testing

struct SecretTests {
    private static let canary = "dbr_canary-7Hq2"
    private struct Holder {
        let name = "holder"
        let secret: Secret
        let maybe: Secret?
    }
    private enum Wrapped {
        case one(Secret)
    }

    private static func dumped(_ value: Any) -> String {
        var output = ""
        dump(value, to: &output)
        return output
    }

    @Test func `no way of printing shows it`() {
        let secret = Secret(Self.canary)
        let holder = Holder(secret: secret, maybe: secret)
        let values: [Any] = [
            secret, Optional(secret) as Any, [secret], ["key": secret], (secret, 1), holder, Wrapped.one(secret), AnySendable(secret),
        ]
        for value in values {
            let shown = ["\(value)", String(describing: value), String(reflecting: value), Self.dumped(value), Self.mirrored(value)]
            for text in shown {
                #expect(!text.contains("canary"))
                #expect(!text.contains("7Hq2"))
                #expect(!text.contains(Hex.encode(Array("canary".utf8))))
            }
        }
        #expect("\(secret)" == "[redacted]")
        #expect(String(reflecting: secret) == "[redacted]")
        #expect(secret.description + secret.debugDescription == "[redacted][redacted]")
        #expect(Self.dumped(secret).contains("[redacted]"))
        #expect("\([secret])" == "[[redacted]]")
    }

    private struct AnySendable {
        let value: any Sendable
        init(_ value: any Sendable) { self.value = value }
    }

    /// Everything that reflection finds, all the way down.
    private static func mirrored(_ value: Any) -> String {
        let mirror = Mirror(reflecting: value)
        return "\(mirror) " + mirror.children.map { "\($0.label ?? ""): \($0.value) \(mirrored($0.value))" }.joined(separator: ", ")
    }

    @Test func `reflection finds nothing inside`() {
        #expect(Mirror(reflecting: Secret(Self.canary)).children.isEmpty)
    }

    @Test func `it is not Codable and has no other way out`() {
        let secret: Any = Secret(Self.canary)
        #expect(!(secret is any Encodable))
        #expect(!(secret is any Decodable))
        #expect(!(secret is any LosslessStringConvertible))
        #expect(!(secret is any TextOutputStreamable))
        #expect(!(secret is any Sequence))
    }

    @Test func `reading it is possible, and visibly so`() {
        let secret = Secret(Self.canary)
        #expect(secret.reveal() == Self.canary)
        #expect(secret.revealBytes() == Array(Self.canary.utf8))
        #expect(secret.withBytes { Array($0) } == Array(Self.canary.utf8))
        #expect(secret.count == Self.canary.utf8.count)
        #expect(!secret.isEmpty)
    }

    @Test func `an error passes through the lending`() {
        struct Failure: Error {}
        #expect(throws: Failure.self) { try Secret("a").withBytes { _ in throw Failure() } }
    }

    @Test func `nothing is a secret too`() {
        #expect(Secret("").isEmpty)
        #expect(Secret([UInt8]()).withBytes { $0.count } == 0)
        #expect(Secret("") == Secret([UInt8]()))
    }

    @Test func `a copy outlives the first holder`() {
        var first: Secret? = Secret(Self.canary)
        let second = first
        first = nil
        #expect(second?.reveal() == Self.canary)
    }

    @Test func `bytes that are not UTF-8 are kept as they are`() {
        #expect(Secret([0xFF, 0x00, 0xC3]).revealBytes() == [0xFF, 0x00, 0xC3])
        #expect(Secret([0x61, 0xFF]).reveal() == "a\u{FFFD}")
    }

    @Test func `secrets are equal by their bytes, and any one bit makes a difference`() {
        #expect(Secret(Self.canary) == Secret(Array(Self.canary.utf8)))
        #expect(Secret("\u{E9}") != Secret("e\u{301}"))
        #expect(Secret("a") != Secret("aa"))
        let bytes = Array(Self.canary.utf8)
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                #expect(Secret(bytes) != Secret(changed))
                #expect(!constantTimeEqual(bytes, changed))
            }
        }
        #expect(constantTimeEqual(bytes, bytes))
        #expect(!constantTimeEqual(bytes, bytes.dropLast()))
        #expect(constantTimeEqual([], []))
    }
}
