/// Cuts HTML into tags and the text between them. Comments, the doctype, and what stands in `<style>` and `<script>` are left out.
struct HTMLScanner {
    enum Token: Equatable {
        /// Tag and attribute names in lower case; an attribute without a value has an empty one.
        case start(String, [String: String])
        case end(String)
        case text(String)
    }

    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ html: String) {
        bytes = Array(html.utf8)
    }

    /// - Returns: `nil` at the end.
    mutating func next() throws(HTMLPage.Malformed) -> Token? {
        while offset < bytes.count {
            if bytes[offset] != UInt8(ascii: "<") { return .text(try text()) }
            if skip("<!--") {
                guard skip(past: "-->") else { throw failure("a comment is not closed") }
            } else if skip("<!") {
                guard skip(past: ">") else { throw failure("a declaration is not closed") }
            } else if skip("</") {
                let name = try self.name()
                skipSpace()
                guard skip(">") else { throw failure("an end tag is not closed") }
                return .end(name)
            } else {
                offset += 1
                return try startTag()
            }
        }
        return nil
    }

    private mutating func startTag() throws(HTMLPage.Malformed) -> Token {
        let tag = try name()
        var attributes: [String: String] = [:]
        while true {
            skipSpace()
            _ = skip("/")
            if skip(">") { break }
            let attribute = try name()
            guard attributes[attribute] == nil else { throw failure("\(attribute) is there twice in a tag") }
            skipSpace()
            attributes[attribute] = skip("=") ? try value() : ""
        }
        // Their content is no HTML; nothing in it matters here.
        if tag == "style" || tag == "script" {
            guard skip(past: "</\(tag)>") else { throw failure("<\(tag)> is not closed") }
        }
        return .start(tag, attributes)
    }

    private mutating func name() throws(HTMLPage.Malformed) -> String {
        let start = offset
        while offset < bytes.count, Self.isNameByte(bytes[offset]) { offset += 1 }
        guard offset > start else { throw failure("a name is missing in a tag") }
        return String(decoding: bytes[start..<offset], as: UTF8.self).lowercased()
    }

    private mutating func value() throws(HTMLPage.Malformed) -> String {
        skipSpace()
        guard offset < bytes.count else { throw failure("an attribute has no value") }
        let quote = bytes[offset]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            guard let end = bytes[(offset + 1)...].firstIndex(of: quote) else { throw failure("a quote is not closed") }
            defer { offset = end + 1 }
            return try decoded(offset + 1..<end)
        }
        let start = offset
        while offset < bytes.count, Self.isBareByte(bytes[offset]) { offset += 1 }
        guard offset > start else { throw failure("an attribute has no value") }
        return try decoded(start..<offset)
    }

    private mutating func text() throws(HTMLPage.Malformed) -> String {
        let start = offset
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "<") { offset += 1 }
        return try decoded(start..<offset, lenient: true)
    }

    // Entities

    private static let entities: [String: Unicode.Scalar] = [
        "amp": "&", "quot": "\"", "apos": "'", "lt": "<", "gt": ">", "nbsp": "\u{A0}", "copy": "©", "middot": "·", "hellip": "…",
        "mdash": "—",
        "ndash": "–", "rarr": "→", "larr": "←", "times": "×",
    ]

    /// - Parameter lenient: leaves an entity that is not known as it stands; good enough for words, never for a value.
    private func decoded(_ range: Range<Int>, lenient: Bool = false) throws(HTMLPage.Malformed) -> String {
        let text = String(decoding: bytes[range], as: UTF8.self)
        guard text.contains("&") else { return text }
        var output = ""
        for (index, piece) in text.split(separator: "&", omittingEmptySubsequences: false).enumerated() {
            guard index > 0 else {
                output += piece
                continue
            }
            // Guessing at a half-written entity is how two readers come to see two URLs.
            guard let end = piece.firstIndex(of: ";"), let scalar = Self.scalar(String(piece[..<end])) else {
                guard lenient else { throw failure("an & begins no entity that is known") }
                output += "&" + piece
                continue
            }
            output.unicodeScalars.append(scalar)
            output += piece[piece.index(after: end)...]
        }
        return output
    }

    private static func scalar(_ entity: String) -> Unicode.Scalar? {
        guard entity.hasPrefix("#") else { return entities[entity] }
        let digits = entity.dropFirst()
        let isHex = digits.first == "x" || digits.first == "X"
        return UInt32(isHex ? digits.dropFirst() : digits, radix: isHex ? 16 : 10).flatMap(Unicode.Scalar.init)
    }

    // Steps

    private func failure(_ reason: String) -> HTMLPage.Malformed { HTMLPage.Malformed(reason: reason, offset: offset) }

    private mutating func skip(_ word: String) -> Bool {
        guard bytes[offset...].starts(with: word.utf8) else { return false }
        offset += word.utf8.count
        return true
    }

    /// To behind the next occurrence.
    private mutating func skip(past word: String) -> Bool {
        while offset < bytes.count {
            if skip(word) { return true }
            offset += 1
        }
        return false
    }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isBareByte(_ byte: UInt8) -> Bool { byte > 0x20 && !#""'=<>`"#.utf8.contains(byte) }
}
