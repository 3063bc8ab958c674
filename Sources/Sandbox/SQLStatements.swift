import Primitives

/// A statement of a caller, with its arguments.
struct UserStatement: Sendable {
    let sql: String
    let positional: [JSON]
    let named: [(String, JSON)]

    /// From a plain text or `{sql, args}`.
    init(_ value: JSON) throws {
        guard let sql = value.string ?? value["sql"]?.string, sql.count <= 100_000 else {
            throw APIError.invalid("A statement is a string, or an object with sql and args")
        }
        self.sql = sql
        switch value["args"] {
        case nil, .null:
            positional = []
            named = []
        case .array(let values) where values.count <= 500:
            positional = values
            named = []
        case .object(let values) where values.count <= 500:
            positional = []
            // `:name`, `@name` and `$name` are written with or without their sign.
            named = values.members.map { (String($0.key.drop { ":@$".contains($0) }), $0.value) }
        default: throw APIError.invalid("args must be an array or an object of at most 500 values")
        }
        guard Self.allowed.contains(Self.keyword(of: sql)) else {
            throw APIError.invalid("SQLITE_AUTH: this kind of statement is not allowed")
        }
    }

    /// The kinds of statements that stay inside the account's own database. `ATTACH`, `PRAGMA` and `VACUUM INTO` would not, and each can only
    /// begin a statement; `load_extension()` is switched off in SQLite itself. `BEGIN` and the like belong to the batch.
    private static let allowed: Set<String> = [
        "SELECT", "VALUES", "WITH", "INSERT", "REPLACE", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "EXPLAIN", "ANALYZE", "REINDEX",
    ]

    /// The first word behind white space and comments.
    static func keyword(of sql: String) -> String {
        var rest = Array(sql.utf8)[...]
        while let byte = rest.first {
            if [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(byte) {
                rest = rest.dropFirst()
            } else if rest.starts(with: "--".utf8) {
                rest = rest.drop { $0 != 0x0A }
            } else if rest.starts(with: "/*".utf8) {
                rest = rest.dropFirst(2)
                while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest = rest.dropFirst() }
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        let word = rest.prefix { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
        return String(decoding: word, as: UTF8.self).uppercased()
    }
}
