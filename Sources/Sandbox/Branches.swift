import GRDB
import HTTPTypes
import Primitives

/// Branches of a val.
enum Branches {
    static func json(_ row: Row, of val: Row, _ call: Call) -> JSON {
        let id: String = row["id"]
        let name: String = row["name"]
        let valID: String = val["id"]
        let username: String = val["username"]
        let valName: String = val["name"]
        return [
            "name": .string(name),
            "id": .string(id),
            "version": .integer(row["version"] as Int64),
            "createdAt": .string(Timestamp.text(row["created_at"])),
            "updatedAt": .string(Timestamp.text(row["updated_at"])),
            "forkedBranchId": (row["forked_from"] as String?).map(JSON.string) ?? .null,
            "links": [
                "self": .string("\(call.origin)/v2/vals/\(valID)/branches/\(id)"),
                "html": .string("https://www.val.town/x/\(username)/\(valName)/branch/\(PercentEncoding.encode(name))"),
            ],
        ]
    }

    static func all(_ val: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let val = try Vals.visible(val, to: principal, db)
        let page = try Page(call)
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM branch WHERE val = ? ORDER BY created_at, name LIMIT ? OFFSET ?",
            arguments: [val["id"] as String, page.limit + 1, page.offset])
        return page.answer(rows.map { json($0, of: val, call) }, call)
    }

    static func one(_ val: String, _ id: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let val = try Vals.visible(val, to: principal, db)
        return .json(json(try find(id, in: val, db), of: val, call))
    }

    /// A fork of another branch (of `main` when none is named) as it is now.
    static func create(_ val: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let val = try Vals.owned(val, by: principal, db)
        let wanted = try call.json()
        let name = try Check.name(wanted["name"], pattern: Check.isFileName)
        let source = try wanted["branchId"]?.string.map { try find($0, in: val, db) } ?? main(of: val["id"], db)
        let isTaken = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM branch WHERE val = ? AND name = ?)", arguments: [val["id"] as String, name])
        if isTaken == true { throw APIError.conflict("Conflict: Branch name already exists") }
        let id = Fresh.uuid()
        let now = Timestamp.now
        try db.execute(
            sql: "INSERT INTO branch (id, val, name, version, forked_from, created_at, updated_at) VALUES (?, ?, ?, 0, ?, ?, ?)",
            arguments: [id, val["id"] as String, name, source["id"] as String, now, now])
        try FileTree(source).copy(to: id, in: db)
        return .json(json(try find(id, in: val, db), of: val, call), status: .created)
    }

    static func delete(_ val: String, _ id: String, _ principal: Principal, _ db: Database) throws -> Answer {
        let val = try Vals.owned(val, by: principal, db)
        let branch = try find(id, in: val, db)
        guard branch["name"] != "main" else { throw APIError.invalid("The main branch can't be deleted") }
        try db.execute(sql: "DELETE FROM branch WHERE id = ?", arguments: [id])
        return .noContent
    }

    static func find(_ id: String, in val: Row, _ db: Database) throws -> Row {
        let row = try Row.fetchOne(db, sql: "SELECT * FROM branch WHERE id = ? AND val = ?", arguments: [id, val["id"] as String])
        guard let row else { throw APIError.notFound("Branch not found") }
        return row
    }

    static func main(of val: String, _ db: Database) throws -> Row {
        let row = try Row.fetchOne(db, sql: "SELECT * FROM branch WHERE val = ? AND name = 'main'", arguments: [val])
        guard let row else { throw APIError.notFound("Branch not found") }
        return row
    }
}
