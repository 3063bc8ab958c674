import CSodium
package import Primitives

/// libsodium, started once. Every entry into this target passes through `ready`.
enum Sodium {
    /// `sodium_init` is safe to call from several threads, and fails only where the system has no source of randomness: then nothing here may run.
    static let ready: Void = {
        precondition(sodium_init() >= 0, "libsodium could not be initialised")
    }()
}

/// Why something sealed was not opened. It says no more on purpose: a wrong key, other associated data and a flipped bit look the same.
package struct DoesNotOpen: Error, Sendable, Equatable {
    package init() {}
}

/// Bytes from the operating system's generator.
package enum Random {
    package static func bytes(_ count: Int) -> [UInt8] {
        Sodium.ready
        var bytes = [UInt8](repeating: 0, count: count)
        randombytes_buf(&bytes, count)
        return bytes
    }

    package static func secret(_ count: Int) -> Secret { Secret(bytes(count)) }
}

/// Where chance comes from: `Random.bytes` in the program, a seeded generator in tests.
package typealias RandomSource = @Sendable (_ count: Int) -> [UInt8]
