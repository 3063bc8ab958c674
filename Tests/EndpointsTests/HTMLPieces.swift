/// HTML cut into tags and text, as far as this program writes it: attributes in double quotes or without a value.
///
/// It reads bytes: a quotation mark with an accent on it, one `Character` for Swift, ends an attribute all the same, as it does in browsers.
enum HTMLPiece: Equatable {
    case start(String, [String: String])
    case end(String)
    case text(String)

    static func scan(_ html: [UInt8]) -> [HTMLPiece] {
        var pieces: [HTMLPiece] = []
        var rest = html[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
            let text = rest[..<open]
            if !text.allSatisfy(isSpace) { pieces.append(.text(decoded(text))) }
            guard let close = end(of: rest[open...]) else { return pieces }
            let inside = rest[(open + 1)..<close]
            rest = rest[(close + 1)...]
            switch inside.first {
            case UInt8(ascii: "!"): continue
            case UInt8(ascii: "/"): pieces.append(.end(String(decoding: inside.dropFirst(), as: UTF8.self)))
            default: pieces.append(start(inside))
            }
        }
        return pieces
    }

    /// The `>` that ends a tag: one outside of quotes.
    private static func end(of tag: ArraySlice<UInt8>) -> Int? {
        var isQuoted = false
        for index in tag.indices {
            if tag[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if tag[index] == UInt8(ascii: ">"), !isQuoted { return index }
        }
        return nil
    }

    private static func start(_ inside: ArraySlice<UInt8>) -> HTMLPiece {
        let name = inside.prefix { !isSpace($0) && $0 != UInt8(ascii: "/") }
        var rest = inside[name.endIndex...]
        var attributes: [String: String] = [:]
        while true {
            rest = rest.drop { isSpace($0) || $0 == UInt8(ascii: "/") }
            let attribute = rest.prefix { !isSpace($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "/") }
            guard !attribute.isEmpty else { return .start(String(decoding: name, as: UTF8.self), attributes) }
            let key = String(decoding: attribute, as: UTF8.self)
            rest = rest[attribute.endIndex...]
            guard rest.starts(with: Array("=\"".utf8)) else {
                attributes[key] = ""
                continue
            }
            let value = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "\"") }
            attributes[key] = decoded(value)
            rest = rest[value.endIndex...].dropFirst()
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// The five character references that this program writes.
    private static let references = ["&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'", "&amp;": "&"].map {
        (Array($0.key.utf8), Array($0.value.utf8))
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        var rest = text
        while let reference = rest.firstIndex(of: UInt8(ascii: "&")) {
            result += rest[..<reference]
            rest = rest[reference...]
            let found = references.first { rest.starts(with: $0.0) }
            result += found?.1 ?? [UInt8(ascii: "&")]
            rest = rest.dropFirst(found?.0.count ?? 1)
        }
        return String(decoding: result + rest, as: UTF8.self)
    }
}
