import OAuth
package import Primitives
import Vault

extension AuthorizationServer {
    /// Revokes a token (RFC 7009 §2.1): a refresh token, and an access token too, ends its grant with all that was issued from it.
    ///
    /// Unknown tokens, and those of other clients, are no error and have no effect (§2.2).
    package func revoke(_ token: Secret, by client: AuthenticatedClient, caller: Caller) async throws(Rejection) {
        guard let id = try await owner(of: token) else { return }
        _ = try await updateGrant(id) { grant, now in
            guard grant.client == client.id, !grant.hasEnded else { return GrantChange(()) }
            grant.end(.revoked, at: now)
            return GrantChange((), audit: [Self.event(.revoked, grant, caller, detail: "client")])
        }
    }

    private func owner(of token: Secret) async throws(Rejection) -> GrantID? {
        if let refresh = tokens.recognise(token, as: .refresh) { return refresh.grant }
        return await accessTokens.verify(token, at: try now())?.claims.grant
    }
}
