import Foundation
import OAuth
import Primitives
import Testing

/// The tables of `Tests/Vectors/oauth`.
enum Vectors {
    static func load(_ file: String) throws -> [Vector] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let table = try Data(contentsOf: folder.appendingPathComponent("Vectors/oauth").appendingPathComponent(file))
        return try #require(try JSON.parse(Array(table)).array).map(Vector.init)
    }
}

/// One row of a table. Asking for a column that has another type fails the test.
struct Vector: Sendable, CustomTestStringConvertible {
    let row: JSON

    var why: String { row["why"]?.string ?? "" }
    var testDescription: String { why }
    /// The code of the error that this row expects.
    var refused: String? { row["refused"]?.string }

    subscript(column: String) -> JSON? { row[column].flatMap { $0.isNull ? nil : $0 } }

    func flag(_ column: String) -> Bool { row[column]?.bool ?? false }

    func bytes(_ column: String) throws -> [UInt8] { try Self.bytes(try #require(row[column])) }

    func text(_ column: String) throws -> String { String(decoding: try bytes(column), as: UTF8.self) }

    /// `nil` where the column is absent or `null`.
    func optionalText(_ column: String) throws -> String? {
        try self[column].map { String(decoding: try Self.bytes($0), as: UTF8.self) }
    }

    func texts(_ column: String) throws -> [String] {
        try #require(row[column]?.array).map { String(decoding: try Self.bytes($0), as: UTF8.self) }
    }

    /// A text as it stands, bytes in hexadecimal, a JSON document, or a piece many times over.
    static func bytes(_ input: JSON) throws -> [UInt8] {
        if let text = input.string { return Array(text.utf8) }
        if let hex = input["hex"]?.string { return try #require(Hex.decode(hex)) }
        if let document = input["json"] { return document.serialized }
        let piece = try #require(input["repeat"]?.string)
        let times = Int(try #require(input["times"]?.integer))
        let text = (input["before"]?.string ?? "") + String(repeating: piece, count: times) + (input["after"]?.string ?? "")
        return Array(text.utf8)
    }
}

/// Checks what every error that a client may read has to keep to, whatever came in (RFC 6749 §5.2): it goes into headers and URLs.
func expectReadable(_ error: OAuthError, sourceLocation: SourceLocation = #_sourceLocation) {
    let isDescription = error.description.utf8.allSatisfy {
        (0x20...0x21).contains($0) || (0x23...0x5B).contains($0) || (0x5D...0x7E).contains($0)
    }
    #expect(isDescription && !error.description.isEmpty && error.description.utf8.count < 300, sourceLocation: sourceLocation)
}
