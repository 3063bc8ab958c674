import Primitives
import TestKit
import Testing

struct EncodingTests {
    struct Row: Vector {
        let encoding: String
        let why: String
        let text: String
        let hex: String?
        /// Decodes, but is not how it is written here.
        let alternative: Bool?

        var testDescription: String { "\(encoding): \(why)" }
    }

    @Test(arguments: try Vectors.load("encodings.json", as: Row.self))
    func `every value has the spellings of the standard and no other`(_ vector: Row) throws {
        let codec = try #require(Self.codecs[vector.encoding])
        let decoded = codec.decode(vector.text)
        #expect(decoded.map(Hex.encode) == vector.hex)
        if let decoded, vector.alternative != true { #expect(codec.encode(decoded) == vector.text) }
    }

    private struct Codec: Sendable {
        let encode: @Sendable ([UInt8]) -> String
        let decode: @Sendable (String) -> [UInt8]?
    }

    private static let codecs: [String: Codec] = [
        "base64url": Codec(encode: { Base64URL.encode($0) }, decode: { Base64URL.decode($0) }),
        "base64": Codec(encode: { Base64.encode($0) }, decode: { Base64.decode($0) }),
        "hex": Codec(encode: { Hex.encode($0) }, decode: { Hex.decode($0) }),
    ]

    @Test(arguments: ["base64url", "base64", "hex"])
    func `bytes come back`(_ name: String) throws {
        let codec = try #require(Self.codecs[name])
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<3_000 {
            let bytes = generator.bytes(upTo: 50)
            #expect(codec.decode(codec.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: [("base64url", "AZaz09-_="), ("base64", "AQZaz09+/="), ("hex", "0123456789abcdefg")])
    func `no two texts stand for the same bytes, and garbage stops nothing`(_ name: String, _ alphabet: String) throws {
        let codec = try #require(Self.codecs[name])
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<5_000 {
            let text = String(decoding: generator.bytes(upTo: 9, mostlyOf: alphabet), as: UTF8.self)
            guard let bytes = codec.decode(text) else { continue }
            let padded = name == "base64" ? text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4) : text
            #expect(codec.encode(bytes) == (name == "hex" ? text.lowercased() : padded))
        }
    }
}
