package import AuthorizationServer
import GRDB
package import OAuth
import Primitives
package import Vault

/// A client as an operator sees it.
package struct ClientSummary: Sendable {
    package let row: ClientRow
    /// Grants that have not ended.
    package let liveGrants: Int
}

/// Rows for an operator. One whose MAC does not hold is named and not shown: nothing in it can be believed.
package struct Inventory<Value: Sendable>: Sendable {
    package let values: [Value]
    package let tampered: [String]
}

extension SQLiteStore {
    /// All clients that have a row, the oldest first.
    package func clients() throws(StoreFailure) -> Inventory<ClientSummary> {
        try read { db in
            let sql = """
                SELECT clients.*, (SELECT COUNT(*) FROM grants WHERE client = clients.id AND state <> 'ended') AS live
                FROM clients ORDER BY created_at, id
                """
            return try inventory(sql, [], db) { row in ClientSummary(row: try rows.client(row).value, liveGrants: row["live"]) }
        }
    }

    /// Grants, the newest first.
    /// - Parameters:
    ///   - client: those of one client; `nil` for all.
    ///   - includingEnded: also those that are kept only to tell a replay.
    package func grants(of client: ClientID? = nil, includingEnded: Bool = false) throws(StoreFailure) -> Inventory<Grant> {
        try read { db in
            var conditions = includingEnded ? ["1 = 1"] : ["state <> 'ended'"]
            if client != nil { conditions.append("client = ?") }
            let sql = "SELECT * FROM grants WHERE \(conditions.joined(separator: " AND ")) ORDER BY created_at DESC, id"
            return try inventory(sql, client.map { [$0.text] } ?? [], db) { row in try rows.grant(row).value }
        }
    }

    private func inventory<Value>(
        _ sql: String, _ arguments: StatementArguments, _ db: Database, _ value: (Row) throws -> Value
    ) throws -> Inventory<Value> {
        var (values, tampered): ([Value], [String]) = ([], [])
        let cursor = try Row.fetchCursor(db, sql: sql, arguments: arguments)
        while let row = try cursor.next() {
            do { values.append(try value(row)) } catch StoreFailure.tampered(_, let id) { tampered.append(id) }
        }
        return Inventory(values: values, tampered: tampered)
    }
}
