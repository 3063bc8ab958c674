import CSodium
package import Primitives

/// A 32-byte key. Short-lived ones lie in ordinary memory that is wiped; the keyring's lie in guarded memory.
package struct SymmetricKey: Sendable {
    package static let size = 32

    private enum Memory: Sendable {
        case ordinary(Secret)
        case guarded(GuardedMemory)
    }

    private let memory: Memory

    /// `nil` unless there are exactly 32 bytes.
    package init?(_ secret: Secret) {
        guard secret.count == Self.size else { return nil }
        memory = .ordinary(secret)
    }

    /// For results of this target's own primitives, which always have the right size.
    init(exactly bytes: [UInt8]) {
        memory = .ordinary(Secret(bytes))
    }

    private init(guarded: GuardedMemory) {
        memory = .guarded(guarded)
    }

    package static func random() -> SymmetricKey { SymmetricKey(exactly: Random.bytes(size)) }

    /// The same key in guarded memory: for the few that live as long as the process. `self` where guarded memory is to be had no more.
    package func guarded() -> SymmetricKey {
        guard case .ordinary(let secret) = memory, let memory = GuardedMemory(secret) else { return self }
        return SymmetricKey(guarded: memory)
    }

    /// Whether the key's memory is kept out of swap.
    package var isLocked: Bool {
        guard case .guarded(let memory) = memory else { return false }
        return memory.isLocked
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch memory {
        case .ordinary(let secret): try secret.withBytes(body)
        case .guarded(let memory): try memory.withBytes(body)
        }
    }

    /// A copy, for the moment in which the key itself is sealed under another one.
    package func reveal() -> Secret { withBytes { Secret($0) } }
}

extension SymmetricKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "[redacted]" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Memory from `sodium_malloc`: between guard pages, kept out of core dumps and, where the system allows, out of swap. Read-only once filled.
final class GuardedMemory: Sendable {
    private nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer
    let isLocked: Bool

    /// `nil` when the system gives no more of it.
    init?(_ secret: Secret) {
        Sodium.ready
        guard let base = sodium_malloc(secret.count) else { return nil }
        bytes = UnsafeMutableRawBufferPointer(start: base, count: secret.count)
        // sodium_malloc goes on silently when locking fails (RLIMIT_MEMLOCK), so ask again where the answer can be seen.
        isLocked = sodium_mlock(base, secret.count) == 0
        secret.withBytes { bytes.copyMemory(from: $0) }
        sodium_mprotect_readonly(base)
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(bytes))
    }

    deinit {
        sodium_free(bytes.baseAddress)
    }
}
