import OAuth
package import Primitives
import SodiumCrypto
import Vault

/// An access token whose signature, claims and times hold. Says nothing yet about its grant.
package struct VerifiedClaims: Sendable {
    package let claims: AccessTokenClaims

    fileprivate init(_ claims: AccessTokenClaims) {
        self.claims = claims
    }
}

/// Issues access tokens and verifies them.
package struct AccessTokens: Sendable {
    private let configuration: Configuration
    private let keyring: Keyring
    private let random: RandomSource
    private let verifier: TokenVerifier

    init(configuration: Configuration, signer: TokenSigner, keyring: Keyring, random: @escaping RandomSource) {
        self.configuration = configuration
        self.keyring = keyring
        self.random = random
        verifier = TokenVerifier(signer: signer, capacity: 16_384)
    }

    /// The keys in use now.
    package var signer: TokenSigner { verifier.signer }

    /// Signs and verifies with other keys from now on. What was verified with the old ones is forgotten.
    package func use(_ signer: TokenSigner) {
        verifier.update { $0 = signer }
    }

    /// Verifies no longer with keys that were erased.
    func forget(_ erased: [KeyID]) {
        guard erased.contains(where: { signer.key($0) != nil }) else { return }
        verifier.update { $0 = $0.without(erased) }
    }

    /// A new access token for a grant.
    /// - Parameters:
    ///   - key: the grant's secret key, which goes into the sealed claim.
    ///   - generation: of the refresh token that is handed out along with it.
    func issue(
        for grant: Grant, scope: ScopeSet, key: UnlockedKey, generation: Int64, under claimKey: Keyring.Key, at now: UnixTime
    ) async throws(Rejection) -> (token: Secret, expiresIn: Int64) {
        let lifetime = min(configuration.lifetimes.accessToken, max(1, grant.expiresAt - now))
        let tokenID = Base64URL.encode(random(16))
        let place = SealedClaim.Place(grant: grant.id.text, tokenID: tokenID, expiry: now + lifetime)
        var content = ByteWriter()
        content.append(key.secret.revealBytes())
        content.append(generation)
        let sealed = SealedClaim.seal(Secret(content.bytes), at: place, under: claimKey, deployment: keyring.deployment)
        let claims = AccessTokenClaims(
            issuer: configuration.issuer.text, subject: grant.subject, audience: grant.resource.text, expiry: now + lifetime,
            notBefore: now,
            issuedAt: now, tokenID: tokenID, client: grant.client, scope: configuration.scopes.text(for: scope), grant: grant.id,
            sealed: sealed)
        guard let token = try? signer.sign(claims) else { throw .keyMissing }
        return (Secret(token), lifetime)
    }

    /// What the sealed claim holds. It opens only while its claim key lives.
    func open(_ claims: AccessTokenClaims) -> (key: UnlockedKey, generation: Int64)? {
        guard let content = try? claims.sealed.open(at: claims.place, keyring: keyring) else { return nil }
        var fields = ByteReader(content.revealBytes())
        guard let key = fields.field(), let generation = fields.integer(), fields.isAtEnd else { return nil }
        return (UnlockedKey(Secret(key)), generation)
    }

    /// Checks signature, header, claims and times (RFC 9068 §4). `nil` for everything that is not an access token of this server, now.
    package func verify(_ token: Secret, at now: UnixTime) async -> VerifiedClaims? {
        guard let digest = digest(token) else { return nil }
        let known = verifier.recall(digest)
        if let claims = known.claims { return isTimely(claims, at: now) ? VerifiedClaims(claims) : nil }
        guard let signed = SignedToken(token.reveal()), known.signer.verifies(signed), let claims = signed.claims,
            claims.issuer == configuration.issuer.text, claims.audience == configuration.resource.text, isTimely(claims, at: now)
        else { return nil }
        verifier.remember(claims, digest, epoch: known.epoch)
        return VerifiedClaims(claims)
    }

    private func isTimely(_ claims: AccessTokenClaims, at now: UnixTime) -> Bool {
        let leeway = configuration.lifetimes.leeway
        return now < claims.expiry + leeway && claims.notBefore <= now + leeway && claims.issuedAt <= now + leeway
    }

    private func digest(_ token: Secret) -> [UInt8]? {
        guard let key = try? keyring.active(.lookup) else { return nil }
        return KeyedHash.hash(token.revealBytes(), key: key.value)
    }
}
