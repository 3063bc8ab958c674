import GRDB
import Primitives

/// Accounts as the API shows them.
enum Users {
    static func json(_ row: Row, _ call: Call) -> JSONObject {
        let id: String = row["id"]
        let username: String = row["username"]
        return JSONObject([
            .init(key: "id", value: .string(id)),
            .init(key: "type", value: "user"),
            .init(key: "bio", value: (row["bio"] as String?).map(JSON.string) ?? .null),
            .init(key: "username", value: .string(username)),
            .init(key: "profileImageUrl", value: .null),
            .init(key: "url", value: .string("https://www.val.town/u/\(username)")),
            .init(key: "links", value: ["self": .string("\(call.origin)/v1/users/\(id)")]),
        ])
    }

    static func myself(_ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let row = try find("id", principal.account, db)
        var user = json(row, call)
        user["tier"] = .string(row["tier"])
        user["email"] = .string(row["email"])
        return .json(.object(user))
    }

    static func byID(_ id: String, _ call: Call, _ db: Database) throws -> Answer {
        .json(.object(json(try find("id", id, db), call)))
    }

    static func byName(_ username: String, _ call: Call, _ db: Database) throws -> Answer {
        .json(.object(json(try find("username", username, db), call)))
    }

    private static func find(_ column: String, _ value: String, _ db: Database) throws -> Row {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM account WHERE \(column) = ?", arguments: [value]) else {
            throw APIError.notFound("User not found")
        }
        return row
    }
}
