package import Primitives

/// Signs and verifies access tokens. The library behind it is somebody else's business; what a token must hold is decided here.
package struct TokenSigner: Sendable {
    /// The JWS algorithm of the key that signs: `EdDSA`.
    package let algorithm: String
    /// The algorithm that belongs to a key id, from the key record and never from a token's header; `nil` for an unknown key.
    package let algorithmOf: @Sendable (_ keyID: String) -> String?
    /// A compact JWS with the header `{"alg", "kid", "typ": "at+jwt"}`.
    package let sign: @Sendable (AccessTokenClaims) async throws -> String
    /// Whether the signature of a compact JWS was made by this key.
    package let isSigned: @Sendable (_ token: String, _ keyID: String) async -> Bool
    /// The public keys (RFC 7517 §5).
    package let keySet: JSON

    package init(
        algorithm: String, algorithmOf: @escaping @Sendable (String) -> String?,
        sign: @escaping @Sendable (AccessTokenClaims) async throws -> String,
        isSigned: @escaping @Sendable (String, String) async -> Bool, keySet: JSON
    ) {
        self.algorithm = algorithm
        self.algorithmOf = algorithmOf
        self.sign = sign
        self.isSigned = isSigned
        self.keySet = keySet
    }
}
