import Crypto
import CryptoExtras
import Foundation
package import Primitives
package import Vault

/// A key pair that signs tokens.
package struct SigningKeyPair: Sendable {
    private enum Private: Sendable {
        case edDSA(Curve25519.Signing.PrivateKey)
        case es256(P256.Signing.PrivateKey)
        case rs256(_RSA.Signing.PrivateKey)
    }

    private let key: Private
    package let publicKey: VerificationKey

    package var algorithm: JWSAlgorithm { publicKey.algorithm }

    private init(_ key: Private) throws(SigningKeyFailure) {
        self.key = key
        switch key {
        case .edDSA(let key): publicKey = try VerificationKey(.edDSA(key.publicKey))
        case .es256(let key): publicKey = try VerificationKey(.es256(key.publicKey))
        case .rs256(let key): publicKey = try VerificationKey(.rs256(key.publicKey))
        }
    }

    /// A new one. RSA takes some tenths of a second and has 2048 bits (RFC 7518 §3.3).
    package static func generate(_ algorithm: JWSAlgorithm) throws(SigningKeyFailure) -> SigningKeyPair {
        switch algorithm {
        case .edDSA: return try SigningKeyPair(.edDSA(Curve25519.Signing.PrivateKey()))
        case .es256: return try SigningKeyPair(.es256(P256.Signing.PrivateKey()))
        case .rs256:
            do { return try SigningKeyPair(.rs256(_RSA.Signing.PrivateKey(keySize: .bits2048))) } catch { throw .unreadable }
        }
    }

    /// One that was stored as `material`.
    package init(_ algorithm: JWSAlgorithm, material: Secret) throws(SigningKeyFailure) {
        let bytes = material.revealBytes()
        do {
            switch algorithm {
            case .edDSA: try self.init(.edDSA(Curve25519.Signing.PrivateKey(rawRepresentation: bytes)))
            case .es256: try self.init(.es256(P256.Signing.PrivateKey(rawRepresentation: bytes)))
            case .rs256: try self.init(.rs256(_RSA.Signing.PrivateKey(derRepresentation: bytes)))
            }
        } catch {
            throw .unreadable
        }
    }

    /// An operator's own, in PEM: PKCS #8 of an Ed25519, P-256 or RSA key, SEC 1 of a P-256 key, PKCS #1 of an RSA key of 2048 bits or more.
    package init(pem text: Secret) throws(SigningKeyFailure) {
        let block = try PEMBlock.only(in: text.reveal()) { $0.hasSuffix("PRIVATE KEY") }
        guard !block.isEncrypted else { throw .encrypted }
        if let seed = block.ed25519Seed, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) {
            try self.init(.edDSA(key))
        } else if block.namesP256, let key = try? P256.Signing.PrivateKey(derRepresentation: block.bytes) {
            try self.init(.es256(key))
        } else if let key = try? _RSA.Signing.PrivateKey(derRepresentation: block.bytes) {
            try self.init(.rs256(key))
        } else {
            throw .unsupported
        }
    }

    /// What the keyring keeps of a key that it made; see `SigningKey.material`.
    package var material: Secret {
        switch key {
        case .edDSA(let key): Secret(key.rawRepresentation)
        case .es256(let key): Secret(key.rawRepresentation)
        case .rs256(let key): Secret(key.derRepresentation)
        }
    }

    /// - Returns: as JWS has it: for ES256 the two numbers side by side (RFC 7518 §3.4), and not in DER.
    package func signature(over input: [UInt8]) throws -> [UInt8] {
        switch key {
        case .edDSA(let key): Array(try key.signature(for: input))
        case .es256(let key): Array(try key.signature(for: input).rawRepresentation)
        case .rs256(let key): Array(try key.signature(for: input, padding: .insecurePKCS1v1_5).rawRepresentation)
        }
    }
}

/// Why a key is not taken. Says nothing of the key itself.
package enum SigningKeyFailure: Error, Sendable, Equatable {
    /// No PEM, several keys, or bytes that are no base64.
    case notPEM
    case encrypted
    /// Another kind of key, another curve, or RSA of less than 2048 bits.
    case unsupported
    /// A key of the ring that is not what its record says.
    case unreadable
    /// No key signs.
    case missing
}

extension SigningKeyPair: CustomStringConvertible, CustomReflectable {
    package var description: String { "[redacted]" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
