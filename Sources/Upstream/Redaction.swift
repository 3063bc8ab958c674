import Primitives

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Takes a person's secrets out of what an API sends back: some quote the token they refuse.
struct Redaction {
    private let secrets: [[UInt8]]

    /// Shorter ones would be found where they are not.
    private static let shortest = 6
    private static let mark = Array("[redacted]".utf8)

    init(_ credential: UpstreamCredential) {
        secrets = credential.secrets.values.filter { $0.count >= Self.shortest }.map { $0.revealBytes() }
    }

    func apply(to text: String) -> String { String(decoding: apply(to: Array(text.utf8)), as: UTF8.self) }

    func apply(to bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for secret in secrets {
            var output: [UInt8] = []
            var start = 0
            while let place = Self.find(secret, in: bytes, from: start) {
                output += bytes[start..<place]
                output += Self.mark
                start = place + secret.count
            }
            if start > 0 { bytes = output + bytes[start...] }
        }
        return bytes
    }

    /// Leaps from one occurrence of the first byte to the next: answers are large and hold no secret nearly always.
    private static func find(_ secret: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { (haystack: UnsafeRawBufferPointer) -> Int? in
            secret.withUnsafeBytes { (needle: UnsafeRawBufferPointer) -> Int? in
                guard let base = haystack.baseAddress, let pattern = needle.baseAddress, let first = needle.first else { return nil }
                var place = start
                while place + needle.count <= haystack.count {
                    let room = haystack.count - needle.count - place + 1
                    guard let hit = memchr(base + place, Int32(first), room) else { return nil }
                    place = UnsafeRawPointer(hit) - base
                    if memcmp(base + place, pattern, needle.count) == 0 { return place }
                    place += 1
                }
                return nil
            }
        }
    }
}
