package import SodiumCrypto
import Synchronization

/// Chance that can be repeated: SplitMix64. A failing walk is run again by its seed.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    package mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<number(0...count)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// The same chance as the program takes it.
    package static func source(seed: UInt64) -> RandomSource {
        let generator = Shared(SeededGenerator(seed: seed))
        return { count in generator.bytes(count) }
    }

    private final class Shared: Sendable {
        private let generator: Mutex<SeededGenerator>

        init(_ generator: SeededGenerator) {
            self.generator = Mutex(generator)
        }

        func bytes(_ count: Int) -> [UInt8] {
            generator.withLock { generator in (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) } }
        }
    }
}
