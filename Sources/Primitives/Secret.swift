#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Bytes that must not be seen: an API token, a key, a code, a cookie.
///
/// It prints, dumps, mirrors and interpolates as `[redacted]`, is not `Codable`, compares in constant time, and wipes its memory when
/// the last copy goes. Reading it is a visible call.
package struct Secret: Sendable {
    /// One allocation shared by all copies, never changed after it was made.
    private final class Memory: Sendable {
        nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

        init(_ source: some Collection<UInt8>) {
            bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 1)
            bytes.copyBytes(from: source)
        }

        deinit {
            if let base = bytes.baseAddress { Self.wipe(base, bytes.count) }
            bytes.deallocate()
        }

        /// A plain loop of stores before a deallocation is one that the optimizer may leave out.
        private static func wipe(_ base: UnsafeMutableRawPointer, _ count: Int) {
            #if canImport(Darwin)
            memset_s(base, count, 0, count)
            #else
            explicit_bzero(base, count)
            #endif
        }
    }

    private let memory: Memory

    package init(_ bytes: some Collection<UInt8>) {
        memory = Memory(bytes)
    }

    package init(_ text: String) {
        memory = Memory(Array(text.utf8))
    }

    package var count: Int { memory.bytes.count }
    package var isEmpty: Bool { count == 0 }

    /// Lends the bytes without copying them.
    package func withBytes<Result, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(memory.bytes))
    }

    /// A copy of the bytes that nobody wipes. For the moment in which they leave: onto the wire, into a cookie.
    package func revealBytes() -> [UInt8] { Array(memory.bytes) }

    /// The bytes as text; what is not UTF-8 is replaced.
    package func reveal() -> String { String(decoding: memory.bytes, as: UTF8.self) }
}

extension Secret: Equatable {
    /// In a time that depends on the lengths alone.
    package static func == (one: Secret, other: Secret) -> Bool {
        guard one.count == other.count else { return false }
        var difference: UInt8 = 0
        for index in 0..<one.count { difference |= one.memory.bytes[index] ^ other.memory.bytes[index] }
        return difference == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[redacted]" }
    package var debugDescription: String { "[redacted]" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Compares two byte strings in a time that depends on their lengths alone.
package func constantTimeEqual(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
