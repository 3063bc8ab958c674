package import AuthorizationServer
import JWTKit
import OAuth
import Primitives
import SodiumCrypto
package import Vault

/// Signs access tokens with Ed25519 (RFC 8037) by keys of the keyring.
package enum EdDSATokenSigning {
    package enum Failure: Error {
        /// The keyring holds no signing key, or one that is none.
        case noSigningKey
    }

    /// A signer over all signing keys of the ring: the active one signs, the others verify what they signed.
    package static func signer(keyring: Keyring) async throws(Failure) -> TokenSigner {
        guard let active = try? keyring.active(.signing) else { throw .noSigningKey }
        let keys = JWTKeyCollection()
        var published: [JSON] = []
        var known: Set<String> = []
        for key in keyring.all(.signing) {
            let seed = key.value.reveal()
            guard let pair = try? EdDSA.PrivateKey(d: Base64URL.encode(seed.revealBytes()), curve: .ed25519) else { throw .noSigningKey }
            await keys.add(eddsa: pair, kid: JWKIdentifier(string: key.id.text))
            known.insert(key.id.text)
            published.append([
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": .string(key.id.text),
                "x": .string(Base64URL.encode(Array(pair.publicKey.rawRepresentation))),
            ])
        }
        let kid = JWKIdentifier(string: active.id.text)
        return TokenSigner(
            algorithm: "EdDSA",
            algorithmOf: { [known] in known.contains($0) ? "EdDSA" : nil },
            sign: { claims in try await keys.sign(AccessTokenPayload(claims: claims), kid: kid, header: ["typ": "at+jwt"]) },
            // The caller has read the header strictly, so the key that the collection picks is the one that was asked about.
            isSigned: { [known] token, keyID in
                guard known.contains(keyID) else { return false }
                return (try? await keys.verify(token, as: SignatureOnly.self)) != nil
            },
            keySet: ["keys": .array(published)])
    }
}

/// Claims as they are written into a token (RFC 9068 §2.2).
private struct AccessTokenPayload: JWTPayload {
    let iss, sub, aud, jti, scope: String
    let exp, nbf, iat: Int64
    let clientID, grantID, vault: String

    enum CodingKeys: String, CodingKey {
        case iss, sub, aud, exp, nbf, iat, jti, scope, vault
        case clientID = "client_id"
        case grantID = "grant_id"
    }

    init(claims: AccessTokenClaims) {
        iss = claims.issuer
        sub = claims.subject.text
        aud = claims.audience
        jti = claims.tokenID
        scope = claims.scope
        exp = claims.expiry.seconds
        nbf = claims.notBefore.seconds
        iat = claims.issuedAt.seconds
        clientID = claims.client.text
        grantID = claims.grant.text
        vault = claims.sealed.text
    }

    func verify(using algorithm: some JWTAlgorithm) {}
}

/// Reads nothing out of a token: what it claims is read, strictly, by the authorization server.
private struct SignatureOnly: JWTPayload {
    init(from decoder: any Decoder) {}
    func encode(to encoder: any Encoder) {}
    func verify(using algorithm: some JWTAlgorithm) {}
}
