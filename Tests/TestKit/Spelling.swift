import Foundation
import Primitives

/// A way in which a secret could lie in a file.
package struct Spelling: Sendable {
    package let name: String
    package let bytes: [UInt8]

    /// In clear, encoded, turned around, in UTF-16. Base64 at each of its three alignments, without what depends on the neighbours.
    package static func all(of secret: String) -> [Spelling] {
        let bytes = Array(secret.utf8)
        var spellings = [
            Spelling(name: "clear", bytes: bytes), Spelling(name: "hex", bytes: Array(Hex.encode(bytes).utf8)),
            Spelling(name: "upper-case hex", bytes: Array(Hex.encode(bytes).uppercased().utf8)),
            Spelling(name: "reversed", bytes: bytes.reversed()), Spelling(name: "UTF-16", bytes: bytes.flatMap { [$0, 0] }),
        ]
        for shift in 0..<3 {
            let padded = [UInt8](repeating: 0, count: shift) + bytes
            let text = Base64.encode(padded).dropFirst(shift == 0 ? 0 : 4).prefix { $0 != "=" }.dropLast(shift == 0 ? 1 : 2)
            spellings.append(Spelling(name: "base64 at \(shift)", bytes: Array(text.utf8)))
            let url = text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
            spellings.append(Spelling(name: "base64url at \(shift)", bytes: Array(String(url).utf8)))
        }
        return spellings
    }
}

extension [UInt8] {
    /// Whether these bytes hold others, somewhere.
    package func holds(_ needle: [UInt8]) -> Bool {
        guard let first = needle.first else { return false }
        return withUnsafeBytes { hay in
            needle.withUnsafeBytes { needle in
                guard let start = hay.baseAddress, let wanted = needle.baseAddress else { return false }
                var offset = 0
                while offset + needle.count <= hay.count,
                    let hit = memchr(start + offset, Int32(first), hay.count - needle.count - offset + 1)
                {
                    if memcmp(hit, wanted, needle.count) == 0 { return true }
                    offset = hit - UnsafeMutableRawPointer(mutating: start) + 1
                }
                return false
            }
        }
    }
}
