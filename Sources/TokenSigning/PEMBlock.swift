import Primitives

/// One block of a PEM text (RFC 7468). Line ends are taken as they come, also where an environment variable made spaces or `\n` of them.
struct PEMBlock {
    /// What stands behind `BEGIN`.
    let label: String
    let bytes: [UInt8]
    /// PKCS #8 says so in its label, older forms in a header before the body.
    let isEncrypted: Bool

    /// The one block whose label is asked for. Others may stand beside it: OpenSSL writes the parameters of a curve before its key.
    static func only(in text: String, _ isWanted: (String) -> Bool) throws(SigningKeyFailure) -> PEMBlock {
        let blocks = try blocks(in: text.replacing("\\n", with: "\n")).filter { isWanted($0.label) }
        guard blocks.count == 1 else { throw .notPEM }
        return blocks[0]
    }

    private static func blocks(in text: String) throws(SigningKeyFailure) -> [PEMBlock] {
        var found: [PEMBlock] = []
        var rest = text[...]
        while let begin = rest.firstRange(of: "-----BEGIN ") {
            rest = rest[begin.upperBound...]
            guard let dashes = rest.firstRange(of: "-----") else { throw .notPEM }
            let label = String(rest[..<dashes.lowerBound])
            rest = rest[dashes.upperBound...]
            guard let end = rest.firstRange(of: "-----END \(label)-----") else { throw .notPEM }
            found.append(try PEMBlock(label: label, body: rest[..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return found
    }

    private init(label: String, body: Substring) throws(SigningKeyFailure) {
        self.label = label
        isEncrypted = label.hasPrefix("ENCRYPTED") || body.contains("Proc-Type:")
        let base64 = String(body.filter { !$0.isWhitespace })
        guard isEncrypted || !base64.isEmpty, let bytes = isEncrypted ? [] : Base64.decode(base64) else { throw .notPEM }
        self.bytes = bytes
    }

    /// RFC 8410 §7: version, Ed25519, and the seed in an octet string of its own.
    var ed25519Seed: [UInt8]? {
        after([0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20])
    }

    /// RFC 8410 §4.
    var ed25519Point: [UInt8]? { after([0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]) }

    /// Whether the key says that it is on P-256 (RFC 5480 §2.1.1.1). swift-crypto takes a key on any curve of that size for one.
    var namesP256: Bool { bytes.contains([0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]) }

    private func after(_ prefix: [UInt8]) -> [UInt8]? {
        bytes.count == prefix.count + 32 && bytes.starts(with: prefix) ? Array(bytes.dropFirst(prefix.count)) : nil
    }
}
