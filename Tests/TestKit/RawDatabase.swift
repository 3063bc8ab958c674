import Foundation
import GRDB

/// A value as SQLite holds it.
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    package var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    package var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    package var blob: [UInt8]? {
        guard case .blob(let value) = self else { return nil }
        return value
    }
}

/// Somebody who has the database file and SQLite, and knows neither keys nor manners: no foreign keys, no checks.
package final class RawDatabase: Sendable {
    private let queue: DatabaseQueue

    package init(path: String) throws {
        var configuration = GRDB.Configuration()
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA ignore_check_constraints = ON") }
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    package func run(_ sql: String, _ arguments: [SQLValue] = []) throws {
        try queue.write { try $0.execute(sql: sql, arguments: StatementArguments(arguments.map(Self.databaseValue))) }
    }

    package func rows(_ sql: String, _ arguments: [SQLValue] = []) throws -> [[String: SQLValue]] {
        try queue.read { db in
            try Row.fetchAll(db, sql: sql, arguments: StatementArguments(arguments.map(Self.databaseValue))).map { row in
                Dictionary(uniqueKeysWithValues: row.map { ($0, Self.value($1)) })
            }
        }
    }

    /// The first column of the first row.
    package func value(_ sql: String, _ arguments: [SQLValue] = []) throws -> SQLValue {
        try queue.read { db in
            try DatabaseValue.fetchOne(db, sql: sql, arguments: StatementArguments(arguments.map(Self.databaseValue))).map(Self.value)
                ?? .null
        }
    }

    package func count(_ table: String) throws -> Int64? { try value("SELECT count(*) FROM \(table)").integer }

    private static func value(_ value: DatabaseValue) -> SQLValue {
        switch value.storage {
        case .null: .null
        case .int64(let integer): .integer(integer)
        case .double(let double): .text("\(double)")
        case .string(let text): .text(text)
        case .blob(let data): .blob(Array(data))
        }
    }

    private static func databaseValue(_ value: SQLValue) -> DatabaseValue {
        switch value {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}
