import Primitives

/// A `code_challenge` of method S256 (RFC 7636 §4.2): 32 bytes of SHA-256, 43 characters of base64url. `plain` does not exist here.
package struct CodeChallenge: Sendable, Equatable {
    package let text: String

    package init?(_ text: String) {
        guard text.utf8.count == 43, Base64URL.decode(text)?.count == 32 else { return nil }
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
