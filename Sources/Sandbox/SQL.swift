import Foundation
import GRDB
import Primitives

/// SQL of a caller, in the database of the caller's account.
struct SQL: Sendable {
    let databases: UserDatabases
    /// A statement that runs longer is interrupted.
    let timeLimit: Duration
    private static let maximumRows = 10_000

    func execute(_ call: Call, _ principal: Principal) async throws -> Answer {
        guard let value = try call.json()["statement"] else { throw APIError.invalid("statement is required") }
        let results = try await run([try UserStatement(value)], mayWrite: true, principal)
        return .json(results.first ?? .null)
    }

    /// All of them or none: they share a transaction.
    func batch(_ call: Call, _ principal: Principal) async throws -> Answer {
        let wanted = try call.json()
        guard let values = wanted["statements"]?.array, values.count <= 500 else {
            throw APIError.invalid("statements must be an array of at most 500 statements")
        }
        let mode = wanted["mode"]?.string ?? "write"
        guard ["write", "read", "deferred"].contains(mode) else { throw APIError.invalid("mode must be write, read or deferred") }
        return .json(.array(try await run(values.map(UserStatement.init), mayWrite: mode != "read", principal)))
    }

    private func run(_ statements: [UserStatement], mayWrite: Bool, _ principal: Principal) async throws -> [JSON] {
        let database = try databases.database(of: principal.account)
        let watchdog = Task {
            try await Task.sleep(for: timeLimit)
            database.interrupt()
        }
        defer { watchdog.cancel() }
        do {
            return try await database.write { db in
                try statements.map { try Self.run($0, mayWrite: mayWrite, principal, db) }
            }
        } catch let error as DatabaseError {
            let message = error.resultCode == .SQLITE_INTERRUPT ? "the statement took too long" : error.message ?? "the statement failed"
            throw APIError.invalid("SQLITE_ERROR: \(message)")
        }
    }

    private static func run(_ wanted: UserStatement, mayWrite: Bool, _ principal: Principal, _ db: Database) throws -> JSON {
        let statement = try db.makeStatement(sql: wanted.sql)
        if !statement.isReadonly {
            try principal.require(.sqliteWrite)
            guard mayWrite else { throw APIError.invalid("SQLITE_READONLY: a batch of mode read can't write") }
        }
        try statement.setArguments(arguments(of: wanted))
        let changesBefore = db.totalChangesCount
        let insertedBefore = db.lastInsertedRowID
        var rows: [[DatabaseValue]] = []
        let cursor = try Row.fetchCursor(statement)
        while let row = try cursor.next() {
            guard rows.count < maximumRows else { throw APIError.invalid("The result has more than \(maximumRows) rows") }
            rows.append(Array(row.databaseValues))
        }
        let changes = db.totalChangesCount - changesBefore
        let inserted = changes > 0 && db.lastInsertedRowID != insertedBefore ? db.lastInsertedRowID : nil
        return .object(omittingNil: [
            "columns": .strings(statement.columnNames),
            "columnTypes": .strings(statement.columnNames.indices.map { column in type(of: rows.lazy.map { $0[column] }) }),
            "rows": .array(rows.map { .array($0.map(json)) }),
            "rowsAffected": .integer(changes),
            "lastInsertRowid": inserted.map(JSON.integer),
        ])
    }

    private static func arguments(of wanted: UserStatement) throws -> StatementArguments {
        var arguments = StatementArguments(try wanted.positional.map(value))
        for (name, json) in wanted.named { arguments += [name: try value(json)] }
        return arguments
    }

    private static func value(_ json: JSON) throws -> DatabaseValue {
        switch json {
        case .null: .null
        case .bool(let flag): (flag ? 1 : 0).databaseValue
        case .string(let text): text.databaseValue
        case .number(let number): number.integer?.databaseValue ?? number.double?.databaseValue ?? .null
        case .array, .object: throw APIError.invalid("An argument must be a string, a number, a boolean or null")
        }
    }

    private static func json(_ value: DatabaseValue) -> JSON {
        switch value.storage {
        case .null: .null
        case .int64(let number): .integer(number)
        // JSON has no infinity; SQLite has no NaN.
        case .double(let number): number.isFinite ? (try? JSON.parse("\(number)")) ?? .null : .null
        case .string(let text): .string(text)
        case .blob(let data): .string(data.base64EncodedString())
        }
    }

    /// What the first value of a column that is not null is stored as; the real API names the declared type, which for such is the same word.
    private static func type(of column: some Sequence<DatabaseValue>) -> String {
        for value in column {
            switch value.storage {
            case .null: continue
            case .int64: return "INTEGER"
            case .double: return "REAL"
            case .string: return "TEXT"
            case .blob: return "BLOB"
            }
        }
        return ""
    }
}
