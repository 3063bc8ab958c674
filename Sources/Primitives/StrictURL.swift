/// An absolute URI in the ASCII form of RFC 3986, taken apart by rules that leave nothing to interpretation.
///
/// Browsers, Foundation and curl disagree about backslashes, tabs, `http:host`, `127.1`, user information and stray percent signs. Whatever any
/// two of them could read differently is refused here, so that what we compare and show is what a browser will open. The text is never
/// normalised: `text` is what came in, and redirect URIs are compared by it (RFC 9700 §4.1.3).
package struct StrictURL: Sendable, Hashable, CustomStringConvertible {
    package enum Failure: Error, Sendable, Equatable {
        case tooLong
        /// A character outside RFC 3986's ASCII set, a bracket outside the host, or a percent sign without two hexadecimal digits.
        case badCharacter
        case badScheme
        /// `user@host`: only ever used to deceive.
        case userinfo
        /// Not a host name, dotted-quad IPv4 or bracketed IPv6 address; or none where the scheme needs one (`http:host`).
        case badHost
        case badPort
        /// A `.` or `..` segment, also percent-encoded: readers resolve them at different times.
        case dotSegment
    }

    package let text: String
    /// Lower-case.
    package let scheme: String
    /// Lower-case; brackets kept around IPv6. `nil` without `//`.
    package let host: String?
    package let port: Int?
    package let path: String
    package let query: String?
    package let fragment: String?

    package var description: String { text }

    package init(_ text: String, maximumLength: Int = 2048) throws(Failure) {
        guard text.utf8.count <= maximumLength else { throw .tooLong }
        try Self.checkCharacters(text)
        guard let colon = text.firstIndex(of: ":") else { throw .badScheme }
        let scheme = text[..<colon].lowercased()
        guard let first = scheme.utf8.first, Self.isLetter(first), scheme.utf8.allSatisfy({ Self.isSchemeByte($0) }) else {
            throw .badScheme
        }

        var rest = text[text.index(after: colon)...]
        let fragment = Self.cut(&rest, at: "#")
        let query = Self.cut(&rest, at: "?")
        var authority: Substring?
        if rest.hasPrefix("//") {
            let start = rest.index(rest.startIndex, offsetBy: 2)
            let end = rest[start...].firstIndex(of: "/") ?? rest.endIndex
            authority = rest[start..<end]
            rest = rest[end...]
        }
        // Brackets belong around IPv6 addresses and a number sign before the fragment; readers repair others in ways of their own.
        guard !(fragment?.contains("#") ?? false), !"\(rest)\(query ?? "")\(fragment ?? "")".contains(where: { $0 == "[" || $0 == "]" })
        else { throw .badCharacter }
        guard authority != nil || (scheme != "http" && scheme != "https") else { throw .badHost }
        let (host, port) = try authority.map { text throws(Failure) in try Self.hostAndPort(text, scheme: scheme) } ?? (nil, nil)
        try Self.checkSegments(rest)

        self.text = text
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = String(rest)
        self.query = query.map(String.init)
        self.fragment = fragment.map(String.init)
    }

    /// `scheme://host[:port]` with a default port left out; `nil` without a host.
    package var origin: String? {
        guard let host else { return nil }
        guard let port, port != defaultPort else { return "\(scheme)://\(host)" }
        return "\(scheme)://\(host):\(port)"
    }

    /// The same text with the port and its colon taken out of the authority, and nothing else changed.
    package var textWithoutPort: String {
        guard let port else { return text }
        let prefix = scheme.utf8.count + "://".utf8.count
        let authority = text.dropFirst(prefix).prefix { !"/?#".contains($0) }
        return "\(text.prefix(prefix))\(authority.dropLast(":\(port)".utf8.count))\(text[authority.endIndex...])"
    }

    package var defaultPort: Int? {
        switch scheme {
        case "https": 443
        case "http": 80
        default: nil
        }
    }

    /// Whether the host is one of the three spellings of this computer that OAuth knows (RFC 8252 §§7.3, 8.3).
    package var isLoopback: Bool { host == "127.0.0.1" || host == "[::1]" || host == "localhost" }
}

extension StrictURL {
    /// The characters of RFC 3986 §2, less those that some reader takes for something else.
    private static func checkCharacters(_ text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case _ where PercentEncoding.isUnreserved(byte): break
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.count, isHexDigit(bytes[index + 1]), isHexDigit(bytes[index + 2]) else { throw .badCharacter }
            case _ where ":/?#[]@!$&'()*+,;=".utf8.contains(byte): break
            default: throw .badCharacter
            }
        }
    }

    private static func cut(_ rest: inout Substring, at mark: Character) -> Substring? {
        guard let place = rest.firstIndex(of: mark) else { return nil }
        defer { rest = rest[..<place] }
        return rest[rest.index(after: place)...]
    }

    private static func hostAndPort(_ authority: Substring, scheme: String) throws(Failure) -> (String, Int?) {
        guard !authority.contains("@") else { throw .userinfo }
        var host = authority
        var port: Int?
        let afterBracket = authority.firstIndex(of: "]") ?? authority.startIndex
        if let colon = authority[afterBracket...].firstIndex(of: ":") {
            let digits = authority[authority.index(after: colon)...]
            guard let first = digits.utf8.first, isDigit(first), first != UInt8(ascii: "0"), digits.utf8.count <= 5,
                digits.utf8.allSatisfy(isDigit), let number = Int(digits), number <= 65535
            else { throw .badPort }
            port = number
            host = authority[..<colon]
        }
        let lowered = host.lowercased()
        guard isHost(lowered) || (scheme != "http" && scheme != "https" && lowered.isEmpty) else { throw .badHost }
        return (lowered, port)
    }

    /// A host that every reader takes for the same: a name of letters, digits and hyphens, a canonical dotted quad, or bracketed IPv6.
    static func isHost(_ host: String) -> Bool {
        if host.hasPrefix("[") { return host.hasSuffix("]") && isIPv6(host.dropFirst().dropLast()) }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = labels.last, host.utf8.count <= 253, labels.allSatisfy({ isLabel($0) }) else { return false }
        // A last label that is a number makes browsers read the whole as an IPv4 address (WHATWG URL, "ends in a number").
        if last.utf8.allSatisfy(isDigit) || last.hasPrefix("0x") { return isIPv4(labels) }
        return true
    }

    private static func isLabel(_ label: Substring) -> Bool {
        guard let first = label.utf8.first, let last = label.utf8.last, label.utf8.count <= 63 else { return false }
        let hyphen = UInt8(ascii: "-")
        return first != hyphen && last != hyphen
            && label.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == hyphen || $0 == UInt8(ascii: "_") }
    }

    private static func isIPv4(_ labels: [Substring]) -> Bool {
        labels.count == 4
            && labels.allSatisfy { label in
                guard let number = Int(label), number <= 255 else { return false }
                return String(number) == label
            }
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        var groups = 0
        for half in halves where !half.isEmpty {
            for group in half.split(separator: ":", omittingEmptySubsequences: false) {
                guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy(isHexDigit) else { return false }
                groups += 1
            }
        }
        return halves.count == 2 ? groups <= 7 : groups == 8
    }

    private static func checkSegments(_ path: Substring) throws(Failure) {
        for segment in path.split(separator: "/") {
            let plain = segment.lowercased().split(separator: "%2e", omittingEmptySubsequences: false).joined(separator: ".")
            if plain == "." || plain == ".." { throw .dotSegment }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte < 0x80 }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20) }
    private static func isSchemeByte(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || "+-.".utf8.contains(byte) }
}
