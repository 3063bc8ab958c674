package import OAuth
package import Primitives
package import Vault

/// A bearer that holds now: its token is verified and its grant lives. Only `AuthorizationServer.authenticate` makes one.
package struct VerifiedAccessToken: Sendable {
    package let grant: Grant
    /// The token's scope ∩ the grant's present one.
    package let scope: ScopeSet
    fileprivate let claims: AccessTokenClaims

    fileprivate init(grant: Grant, scope: ScopeSet, claims: AccessTokenClaims) {
        self.grant = grant
        self.scope = scope
        self.claims = claims
    }
}

/// Whether a tool may be used.
package enum ScopeDecision: Sendable, Equatable {
    case allowed
    /// Never asked for: the client may ask the person for more. `names` is what to ask for: what it has and what it needs.
    case neverAsked(names: [String])
    /// The person said no, or narrowed the grant later. Asking again would only bring the page back.
    case refused
}

extension AuthorizationServer {
    /// Checks a bearer and its grant, for this one request.
    /// - Returns: `nil` for a token that is not valid now; the answer is 401 `invalid_token` (RFC 6750 §3.1).
    package func authenticate(_ token: Secret) async throws(Rejection) -> VerifiedAccessToken? {
        let now = try now()
        guard let claims = await accessTokens.verify(token, at: now)?.claims else { return nil }
        let holding: Holding?
        do { holding = try store.holding(claims.grant) } catch { throw .store(error) }
        guard let holding, holding.client.state == .active else { return nil }
        let grant = holding.grant
        guard let family = grant.family, grant.client == claims.client, grant.subject == claims.subject, now < grant.expiresAt
        else {
            return nil
        }
        try await noteSeen(claims, grant, family)
        let scope = configuration.scopes.expand(claims.scope.split(separator: " ").map(String.init))
        return VerifiedAccessToken(grant: grant, scope: scope.intersection(grant.granted), claims: claims)
    }

    /// An access token that was issued with the current refresh token shows that the answer arrived. Written once per refresh.
    private func noteSeen(_ claims: AccessTokenClaims, _ grant: Grant, _ family: TokenFamily) async throws(Rejection) {
        guard !family.currentSeen, family.predecessor?.lockedSuccessor != nil, let opened = accessTokens.open(claims),
            opened.generation == family.generation
        else { return }
        _ = try await updateGrant(grant.id) { grant, now in
            if var family = grant.family, family.markSeen(generation: opened.generation, at: now) { grant.update(family: family) }
            return GrantChange(())
        }
    }

    package func decide(_ atom: String, for token: VerifiedAccessToken) -> ScopeDecision {
        if token.scope.contains(atom) { return .allowed }
        if token.grant.requested.contains(atom), !token.grant.granted.contains(atom) { return .refused }
        let wanted = configuration.scopes.expand(token.scope.atoms + [atom])
        return .neverAsked(names: configuration.scopes.names(for: wanted))
    }

    /// Opens the credential for one tool call.
    /// - Parameter origin: where it is about to be sent.
    /// - Returns: `nil` when it does not open: the grant ended meanwhile, its claim key is gone, or a row is not what it was.
    package func credential(for token: VerifiedAccessToken, origin: String) throws(Rejection) -> ProvenCredential? {
        guard let connection = token.grant.connection, let opened = accessTokens.open(token.claims) else { return nil }
        let entry: Entry?
        do { entry = try store.entry(connection.entry) } catch { throw .store(error) }
        guard let entry, entry.subject == token.grant.subject else { return nil }
        return try? vault.open(
            entry, envelope: connection.envelope, secretKey: opened.key.secret, of: token.grant.recipient, origin: origin)
    }

    /// The same for a call that was made with a header token.
    package func auditCall(_ tool: String, headerTokenOf subject: Subject, caller: Caller) throws(Rejection) {
        let event = AuditEvent(.toolCalled, subject: subject, address: caller.address, detail: "\(tool), header token")
        do { try store.enqueue(event) } catch { throw .store(error) }
    }

    /// Notes a tool call before it is made. A call that cannot be noted must not be made.
    package func auditCall(_ tool: String, _ token: VerifiedAccessToken, caller: Caller) throws(Rejection) {
        do { try store.enqueue(Self.event(.toolCalled, token.grant, caller, detail: tool)) } catch { throw .store(error) }
    }
}
