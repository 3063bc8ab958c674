package import Primitives

/// What a key of the keyring is for. A key serves one purpose only.
package enum KeyPurpose: String, Sendable, CaseIterable {
    /// Wraps recipient envelopes: the vault's second lock.
    case keyEncryption = "kek"
    /// Authenticates rows.
    case rowMAC = "row-mac"
    /// Makes subjects out of account ids.
    case subject
    /// Authenticates client ids that describe themselves. Never destroyed: a client replays its id forever.
    case clientID = "client-id"
    /// Makes client secrets out of client ids.
    case clientSecret = "client-secret"
    /// Makes registration access tokens out of client ids.
    case registration
    /// Makes look-up digests of codes and refresh tokens, and tells our own tokens from forged ones.
    case lookup
    /// Seals the private claim of access tokens. Short-lived.
    case claim
    /// Seals the authorization request on its way through the consent form.
    case transaction
    /// Signs access tokens. The only purpose whose keys are not 32 random bytes; see `SigningKey`.
    case signing

    /// Whether a deployment has one key of it from its first start on. Claim keys are made when the first token is, since one without a fixed
    /// end would let expired access tokens open for ever; signing keys are made for the algorithm that the settings ask for.
    package var isMadeAtStart: Bool { self != .claim && self != .signing }
}

package enum KeyState: String, Sendable {
    /// Seals and opens.
    case active
    /// Opens what it has sealed.
    case decryptOnly = "decrypt-only"
}

package enum KeyKind {}
/// Unique within a keyring: eight hexadecimal digits, or for an operator's own signing key its thumbprint (RFC 7638).
package typealias KeyID = Identifier<KeyKind>

package enum DeploymentKind {}
/// Says in every associated data which installation something belongs to.
package typealias DeploymentID = Identifier<DeploymentKind>
