/// A file that pages refer to, to be served under a path that names its content, so that it may be cached for ever.
package struct PageAsset: Sendable {
    /// `/assets/<name>-<hash>.<extension>`
    package let path: String
    /// The value of `Content-Type`.
    package let mediaType: String
    package let bytes: [UInt8]

    init(name: String, extension suffix: String, mediaType: String, bytes: [UInt8]) {
        self.path = "/assets/\(name)-\(Self.fingerprint(of: bytes)).\(suffix)"
        self.mediaType = mediaType
        self.bytes = bytes
    }

    /// FNV-1a, 64 bits, in hexadecimal. It tells versions of one file apart and protects nothing.
    private static func fingerprint(of bytes: [UInt8]) -> String {
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
