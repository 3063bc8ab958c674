import Primitives
import TestKit

extension SeededGenerator {
    /// Bytes that are mostly of an alphabet, so that a parser gets further than the first of them.
    mutating func bytes(upTo count: Int, mostlyOf alphabet: String) -> [UInt8] {
        let letters = Array(alphabet.utf8)
        return (0..<number(0...count)).map { _ in
            number(0...30) == 0 ? UInt8.random(in: 0...255, using: &self) : letters[number(0...letters.count - 1)]
        }
    }

    mutating func text(upTo count: Int, without excluded: Set<Unicode.Scalar> = []) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<number(0...count) {
            let ceiling = [0x7F, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF][number(0...4)]
            if let scalar = Unicode.Scalar(UInt32(number(0...ceiling))), !excluded.contains(scalar) { scalars.append(scalar) }
        }
        return String(scalars)
    }

    mutating func json(depth: Int) -> JSON {
        switch number(0...(depth > 0 ? 7 : 5)) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &self))
        case 3, 4, 5: return .string(text(upTo: 8))
        case 6: return .array((0..<number(0...4)).map { _ in json(depth: depth - 1) })
        default: return .object(JSONObject((0..<number(0...4)).map { _ in .init(key: text(upTo: 3), value: json(depth: depth - 1)) }))
        }
    }
}
