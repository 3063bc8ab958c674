import Foundation
import Testing

/// The tables of `Tests/Vectors/primitives`, read with Foundation: what is under test has no part in it.
enum Vectors {
    static func load<Row: Vector>(_ file: String, as row: Row.Type = Row.self) throws -> [Row] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let table = folder.appendingPathComponent("Vectors/primitives").appendingPathComponent(file)
        return try JSONDecoder().decode([Row].self, from: Data(contentsOf: table))
    }
}

protocol Vector: Decodable, Sendable, CustomTestStringConvertible {
    var why: String { get }
}

extension Vector {
    var testDescription: String { why }
}

/// What a vector puts in: a text as it stands, bytes in hexadecimal, or a piece many times over.
struct Input: Decodable, Sendable {
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }

    private enum Key: String, CodingKey {
        case hex, before, `repeat`, times, after
    }

    init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            bytes = Array(text.utf8)
            return
        }
        let members = try decoder.container(keyedBy: Key.self)
        if let hex = try members.decodeIfPresent(String.self, forKey: .hex) {
            let digits = Array(hex)
            bytes = try stride(from: 0, to: digits.count, by: 2).map { try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16)) }
            return
        }
        let piece = try members.decode(String.self, forKey: .repeat)
        let times = try members.decode(Int.self, forKey: .times)
        let before = try members.decodeIfPresent(String.self, forKey: .before) ?? ""
        let after = try members.decodeIfPresent(String.self, forKey: .after) ?? ""
        bytes = Array((before + String(repeating: piece, count: times) + after).utf8)
    }
}
