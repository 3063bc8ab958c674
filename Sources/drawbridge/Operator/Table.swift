import Foundation
import Primitives

/// Columns of text for a terminal.
enum Table {
    static func text(_ header: [String], _ rows: [[String]]) -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }

    static func text(_ facts: [(String, String)]) -> String {
        let width = facts.map(\.0.count).max() ?? 0
        return facts.map { name, value in name + String(repeating: " ", count: width - name.count + 2) + value }.joined(separator: "\n")
    }

    static func clip(_ text: String, to length: Int) -> String { text.count > length ? text.prefix(length - 1) + "…" : text }
}

extension UnixTime {
    /// RFC 3339, in UTC.
    var iso: String { Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601) }
}
