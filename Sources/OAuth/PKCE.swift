import Primitives

/// A `code_challenge` of method S256 (RFC 7636 §4.2): SHA-256 in 43 characters of base64url. `plain` does not exist here.
package struct CodeChallenge: Sendable, Equatable {
    package let text: String

    package init?(_ text: String) {
        // The last character may have bits that no hash has: such a challenge is never met, which is its client's affair.
        let isBase64URL = { (byte: UInt8) in PercentEncoding.isUnreserved(byte) && byte != UInt8(ascii: ".") && byte != UInt8(ascii: "~") }
        guard text.utf8.count == 43, text.utf8.allSatisfy(isBase64URL) else { return nil }
        self.text = text
    }

    /// - Parameter hash: SHA-256.
    package func isMet(by verifier: CodeVerifier, hash: ([UInt8]) -> [UInt8]) -> Bool {
        constantTimeEqual(Array(text.utf8), Array(Base64URL.encode(hash(Array(verifier.text.utf8))).utf8))
    }
}

/// A `code_verifier` (RFC 7636 §4.1): 43 to 128 unreserved characters.
package struct CodeVerifier: Sendable {
    fileprivate let text: String

    package init?(_ text: String) {
        guard (43...128).contains(text.utf8.count), text.utf8.allSatisfy(PercentEncoding.isUnreserved) else { return nil }
        self.text = text
    }
}
