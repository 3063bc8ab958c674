import Crypto
import CryptoExtras
import Foundation
package import Primitives
import SodiumCrypto
package import Vault

/// The public half of a signing key.
package struct VerificationKey: Sendable {
    enum Public: Sendable {
        case edDSA(Curve25519.Signing.PublicKey)
        case es256(P256.Signing.PublicKey)
        case rs256(_RSA.Signing.PublicKey)
    }

    private let key: Public
    /// What a thumbprint is made of, and what identifies the key: its required members in the order of their names (RFC 7638 §3.2).
    private let required: JSON

    init(_ key: Public) throws(SigningKeyFailure) {
        self.key = key
        switch key {
        case .edDSA(let key):
            required = ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.encode(Array(key.rawRepresentation)))]
        case .es256(let key):
            let point = Array(key.rawRepresentation)
            required = [
                "crv": "P-256", "kty": "EC", "x": .string(Base64URL.encode(point[..<32])), "y": .string(Base64URL.encode(point[32...])),
            ]
        case .rs256(let key):
            guard let numbers = try? key.getKeyPrimitives() else { throw .unsupported }
            // Numbers as they are, without a zero in front (RFC 7518 §6.3.1).
            let (modulus, exponent) = (numbers.modulus.drop { $0 == 0 }, numbers.publicExponent.drop { $0 == 0 })
            required = ["e": .string(Base64URL.encode(Array(exponent))), "kty": "RSA", "n": .string(Base64URL.encode(Array(modulus)))]
        }
    }

    /// One that was stored as `material`.
    package init(_ algorithm: JWSAlgorithm, material: Secret) throws(SigningKeyFailure) {
        let bytes = material.revealBytes()
        do {
            switch algorithm {
            case .edDSA: try self.init(.edDSA(Curve25519.Signing.PublicKey(rawRepresentation: bytes)))
            case .es256: try self.init(.es256(P256.Signing.PublicKey(rawRepresentation: bytes)))
            case .rs256: try self.init(.rs256(_RSA.Signing.PublicKey(derRepresentation: bytes)))
            }
        } catch {
            throw .unreadable
        }
    }

    /// An operator's own, in PEM: SubjectPublicKeyInfo, for RSA also PKCS #1.
    package init(pem text: String) throws(SigningKeyFailure) {
        let block = try PEMBlock.only(in: text) { $0.hasSuffix("PUBLIC KEY") }
        if let point = block.ed25519Point, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: point) {
            try self.init(.edDSA(key))
        } else if block.namesP256, let key = try? P256.Signing.PublicKey(derRepresentation: block.bytes) {
            try self.init(.es256(key))
        } else if let key = try? _RSA.Signing.PublicKey(derRepresentation: block.bytes) {
            try self.init(.rs256(key))
        } else {
            throw .unsupported
        }
    }

    package var algorithm: JWSAlgorithm {
        switch key {
        case .edDSA: .edDSA
        case .es256: .es256
        case .rs256: .rs256
        }
    }

    /// What the keyring keeps of it; see `SigningKey.material`.
    package var material: Secret {
        switch key {
        case .edDSA(let key): Secret(key.rawRepresentation)
        case .es256(let key): Secret(key.rawRepresentation)
        case .rs256(let key): Secret(key.derRepresentation)
        }
    }

    /// RFC 7638 §3: the same key has the same one everywhere, so an operator's own key keeps its id over restarts.
    package var thumbprint: KeyID { KeyID(Base64URL.encode(SHA256.hash(required.serialized))) }

    /// RFC 7517 §4. Every member is public.
    package func published(as id: KeyID) -> JSON {
        let common: [JSONObject.Member] = [
            .init(key: "kid", value: .string(id.text)), .init(key: "use", value: "sig"),
            .init(key: "alg", value: .string(algorithm.rawValue)),
        ]
        return .object(JSONObject((required.object?.members ?? []) + common))
    }

    package func isSignature(_ signature: [UInt8], over input: [UInt8]) -> Bool {
        switch key {
        case .edDSA(let key): return key.isValidSignature(signature, for: input)
        case .es256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: input)
        case .rs256(let key):
            return key.isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: input, padding: .insecurePKCS1v1_5)
        }
    }
}

extension VerificationKey: Equatable {
    package static func == (one: Self, other: Self) -> Bool { one.required == other.required }
}
