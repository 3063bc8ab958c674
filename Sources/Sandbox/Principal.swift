import GRDB

/// Whose token came with a request, and what that token may do.
struct Principal: Sendable {
    let account: String
    let username: String
    /// `full`, `read-only` and the like: what the access log may say of a token.
    let tokenName: String
    let permissions: Set<Permission>

    /// The owner of a token, `nil` when nobody has such a token (or no longer has).
    static func owning(token: String, in db: Database) throws -> Principal? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT account.id, account.username, token.name, token.permissions
                FROM token JOIN account ON account.id = token.account WHERE token.secret = ?
                """, arguments: [token])
        guard let row else { return nil }
        let permissions: String = row["permissions"]
        return Principal(
            account: row["id"], username: row["username"], tokenName: row["name"],
            permissions: Set(permissions.split(separator: ",").compactMap { Permission(rawValue: String($0)) }))
    }

    func require(_ permission: Permission) throws {
        guard permissions.contains(permission) else {
            throw APIError.forbidden("This API token lacks the permission \(permission.rawValue)")
        }
    }
}
