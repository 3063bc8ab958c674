import TestKit

extension SeededGenerator {
    /// Pieces of a grammar in any order, with some garbage between them.
    mutating func text(of pieces: [String], upTo count: Int) -> String {
        (0..<number(0...count)).map { _ in
            number(0...15) == 0 ? String(decoding: bytes(upTo: 3), as: UTF8.self) : pieces[number(0...pieces.count - 1)]
        }.joined()
    }

    mutating func text(upTo count: Int) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<number(0...count) {
            let ceiling = [0x7F, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF][number(0...4)]
            if let scalar = Unicode.Scalar(UInt32(number(0...ceiling))) { scalars.append(scalar) }
        }
        return String(scalars)
    }
}
