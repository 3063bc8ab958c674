package import OAuth
import Primitives
import Vault

extension AuthorizationServer {
    /// The token endpoint (RFC 6749 §§4.1.3, 6) for a client that has proven itself.
    package func issueTokens(_ request: TokenRequest, to client: AuthenticatedClient, caller: Caller) async throws(Rejection)
        -> TokenResponse
    {
        switch request {
        case .authorizationCode(let request): try await exchange(request, client, caller)
        case .refreshToken(let request): try await refresh(request, client, caller)
        }
    }

    private func exchange(_ request: TokenRequest.CodeGrant, _ client: AuthenticatedClient, _ caller: Caller) async throws(Rejection)
        -> TokenResponse
    {
        try checkResource(request.resources)
        guard let code = tokens.recognise(request.code, as: .code) else { throw .unknownCode }
        let claimKey = try await claimKey()
        let first = try tokens.make(.refresh, grant: code.grant, generation: 0)
        let outcome = try await updateGrant(code.grant) { [bearers] grant, now in
            let redemption = bearers.redeem(code, request: request, client: client.id, first: first, grant: &grant, at: now)
            let audit =
                switch redemption {
                case .redeemed: [Self.event(.exchanged, grant, caller)]
                case .replayed: [Self.event(.reuseDetected, grant, caller, detail: "authorization code")]
                case .refused: [AuditEvent]()
                }
            return GrantChange((redemption, grant, now), audit: audit)
        }
        guard let (redemption, grant, now) = outcome else { throw .unknownCode }
        switch redemption {
        case .refused(let rejection):
            try await countFailure(rejection, code, grant, caller)
            throw rejection
        case .replayed: throw .codeReplayed
        case .redeemed(let key):
            let access = try await accessTokens.issue(for: grant, scope: grant.granted, key: key, generation: 0, under: claimKey, at: now)
            return response(access, refreshToken: first.secret, scope: grant.granted)
        }
    }

    private func refresh(_ request: TokenRequest.RefreshGrant, _ client: AuthenticatedClient, _ caller: Caller) async throws(Rejection)
        -> TokenResponse
    {
        try checkResource(request.resources)
        guard let token = tokens.recognise(request.token, as: .refresh) else { throw .unknownRefreshToken }
        if let wait = limits.failedTokenRequests.wait(for: token.grant) { throw .tooManyFailures(retryAfter: wait) }
        let claimKey = try await claimKey()
        let next = try tokens.make(.refresh, grant: token.grant, generation: token.generation + 1)
        let (scopes, lifetimes) = (configuration.scopes, configuration.lifetimes)
        let outcome = try await updateGrant(token.grant) { [bearers] grant, now in
            // Before anything moves: a scope that was never asked for rotates nothing (PROTOCOL: RFC 6749 §6).
            if grant.client == client.id, let asked = request.scope, !Self.wasAsked(asked, of: grant, in: scopes) {
                return GrantChange((GrantBearers.Renewal.refused(.scopeNeverAsked), grant, now))
            }
            let renewal = bearers.renew(with: token, client: client.id, next: next, lifetimes: lifetimes, grant: &grant, at: now)
            return GrantChange((renewal, grant, now), audit: Self.audit(renewal, grant, caller))
        }
        guard let (renewal, grant, now) = outcome else { throw .unknownRefreshToken }
        switch renewal {
        case .refused(let rejection):
            // A client with a dead token must go on reading that it is dead.
            if rejection != .grantEnded { limits.failedTokenRequests.count(for: token.grant) }
            throw rejection
        case .ended(_, let rejection): throw rejection
        case .renewed(let key, let refreshToken, let generation, _):
            let scope = narrowed(grant, to: request.scope)
            let access = try await accessTokens.issue(for: grant, scope: scope, key: key, generation: generation, under: claimKey, at: now)
            return response(access, refreshToken: refreshToken, scope: scope)
        }
    }

    private func response(_ access: (token: Secret, expiresIn: Int64), refreshToken: Secret, scope: ScopeSet) -> TokenResponse {
        TokenResponse(
            accessToken: access.token, refreshToken: refreshToken, expiresIn: access.expiresIn, scope: configuration.scopes.text(for: scope)
        )
    }

    /// The access token may carry less than the grant; the grant stays as it is. What was asked for once and not granted is dropped silently,
    /// because some clients send the scope of their first request at each refresh.
    private func narrowed(_ grant: Grant, to asked: [String]?) -> ScopeSet {
        let left = configuration.scopes.expand(asked ?? []).intersection(grant.granted)
        // Where nothing is left of what was asked, it is as if nothing had been asked.
        return left.isEmpty ? grant.granted : left
    }

    /// Whether every name was part of the original request, as far as anybody here knows it.
    private static func wasAsked(_ names: [String], of grant: Grant, in scopes: ScopeVocabulary) -> Bool {
        names.allSatisfy { name in
            if scopes.tolerated.contains(name) { return true }
            let atoms = scopes.expand([name])
            return atoms.isEmpty ? grant.requested.contains(name) : atoms.isSubset(of: grant.requested)
        }
    }

    private func checkResource(_ resources: [String]) throws(Rejection) {
        do { try configuration.resource.check(resources) } catch { throw .malformed(error) }
    }

    private func claimKey() async throws(Rejection) -> Keyring.Key {
        do { return try await claimKeys.current() } catch { throw .store(error) }
    }

    func updateGrant<Result: Sendable>(
        _ id: GrantID, _ transition: @escaping @Sendable (inout Grant, UnixTime) -> GrantChange<Result>
    ) async throws(Rejection) -> Result? {
        do { return try await store.updateGrant(id, transition) } catch { throw .store(error) }
    }

    static func event(_ action: AuditEvent.Action, _ grant: Grant, _ caller: Caller, detail: String? = nil) -> AuditEvent {
        AuditEvent(
            action, subject: grant.subject, clientID: grant.client.text, grantID: grant.id.text, address: caller.address, detail: detail)
    }

    private static func audit(_ renewal: GrantBearers.Renewal, _ grant: Grant, _ caller: Caller) -> [AuditEvent] {
        switch renewal {
        case .renewed(_, _, _, let isRetry): [event(.refreshed, grant, caller, detail: isRetry ? "retry" : nil)]
        case .ended(.refreshTokenReused, _): [event(.reuseDetected, grant, caller, detail: "refresh token")]
        case .ended(let reason, _): [event(.expired, grant, caller, detail: reason.rawValue)]
        case .refused: []
        }
    }
}
