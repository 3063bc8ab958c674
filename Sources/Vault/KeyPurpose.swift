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
    /// Makes look-up digests of codes and refresh tokens, and tells our own tokens from forged ones.
    case lookup
    /// Seals the private claim of access tokens. Short-lived.
    case claim
    /// Seals the authorization request on its way through the consent form.
    case transaction
    /// Signs access tokens: the seed of an Ed25519 key.
    case signing
}

package enum KeyState: String, Sendable {
    /// Seals and opens.
    case active
    /// Opens what it has sealed.
    case decryptOnly = "decrypt-only"
}

package enum KeyKind {}
/// Eight hexadecimal digits, unique within a keyring.
package typealias KeyID = Identifier<KeyKind>

package enum DeploymentKind {}
/// Says in every associated data which installation something belongs to.
package typealias DeploymentID = Identifier<DeploymentKind>
