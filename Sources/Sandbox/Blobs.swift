import Foundation
import GRDB
import HTTPTypes
import Primitives

/// Blobs: bytes under a key, of the account as a whole.
enum Blobs {
    static func list(_ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let prefix = call.query["prefix"] ?? ""
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT key, length(content) AS size, modified_at FROM blob WHERE account = ? AND substr(key, 1, length(?)) = ? ORDER BY key
                """, arguments: [principal.account, prefix, prefix])
        return .json(
            .array(
                rows.map { row in
                    [
                        "key": .string(row["key"]),
                        "size": .integer(row["size"] as Int64),
                        "lastModified": .string(Timestamp.text(row["modified_at"])),
                    ]
                }))
    }

    static func read(_ key: String, _ principal: Principal, _ db: Database) throws -> Answer {
        let content = try Data.fetchOne(
            db, sql: "SELECT content FROM blob WHERE account = ? AND key = ?", arguments: [principal.account, try checked(key)])
        guard let content else { throw APIError.notFound("Blob not found") }
        return .bytes(Array(content))
    }

    static func store(_ key: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        try BlobStore.write(call.body, key: checked(key), account: principal.account, at: Timestamp.now, in: db)
        return .json("ok", status: .created)
    }

    static func delete(_ key: String, _ principal: Principal, _ db: Database) throws -> Answer {
        try db.execute(sql: "DELETE FROM blob WHERE account = ? AND key = ?", arguments: [principal.account, try checked(key)])
        guard db.changesCount == 1 else { throw APIError.notFound("Blob not found") }
        return .noContent
    }

    private static func checked(_ key: String) throws -> String {
        guard (1...512).contains(key.count) else { throw APIError.invalid("key must have 1 to 512 characters") }
        return key
    }
}

enum BlobStore {
    static func write(_ content: [UInt8], key: String, account: String, at now: Int64, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO blob (account, key, content, modified_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (account, key) DO UPDATE SET content = excluded.content, modified_at = excluded.modified_at
                """, arguments: [account, key, Data(content), now])
    }
}
