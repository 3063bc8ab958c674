/// Why a text is not accepted as JSON, and at which byte.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: String, Sendable {
        case tooLarge = "the document is too large"
        case tooDeep = "arrays and objects are nested too deeply"
        case duplicateKey = "an object has the same key twice"
        case invalidUTF8 = "the text is not valid UTF-8"
        case syntax = "the text is not valid JSON"
        case trailingText = "there is something after the value"
    }

    package let reason: Reason
    /// Offset in bytes from the start.
    package let offset: Int

    package var description: String { "\(reason.rawValue) (at byte \(offset))" }
}

extension JSON {
    /// Reads one JSON value and nothing else.
    ///
    /// Stricter than Foundation on purpose: UTF-8 only and without a byte order mark, no trailing commas, a duplicate key is refused rather
    /// than resolved one way here and another way elsewhere, lone surrogates are refused (RFC 8259 §§4, 8; RFC 7493 §2).
    /// - Parameters:
    ///   - maximumSize: in bytes; checked before anything is read.
    ///   - maximumDepth: how many arrays and objects may be open at once.
    package static func parse(
        _ bytes: [UInt8], maximumSize: Int = 4 << 20, maximumDepth: Int = 64
    ) throws(JSONError) -> JSON {
        guard bytes.count <= maximumSize else { throw JSONError(reason: .tooLarge, offset: maximumSize) }
        var parser = JSONParser(bytes: bytes, maximumDepth: maximumDepth)
        return try parser.document()
    }

    package static func parse(_ text: String, maximumSize: Int = 4 << 20, maximumDepth: Int = 64) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), maximumSize: maximumSize, maximumDepth: maximumDepth)
    }
}

/// A recursive descent over the grammar of RFC 8259; one method per production.
struct JSONParser {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var position = 0
    private var depth = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(JSONError) -> JSON {
        skipWhitespace()
        let value = try value()
        skipWhitespace()
        guard position == bytes.count else { throw failure(.trailingText) }
        return value
    }

    private func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhitespace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard next == byte else { throw failure(.syntax) }
        position += 1
    }

    private mutating func expect(word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, word.withUTF8Buffer({ $0.elementsEqual(bytes[position..<end]) }) else { throw failure(.syntax) }
        position = end
        return value
    }

    private mutating func value() throws(JSONError) -> JSON {
        guard let byte = next else { throw failure(.syntax) }
        switch byte {
        case UInt8(ascii: "{"): return .object(try nested { parser throws(JSONError) in try parser.object() })
        case UInt8(ascii: "["): return .array(try nested { parser throws(JSONError) in try parser.array() })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try expect(word: "true", .bool(true))
        case UInt8(ascii: "f"): return try expect(word: "false", .bool(false))
        case UInt8(ascii: "n"): return try expect(word: "null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw failure(.syntax)
        }
    }

    private mutating func nested<Value>(_ body: (inout JSONParser) throws(JSONError) -> Value) throws(JSONError) -> Value {
        guard depth < maximumDepth else { throw failure(.tooDeep) }
        depth += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try expect(UInt8(ascii: "{"))
        skipWhitespace()
        var members: [JSONObject.Member] = []
        // As bytes: equal escapes are equal keys, canonically equivalent texts are not (RFC 8259 §8.3).
        var keys: Set<[UInt8]> = []
        if next == UInt8(ascii: "}") {
            position += 1
            return JSONObject(unique: members)
        }
        while true {
            skipWhitespace()
            let start = position
            let key = try string()
            guard keys.insert(Array(key.utf8)).inserted else { throw JSONError(reason: .duplicateKey, offset: start) }
            skipWhitespace()
            try expect(UInt8(ascii: ":"))
            skipWhitespace()
            members.append(JSONObject.Member(key: key, value: try value()))
            skipWhitespace()
            if next == UInt8(ascii: ",") {
                position += 1
            } else {
                try expect(UInt8(ascii: "}"))
                return JSONObject(unique: members)
            }
        }
    }

    private mutating func array() throws(JSONError) -> [JSON] {
        try expect(UInt8(ascii: "["))
        skipWhitespace()
        var elements: [JSON] = []
        if next == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            skipWhitespace()
            elements.append(try value())
            skipWhitespace()
            if next == UInt8(ascii: ",") {
                position += 1
            } else {
                try expect(UInt8(ascii: "]"))
                return elements
            }
        }
    }

    private mutating func number() throws(JSONError) -> JSONNumber {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return JSONNumber(validated: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    /// One digit or more.
    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw failure(.syntax) }
    }

    private mutating func string() throws(JSONError) -> String {
        try expect(UInt8(ascii: "\""))
        var content: [UInt8] = []
        var start = position
        while true {
            guard let byte = next else { throw failure(.syntax) }
            switch byte {
            case UInt8(ascii: "\""):
                content.append(contentsOf: bytes[start..<position])
                position += 1
                guard let text = String(validating: content, as: UTF8.self) else { throw failure(.invalidUTF8) }
                return text
            case UInt8(ascii: "\\"):
                content.append(contentsOf: bytes[start..<position])
                position += 1
                content.append(contentsOf: Character(try escape()).utf8)
                start = position
            case 0x00..<0x20: throw failure(.syntax)
            default: position += 1
            }
        }
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let byte = next else { throw failure(.syntax) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw failure(.syntax)
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A high surrogate must be followed by a low one; alone it has no UTF-8 form.
        guard (0xD800..<0xDC00).contains(first), bytes[position...].starts(with: #"\u"#.utf8) else { throw failure(.invalidUTF8) }
        position += 2
        let second = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) else {
            throw failure(.invalidUTF8)
        }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw failure(.syntax) }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
