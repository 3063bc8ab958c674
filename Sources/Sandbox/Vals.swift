import GRDB
import HTTPTypes
import Primitives

enum Privacy: String {
    case `public`, unlisted, `private`
}

/// Vals: what the API answers about them.
enum Vals {
    private static let columns = """
        SELECT val.*, account.username FROM val JOIN account ON account.id = val.account
        """

    static func json(_ row: Row, _ call: Call) -> JSON {
        let id: String = row["id"]
        let name: String = row["name"]
        let username: String = row["username"]
        return [
            "name": .string(name),
            "id": .string(id),
            "createdAt": .string(Timestamp.text(row["created_at"])),
            "privacy": .string(row["privacy"]),
            "author": ["type": "user", "id": .string(row["account"]), "username": .string(username)],
            "imageUrl": .null,
            "description": (row["description"] as String?).map(JSON.string) ?? .null,
            "links": [
                "self": .string("\(call.origin)/v2/vals/\(id)"),
                "html": .string("https://www.val.town/x/\(username)/\(name)"),
            ],
        ]
    }

    /// A val that the caller may see. Somebody else's private one does not exist.
    static func visible(_ id: String, to principal: Principal, _ db: Database) throws -> Row {
        let row = try Row.fetchOne(
            db, sql: columns + " WHERE val.id = ? AND (val.privacy <> 'private' OR val.account = ?)", arguments: [id, principal.account])
        guard let row else { throw APIError.notFound("Val not found") }
        return row
    }

    /// A val that the caller may change.
    static func owned(_ id: String, by principal: Principal, _ db: Database) throws -> Row {
        let row = try visible(id, to: principal, db)
        guard row["account"] == principal.account else { throw APIError.forbidden("You do not own this val") }
        return row
    }

    static func one(_ id: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        .json(json(try visible(id, to: principal, db), call))
    }

    static func byName(_ username: String, _ name: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let id = try String.fetchOne(
            db, sql: "SELECT val.id FROM val JOIN account ON account.id = val.account WHERE account.username = ? AND val.name = ?",
            arguments: [username, name])
        guard let id else { throw APIError.notFound("Val not found") }
        return try one(id, call, principal, db)
    }

    static func mine(_ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let page = try Page(call)
        let rows = try Row.fetchAll(
            db, sql: columns + " WHERE val.account = ? ORDER BY val.created_at DESC LIMIT ? OFFSET ?",
            arguments: [principal.account, page.limit + 1, page.offset])
        return page.answer(rows.map { json($0, call) }, call)
    }

    /// Public ones and the caller's own, newest first; pages by `cursor`, the creation time of the last one seen.
    static func all(_ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let limit = try call.integer("limit", in: 1...100, default: 20)
        var conditions = "(val.privacy = 'public' OR val.account = ?)"
        var arguments: StatementArguments = [principal.account]
        if let text = call.query["privacy"] {
            guard Privacy(rawValue: text) != nil else { throw APIError.invalid("privacy must be public, unlisted or private") }
            conditions += " AND val.privacy = ?"
            arguments += [text]
        }
        if let user = call.query["user_id"] {
            conditions += " AND val.account = ?"
            arguments += [user]
        }
        if let text = call.query["cursor"] {
            guard let cursor = Timestamp.parse(text) else { throw APIError.invalid("cursor must be a date-time") }
            conditions += " AND val.created_at < ?"
            arguments += [cursor]
        }
        let rows = try Row.fetchAll(
            db, sql: columns + " WHERE \(conditions) ORDER BY val.created_at DESC LIMIT ?", arguments: arguments + [limit + 1])
        let page = rows.prefix(Int(limit))
        let next = page.last.map { call.link(["cursor": Timestamp.text($0["created_at"]), "limit": limit]) }
        let links = JSON.object(omittingNil: [
            "self": .string(call.link(["limit": limit])),
            "next": rows.count > page.count ? next.map(JSON.string) : nil,
        ])
        return .json(["data": .array(page.map { json($0, call) }), "links": links])
    }

    static func create(_ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let wanted = try call.json()
        let name = try Check.name(wanted["name"], pattern: Check.isValName)
        guard let privacy = wanted["privacy"]?.string.flatMap(Privacy.init(rawValue:)) else {
            throw APIError.invalid("privacy must be public, unlisted or private")
        }
        let description = try Check.text(wanted["description"], "description", atMost: 64)
        if let org = wanted["orgId"], !org.isNull { throw APIError.forbidden("You are not a member of this org") }
        let isTaken = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM val WHERE account = ? AND name = ?)", arguments: [principal.account, name])
        if isTaken == true { throw APIError.conflict("Conflict: Project name already exists") }
        let id = try ValStore.create(name: name, privacy: privacy, description: description, account: principal.account, in: db)
        return .json(json(try visible(id, to: principal, db), call), status: .created)
    }

    static func delete(_ id: String, _ principal: Principal, _ db: Database) throws -> Answer {
        _ = try owned(id, by: principal, db)
        try db.execute(sql: "DELETE FROM val WHERE id = ?", arguments: [id])
        return .noContent
    }
}

enum ValStore {
    /// A val with its branch `main`, empty.
    static func create(name: String, privacy: Privacy, description: String?, account: String, in db: Database) throws -> String {
        let id = Fresh.uuid()
        // Creation times are the cursor of the list, so no two may be alike.
        let newest = try Int64.fetchOne(db, sql: "SELECT max(created_at) FROM val") ?? 0
        let now = max(Timestamp.now, newest + 1)
        try db.execute(
            sql: "INSERT INTO val (id, account, name, privacy, description, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [id, account, name, privacy.rawValue, description, now])
        try db.execute(
            sql: "INSERT INTO branch (id, val, name, version, created_at, updated_at) VALUES (?, ?, 'main', 0, ?, ?)",
            arguments: [Fresh.uuid(), id, now, now])
        return id
    }
}
