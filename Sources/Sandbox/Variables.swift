import GRDB
import HTTPTypes
import Primitives

/// Environment variables of a val. Their values go in and never come out.
enum Variables {
    static func list(_ val: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        _ = try Vals.owned(val, by: principal, db)
        let page = try Page(call)
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM variable WHERE val = ? ORDER BY key LIMIT ? OFFSET ?", arguments: [val, page.limit + 1, page.offset])
        return page.answer(rows.map(json), call)
    }

    static func create(_ val: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        _ = try Vals.owned(val, by: principal, db)
        let wanted = try call.json()
        let key = try Check.required(wanted["key"], "key", atMost: 8192)
        guard Check.isVariableName(key) else { throw APIError.invalid("key is not a valid name") }
        let value = try Check.required(wanted["value"], "value", atMost: 8192)
        guard try find(val, key, db) == nil else { throw APIError.conflict("Conflict: Environment variable already exists") }
        let now = Timestamp.now
        try db.execute(
            sql: "INSERT INTO variable (val, key, value, description, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [val, key, value, try Check.text(wanted["description"], "description", atMost: 8192), now, now])
        return try answer(val, key, db)
    }

    static func update(_ val: String, _ key: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        _ = try Vals.owned(val, by: principal, db)
        guard let old = try find(val, key, db) else { throw APIError.notFound("Environment variable not found") }
        let wanted = try call.json()
        try db.execute(
            sql: "UPDATE variable SET value = ?, description = ?, updated_at = ? WHERE val = ? AND key = ?",
            arguments: [
                try Check.required(wanted["value"], "value", atMost: 8192),
                try Check.text(wanted["description"], "description", atMost: 8192) ?? old["description"], Timestamp.now, val, key,
            ])
        return try answer(val, key, db)
    }

    static func delete(_ val: String, _ key: String, _ principal: Principal, _ db: Database) throws -> Answer {
        _ = try Vals.owned(val, by: principal, db)
        try db.execute(sql: "DELETE FROM variable WHERE val = ? AND key = ?", arguments: [val, key])
        guard db.changesCount == 1 else { throw APIError.notFound("Environment variable not found") }
        return .noContent
    }

    private static func find(_ val: String, _ key: String, _ db: Database) throws -> Row? {
        try Row.fetchOne(db, sql: "SELECT * FROM variable WHERE val = ? AND key = ?", arguments: [val, key])
    }

    private static func answer(_ val: String, _ key: String, _ db: Database) throws -> Answer {
        .json(try find(val, key, db).map(json) ?? .null, status: .created)
    }

    private static func json(_ row: Row) -> JSON {
        [
            "key": .string(row["key"]),
            "description": (row["description"] as String?).map(JSON.string) ?? .null,
            "createdAt": .string(Timestamp.text(row["created_at"])),
            "updatedAt": .string(Timestamp.text(row["updated_at"])),
        ]
    }
}
