package import OAuth
package import Primitives
import SodiumCrypto
package import Vault

/// The grant's secret key, for the moment between a bearer that unlocked it and the next place where it is locked.
package struct UnlockedKey: Sendable, Equatable {
    package let secret: Secret

    package init(_ secret: Secret) {
        self.secret = secret
    }
}

/// Moves a grant's secret key from one bearer to the next. Pure: the store runs these inside its transaction.
package struct GrantBearers: Sendable {
    private let deployment: DeploymentID

    package init(deployment: DeploymentID) {
        self.deployment = deployment
    }

    /// What a presented code leads to.
    package enum Redemption: Sendable {
        case redeemed(UnlockedKey)
        case refused(Rejection)
        /// A second valid exchange: the grant has been ended.
        case replayed
    }

    /// What a presented refresh token leads to.
    package enum Renewal: Sendable {
        /// `generation` is that of the refresh token to hand out.
        case renewed(UnlockedKey, refreshToken: Secret, generation: Int64, isRetry: Bool)
        case refused(Rejection)
        /// The grant has been ended for this reason.
        case ended(Grant.EndReason, Rejection)
    }

    package func lock(_ key: UnlockedKey, under code: OpaqueToken, challenge: CodeChallenge, expiresAt: UnixTime) -> PendingCode {
        PendingCode(
            digest: code.digest, challenge: challenge, expiresAt: expiresAt,
            lockedKey: BearerLock.lock(
                key.secret, under: code.secret, kind: .authorizationCode, owner: code.grant.text, deployment: deployment))
    }

    /// Redeems a code (RFC 6749 §4.1.3). Every check comes before the code is used up, so a wrong verifier or redirect burns nothing; a second
    /// valid exchange ends the grant (RFC 6749 §10.5), a second invalid one does not.
    package func redeem(
        _ code: OpaqueToken, request: TokenRequest.CodeGrant, client: ClientID, first refreshToken: OpaqueToken, grant: inout Grant,
        at now: UnixTime
    ) -> Redemption {
        guard grant.client == client else { return .refused(.codeOfAnotherClient) }
        switch grant.state {
        case .ended: return .refused(.grantEnded)
        case .active(let family):
            guard constantTimeEqual(code.digest, family.spentCode.digest) else { return .refused(.unknownCode) }
            if let refusal = refusal(request, family.spentCode.challenge, grant) { return .refused(refusal) }
            grant.end(.codeReplayed, at: now)
            return .replayed
        case .pending(let pending):
            guard constantTimeEqual(code.digest, pending.digest) else { return .refused(.unknownCode) }
            if let refusal = refusal(request, pending.challenge, grant) { return .refused(refusal) }
            guard now < pending.expiresAt else { return .refused(.codeExpired) }
            guard let key = unlock(pending.lockedKey, code, .authorizationCode) else { return .refused(.unknownCode) }
            let current = TokenFamily.Current(digest: refreshToken.digest, lockedKey: lock(key, under: refreshToken), issuedAt: now)
            let spent = TokenFamily.SpentCode(digest: pending.digest, challenge: pending.challenge)
            grant.update(family: TokenFamily(spentCode: spent, current: current))
            return .redeemed(key)
        }
    }

    private func refusal(_ request: TokenRequest.CodeGrant, _ challenge: CodeChallenge, _ grant: Grant) -> Rejection? {
        if let redirect = request.redirectURI, redirect != grant.redirectURI { return .redirectDiffers }
        return challenge.isMet(by: request.verifier, hash: SHA256.hash) ? nil : .verifierDiffers
    }

    /// Renews a grant's tokens (RFC 6749 §6, RFC 9700 §4.14.2).
    package func renew(
        with token: OpaqueToken, client: ClientID, next: OpaqueToken?, lifetimes: Lifetimes, grant: inout Grant, at now: UnixTime
    ) -> Renewal {
        guard grant.client == client else { return .refused(.refreshTokenOfAnotherClient) }
        guard case .active(var family) = grant.state else { return .refused(.grantEnded) }
        guard now < grant.expiresAt else { return end(&grant, .expired, .refreshTokenExpired, now) }
        switch family.standing(of: token, idle: lifetimes.refreshTokenIdle, at: now) {
        case .unknown: return .refused(.unknownRefreshToken)
        case .idleTooLong: return end(&grant, .expired, .refreshTokenExpired, now)
        case .reused: return end(&grant, .refreshTokenReused, .refreshTokenReused, now)
        case .retry(let locked):
            guard
                let successor = try? BearerLock.unlock(
                    locked, with: token.secret, kind: .predecessor, owner: grant.id.text, deployment: deployment),
                let key = unlock(family.current.lockedKey, successor, .refreshToken, grant.id)
            else { return .refused(.unknownRefreshToken) }
            return .renewed(key, refreshToken: successor, generation: family.generation, isRetry: true)
        case .current:
            guard let key = unlock(family.current.lockedKey, token.secret, .refreshToken, grant.id) else {
                return .refused(.unknownRefreshToken)
            }
            // A successor of another generation was made for a state that has moved on: the caller makes another and comes again.
            guard let next, next.generation == family.generation + 1 else { return .refused(.keyMissing) }
            let successor = BearerLock.lock(
                next.secret, under: token.secret, kind: .predecessor, owner: grant.id.text, deployment: deployment)
            family.rotate(
                to: next, lockedKey: lock(key, under: next), lockedSuccessor: successor, grace: lifetimes.refreshGrace, at: now)
            grant.update(family: family)
            return .renewed(key, refreshToken: next.secret, generation: next.generation, isRetry: false)
        }
    }

    private func end(_ grant: inout Grant, _ reason: Grant.EndReason, _ rejection: Rejection, _ now: UnixTime) -> Renewal {
        grant.end(reason, at: now)
        return .ended(reason, rejection)
    }

    private func lock(_ key: UnlockedKey, under token: OpaqueToken) -> [UInt8] {
        BearerLock.lock(key.secret, under: token.secret, kind: .refreshToken, owner: token.grant.text, deployment: deployment)
    }

    private func unlock(_ locked: [UInt8], _ token: OpaqueToken, _ kind: BearerKind) -> UnlockedKey? {
        unlock(locked, token.secret, kind, token.grant)
    }

    private func unlock(_ locked: [UInt8], _ bearer: Secret, _ kind: BearerKind, _ owner: GrantID) -> UnlockedKey? {
        (try? BearerLock.unlock(locked, with: bearer, kind: kind, owner: owner.text, deployment: deployment)).map(UnlockedKey.init)
    }
}
