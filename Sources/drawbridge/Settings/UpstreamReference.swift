/// Which upstream profile to serve.
enum UpstreamReference: Sendable, Equatable, CustomStringConvertible {
    /// A file of this name in `data/upstreams/`.
    case id(String)
    case path(String)

    var description: String {
        switch self {
        case .id(let id): id
        case .path(let path): path
        }
    }

    init(_ text: String) throws(BadValue) {
        let parts = try CommaList.parts(of: text)
        guard parts.count == 1 else {
            throw .unsupported("names several upstreams, and this version serves one", advice: "name one here, and run one bridge for each")
        }
        if text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml") {
            self = .path(try FilePath(text).text)
        } else if Self.isID(text) {
            self = .id(text)
        } else {
            throw BadValue("is neither an id (lower-case letters, digits and hyphens) nor a path")
        }
    }

    static func isID(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
    }
}

/// A path as somebody wrote it; relative ones are relative to the working directory.
struct FilePath: Sendable, Equatable {
    let text: String

    init(_ text: String) throws(BadValue) {
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw BadValue("has a control character in it")
        }
        guard text != "~", !text.hasPrefix("~/") else {
            throw BadValue("begins with ~, which only a shell replaces", advice: "write the whole path")
        }
        self.text = text
    }
}

/// Words for people, shown on pages.
enum ShortText {
    /// In characters.
    static let maximumLength = 200

    static func parse(_ text: String) throws(BadValue) -> String {
        guard text.count <= maximumLength else { throw BadValue("is longer than \(maximumLength) characters") }
        let hidden: [Unicode.GeneralCategory] = [.control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned]
        guard text.unicodeScalars.allSatisfy({ !hidden.contains($0.properties.generalCategory) }) else {
            throw BadValue("has characters in it that nobody sees")
        }
        return text
    }
}

/// How people reach whoever runs this server.
struct OperatorContact: Sendable, Equatable, CustomStringConvertible {
    let description: String
    /// Where a link may lead: `mailto:` or https, nothing else.
    let link: String

    init(_ text: String) throws(BadValue) {
        description = try ShortText.parse(text)
        if text.hasPrefix("https://") {
            _ = try PublicOrigin.split(String(text.prefix { $0 != "?" && $0 != "#" }))
            link = text
        } else {
            let address = text.hasPrefix("mailto:") ? String(text.dropFirst(7)) : text
            let halves = address.split(separator: "@", omittingEmptySubsequences: false)
            let harmless = address.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>?&\\%".utf8.contains($0) }
            guard halves.count == 2, !halves[0].isEmpty, halves[1].contains("."), harmless else {
                throw BadValue("is neither a mail address nor an https URL")
            }
            link = "mailto:" + address
        }
    }
}
