/// SplitMix64: the same seed gives the same run, so that a failure can be looked at again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<number(0...count)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

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
