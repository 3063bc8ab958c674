package import Primitives
package import Vault

/// A key of the ring as far as tokens are concerned. What it signs with, and how, is somebody else's business.
package struct TokenKey: Sendable {
    package let id: KeyID
    /// The JWS algorithm of the key (RFC 7518 §3.1), from its record and never from a token's header.
    package let algorithm: JWSAlgorithm
    /// The public key (RFC 7517 §4).
    package let publicKey: JSON
    /// Whether this key made the signature over these bytes.
    package let verifies: @Sendable (_ signature: [UInt8], _ input: [UInt8]) -> Bool

    package init(
        id: KeyID, algorithm: JWSAlgorithm, publicKey: JSON, verifies: @escaping @Sendable (_ signature: [UInt8], _ input: [UInt8]) -> Bool
    ) {
        self.id = id
        self.algorithm = algorithm
        self.publicKey = publicKey
        self.verifies = verifies
    }
}

/// Signs and verifies access tokens as compact JWS (RFC 7515 §7.1). A value: when the keys change, another one takes its place.
package struct TokenSigner: Sendable {
    private let signing: TokenKey
    private let signature: @Sendable (_ input: [UInt8]) throws -> [UInt8]
    private let others: [KeyID: TokenKey]

    /// - Parameters:
    ///   - signing: the key that signs, and verifies what it signed.
    ///   - signature: of the signing key over some bytes.
    ///   - others: keys that signed before, whose tokens live still.
    package init(signing: TokenKey, signature: @escaping @Sendable (_ input: [UInt8]) throws -> [UInt8], others: [TokenKey] = []) {
        self.signing = signing
        self.signature = signature
        self.others = Dictionary(others.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The algorithm of the key that signs.
    package var algorithm: JWSAlgorithm { signing.algorithm }

    /// The public keys (RFC 7517 §5): the one that signs, and those whose tokens live still.
    package var keySet: JSON {
        ["keys": .array([signing.publicKey] + others.values.sorted { $0.id.text < $1.id.text }.map(\.publicKey))]
    }

    /// `nil` for a key that is unknown, or not in use any more.
    package func key(_ id: KeyID) -> TokenKey? { id == signing.id ? signing : others[id] }

    /// The same without keys that were erased. The key that signs stays: nobody erases it before there is another.
    package func without(_ ids: [KeyID]) -> TokenSigner {
        TokenSigner(signing: signing, signature: signature, others: others.values.filter { !ids.contains($0.id) })
    }

    /// An access token (RFC 9068 §2).
    func sign(_ claims: AccessTokenClaims) throws -> String {
        let header: JSON = ["alg": .string(algorithm.rawValue), "typ": "at+jwt", "kid": .string(signing.id.text)]
        let input = Base64URL.encode(header.serialized) + "." + Base64URL.encode(claims.json.serialized)
        return input + "." + Base64URL.encode(try signature(Array(input.utf8)))
    }

    /// Whether the key that the header names signed the token, by the algorithm that belongs to the key.
    func verifies(_ token: SignedToken) -> Bool {
        guard let key = key(token.keyID), key.algorithm.rawValue == token.algorithm else { return false }
        return key.verifies(token.signature, token.signed)
    }
}
