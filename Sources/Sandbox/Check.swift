import Primitives

/// The rules for members of request bodies.
enum Check {
    /// `^[a-zA-Z][a-zA-Z0-9\-_]*$`
    static func isValName(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    /// `^[a-zA-Z0-9\$\[\]\(\)\-_.]+$`, and no way out of the folder.
    static func isFileName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "$[]()-_.".utf8.contains($0) }
    }

    /// `^[A-Za-z_][A-Z0-9a-z_]*$`
    static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    static func name(_ value: JSON?, pattern: (String) -> Bool) throws -> String {
        guard let name = value?.string, (1...48).contains(name.count), pattern(name) else {
            throw APIError.invalid("name must have 1 to 48 characters of those that are allowed")
        }
        return name
    }

    /// An optional text; `null` counts as absent.
    static func text(_ value: JSON?, _ member: String, atMost limit: Int) throws -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.string, text.count <= limit else {
            throw APIError.invalid("\(member) must be a string of at most \(limit) characters")
        }
        return text
    }

    static func required(_ value: JSON?, _ member: String, atMost limit: Int) throws -> String {
        guard let text = try text(value, member, atMost: limit) else { throw APIError.invalid("\(member) is required") }
        return text
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
