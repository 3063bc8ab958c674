package import OAuth
package import Primitives
package import SodiumCrypto
package import Vault

/// Codes and refresh tokens: opaque to everybody else, and to us a grant, a generation, 256 random bits and a MAC over all of it.
///
/// The MAC tells a token that was once issued here from one that somebody made up, without a list of all that were ever issued: an old
/// generation under a valid MAC is a replay, an invalid MAC is nothing and touches no grant.
package struct OpaqueToken: Sendable {
    package enum Kind: String, Sendable {
        case code = "dbc_"
        case refresh = "dbr_"
    }

    package let kind: Kind
    package let grant: GrantID
    package let generation: Int64
    /// The token itself.
    package let secret: Secret
    /// What the store keeps in its place: a hash that only the keyring's holder can make.
    package let digest: [UInt8]
}

/// Makes and recognises opaque tokens.
package struct OpaqueTokens: Sendable {
    private static let grantSize = 16
    private static let bodySize = grantSize + 8 + 32
    private static let macSize = 16

    private let keyring: Keyring
    private let random: RandomSource

    package init(keyring: Keyring, random: @escaping RandomSource = Random.bytes) {
        self.keyring = keyring
        self.random = random
    }

    package func newGrantID() -> GrantID { GrantID(Base64URL.encode(random(Self.grantSize))) }

    package func make(_ kind: OpaqueToken.Kind, grant: GrantID, generation: Int64) throws(Rejection) -> OpaqueToken {
        guard let key = try? keyring.active(.lookup), let id = Base64URL.decode(grant.text), id.count == Self.grantSize else {
            throw .keyMissing
        }
        let number = (0..<8).reversed().map { UInt8(truncatingIfNeeded: generation >> ($0 * 8)) }
        let body = id + number + random(32)
        let secret = Secret(kind.rawValue + Base64URL.encode(body + mac(kind, body, key)))
        return OpaqueToken(kind: kind, grant: grant, generation: generation, secret: secret, digest: digest(secret, key))
    }

    /// `nil` for everything that was not issued here as this kind of token.
    package func recognise(_ secret: Secret, as kind: OpaqueToken.Kind) -> OpaqueToken? {
        let text = secret.reveal()
        guard text.hasPrefix(kind.rawValue), let bytes = Base64URL.decode(text.dropFirst(kind.rawValue.count)),
            bytes.count == Self.bodySize + Self.macSize
        else { return nil }
        let body = Array(bytes.prefix(Self.bodySize))
        guard let key = keyring.all(.lookup).first(where: { constantTimeEqual(mac(kind, body, $0), bytes.suffix(Self.macSize)) }) else {
            return nil
        }
        let generation = body[Self.grantSize..<Self.grantSize + 8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let grant = GrantID(Base64URL.encode(body.prefix(Self.grantSize)))
        return OpaqueToken(kind: kind, grant: grant, generation: generation, secret: secret, digest: digest(secret, key))
    }

    private func mac(_ kind: OpaqueToken.Kind, _ body: [UInt8], _ key: Keyring.Key) -> [UInt8] {
        var message = ByteWriter(purpose: "drawbridge opaque token v1")
        message.append(keyring.deployment.text)
        message.append(kind.rawValue)
        message.append(body)
        return Array(KeyedHash.hash(message.bytes, key: key.value).prefix(Self.macSize))
    }

    private func digest(_ secret: Secret, _ key: Keyring.Key) -> [UInt8] {
        var message = ByteWriter(purpose: "drawbridge token digest v1")
        message.append(secret.revealBytes())
        return KeyedHash.hash(message.bytes, key: key.value)
    }
}
