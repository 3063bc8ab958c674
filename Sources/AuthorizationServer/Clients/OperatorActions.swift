package import OAuth
import Primitives
package import Vault

/// What the operator does to clients and grants. In force with the commit: every request reads the rows.
extension AuthorizationStore {
    /// Blocks a client: nothing of it works until it is unblocked, and its grants wait. One that nobody has approved gets a row for it.
    /// - Returns: the row as it is now; `nil` where nothing changed, since it is blocked or deleted already.
    package func block(_ id: ClientID) async throws(StoreFailure) -> ClientRow? {
        try await updateClient(id) { row, now in
            var kept = row ?? ClientRow(id: id, createdAt: now)
            guard kept.block(at: now) else { return ClientChange(nil) }
            row = kept
            return ClientChange(kept, audit: [AuditEvent(.clientBlocked, clientID: id.text, detail: "operator")])
        }
    }

    /// - Returns: the row as it is now; `nil` where the client was not blocked.
    package func unblock(_ id: ClientID) async throws(StoreFailure) -> ClientRow? {
        try await updateClient(id) { row, _ in
            guard var kept = row, kept.unblock() else { return ClientChange(nil) }
            row = kept
            return ClientChange(kept, audit: [AuditEvent(.clientUnblocked, clientID: id.text, detail: "operator")])
        }
    }

    /// Ends a grant: what could open its entry is erased.
    /// - Returns: whether it lived; `nil` where there is no such grant.
    package func revoke(_ id: GrantID) async throws(StoreFailure) -> Bool? {
        try await updateGrant(id) { grant, now in
            guard !grant.hasEnded else { return GrantChange(false) }
            grant.end(.revoked, at: now)
            let event = AuditEvent(
                .revoked, subject: grant.subject, clientID: grant.client.text, grantID: grant.id.text, detail: "operator")
            return GrantChange(true, audit: [event])
        }
    }
}
