package import Primitives
import Synchronization

/// How tokens are signed (RFC 7518 §3.1, RFC 8037 §3.1).
package enum JWSAlgorithm: String, Sendable, CaseIterable {
    /// Ed25519.
    case edDSA = "EdDSA"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits or more.
    case rs256 = "RS256"
}

/// What the record of a signing key holds. It is sealed together with the key, so nobody can turn a key of one algorithm into one of another.
package struct SigningKeyForm: Sendable, Hashable {
    package let algorithm: JWSAlgorithm
    /// A key of the operator's own stays where the operator keeps it: the ring has its public half alone, to verify what it signed.
    package let isPublicOnly: Bool

    package init(_ algorithm: JWSAlgorithm, isPublicOnly: Bool = false) {
        self.algorithm = algorithm
        self.isPublicOnly = isPublicOnly
    }

    /// As it is stored: `ES256`, `ES256 public`.
    package var text: String { algorithm.rawValue + (isPublicOnly ? Self.publicSuffix : "") }

    /// `nil` for everything that `text` never gives.
    package init?(text: String) {
        let isPublicOnly = text.hasSuffix(Self.publicSuffix)
        guard let algorithm = JWSAlgorithm(rawValue: isPublicOnly ? String(text.dropLast(Self.publicSuffix.count)) : text) else {
            return nil
        }
        self.init(algorithm, isPublicOnly: isPublicOnly)
    }

    private static let publicSuffix = " public"
}

/// A signing key of the ring, opened.
package struct SigningKey: Sendable {
    package let id: KeyID
    package let createdAt: UnixTime
    package let form: SigningKeyForm
    /// The active one signs; the others verify what they have signed.
    package internal(set) var state: KeyState
    package internal(set) var eraseAt: UnixTime?
    /// EdDSA: the 32-byte seed. ES256: the 32-byte scalar. RS256: PKCS #1 in DER. Public only: SubjectPublicKeyInfo in DER, for EdDSA and ES256
    /// the raw point.
    package let material: Secret
}

extension Keyring {
    /// The keys that sign and verify tokens, the active one first, then the youngest. Two processes may each have made one: the newest signs.
    package var signingKeys: [SigningKey] {
        contents.withLock { contents in
            contents.signing.values.sorted { ($0.rank, $1.createdAt, $0.id.text) < ($1.rank, $0.createdAt, $1.id.text) }
        }
    }

    /// A signing key that somebody else made, not yet part of the ring.
    /// - Parameter id: unique within the ring; `nil` for a new one.
    package func makeSigningRecord(_ form: SigningKeyForm, material: Secret, id: KeyID? = nil, at now: UnixTime) -> KeyRecord {
        let id = id ?? newID()
        let wrapped = master.wrap(material, id: id, purpose: .signing, form: form, deployment: deployment)
        return KeyRecord(id: id, purpose: .signing, form: form, state: .active, createdAt: now, eraseAt: nil, wrapped: wrapped)
    }
}

extension SigningKey {
    fileprivate var rank: Int { state == .active ? 0 : 1 }
}
