import OAuth
package import Primitives
import Vault

/// What a client may learn of a token (RFC 7662 §2.2).
package struct Introspection: Sendable, Equatable {
    package let json: JSON

    /// Whatever is not an active token of the caller, and nothing about why (RFC 7662 §2.2).
    static let inactive = Introspection(json: ["active": false])
}

extension AuthorizationServer {
    /// Tells a client about a token of its own (RFC 7662 §2.1): whether it would be accepted now, and what it stands for. Looking changes nothing;
    /// a refresh token that was asked about does not count as seen.
    /// - Throws: `invalid_client` for a client that anybody could pretend to be: it could be used to try tokens out (RFC 7662 §4).
    package func introspect(_ token: Secret, by client: AuthenticatedClient) async throws(Rejection) -> Introspection {
        guard client.client.metadata.authMethod != .none else {
            throw .malformed(OAuthError(.invalidClient, "Introspection is for clients that authenticate; this one is public."))
        }
        let now = try now()
        if let refresh = tokens.recognise(token, as: .refresh) { return try describe(refresh, of: client, at: now) }
        guard let claims = await accessTokens.verify(token, at: now)?.claims else { return .inactive }
        return try describe(claims, of: client, at: now)
    }

    private func describe(_ claims: AccessTokenClaims, of client: AuthenticatedClient, at now: UnixTime) throws(Rejection) -> Introspection
    {
        // Clocks may be apart where a token is used, but nobody is told that a token is active which says itself that it has expired.
        guard now < claims.expiry, let grant = try living(claims.grant, of: client, at: now), grant.client == claims.client,
            grant.subject == claims.subject
        else { return .inactive }
        let scope = configuration.scopes.expand(claims.scope.split(separator: " ").map(String.init)).intersection(grant.granted)
        return describe(grant, scope, type: "Bearer", id: claims.tokenID, issuedAt: claims.issuedAt, expiry: claims.expiry)
    }

    private func describe(_ token: OpaqueToken, of client: AuthenticatedClient, at now: UnixTime) throws(Rejection) -> Introspection {
        let idle = configuration.lifetimes.refreshTokenIdle
        guard let grant = try living(token.grant, of: client, at: now), let family = grant.family else { return .inactive }
        switch family.standing(of: token, idle: idle, at: now) {
        // The predecessor whose answer may still be asked for again would be accepted, too.
        case .current, .retry: break
        case .reused, .idleTooLong, .unknown: return .inactive
        }
        let expiry = min(family.current.issuedAt + idle, grant.expiresAt)
        return describe(
            grant, grant.granted, type: "refresh_token", id: "\(token.grant).\(token.generation)", issuedAt: family.current.issuedAt,
            expiry: expiry)
    }

    /// The grant, where it lives and is the caller's.
    private func living(_ id: GrantID, of client: AuthenticatedClient, at now: UnixTime) throws(Rejection) -> Grant? {
        let grant: Grant?
        do { grant = try store.grant(id) } catch { throw .store(error) }
        guard let grant, grant.client == client.id, grant.family != nil, now < grant.expiresAt else { return nil }
        return grant
    }

    private func describe(
        _ grant: Grant, _ scope: ScopeSet, type: String, id: String, issuedAt: UnixTime, expiry: UnixTime
    ) -> Introspection {
        Introspection(json: [
            "active": true, "scope": .string(configuration.scopes.text(for: scope)), "client_id": .string(grant.client.text),
            "token_type": .string(type), "exp": .integer(expiry.seconds), "iat": .integer(issuedAt.seconds),
            "sub": .string(grant.subject.text), "aud": .string(grant.resource.text), "iss": .string(configuration.issuer.text),
            "jti": .string(id),
        ])
    }
}
