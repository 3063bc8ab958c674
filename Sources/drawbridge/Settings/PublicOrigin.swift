/// An http or https origin (RFC 6454 §6.2): scheme, host and port, in the spelling that browsers and clients compare byte for byte.
struct PublicOrigin: Sendable, Hashable, CustomStringConvertible {
    enum Scheme: String, Sendable {
        case http
        case https

        var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            }
        }
    }

    let scheme: Scheme
    let host: NetworkHost
    /// `nil` for the scheme's own.
    let port: Int?

    /// Lower case, without a default port, without a trailing slash.
    var description: String { "\(scheme.rawValue)://\(authority)" }

    /// As in a `Host` header.
    var authority: String { HostAndPort(host: host, port: port).description }

    var effectivePort: Int { port ?? scheme.defaultPort }
    var isLoopback: Bool { host.isLoopback }

    /// `http://localhost:8484`
    static let standard = PublicOrigin(scheme: .http, host: .name("localhost"), port: 8484)

    /// Reads an origin and nothing behind it. Foundation and browsers disagree on hostile spellings, so this follows its own few rules.
    init(_ text: String) throws(BadValue) {
        let (origin, rest) = try Self.split(text)
        guard rest.isEmpty else {
            let reason = rest == "/" ? "ends in a slash" : "has something behind the host"
            throw BadValue(reason, better: origin.description)
        }
        self = origin
    }

    /// The issuer of an authorization server: https, or http on loopback (RFC 8414 §2, RFC 9700 §2.6).
    init(issuer text: String) throws(BadValue) {
        let origin = try PublicOrigin(text)
        guard origin.scheme == .https || origin.isLoopback else {
            throw BadValue("is http, and http is for this machine alone: a token would travel readable", better: "https://\(origin.host)")
        }
        self = origin
    }

    /// The origin, and what stands behind it: nothing, or something that begins with `/`.
    static func split(_ text: String) throws(BadValue) -> (origin: PublicOrigin, rest: String) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw BadValue("has a character that no URL has; a host beyond ASCII is written in punycode (xn--…)")
        }
        guard let mark = text.firstRange(of: "://"), let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased()) else {
            throw BadValue("begins neither with https:// nor with http://")
        }
        let behind = text[mark.upperBound...]
        let end = behind.firstIndex { "/?#".contains($0) } ?? behind.endIndex
        guard !behind[..<end].contains("@") else { throw BadValue("has a user name in front of the host", advice: "write the host alone") }
        guard end == behind.endIndex || behind[end] == "/" else {
            throw BadValue("has a query or a fragment", advice: "write the origin alone")
        }
        let place = try HostAndPort(behind[..<end])
        guard place.port != 0 else { throw BadValue("has port 0, which is no port of a URL") }
        let port = place.port == scheme.defaultPort ? nil : place.port
        return (PublicOrigin(scheme: scheme, host: place.host, port: port), String(behind[end...]))
    }

    init(scheme: Scheme, host: NetworkHost, port: Int?) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }
}

/// Where an upstream's API is: an origin and a path.
struct BaseURL: Sendable, Hashable, CustomStringConvertible {
    let origin: PublicOrigin
    /// Empty, or begins with a slash and does not end with one.
    let path: String

    var description: String { origin.description + path }

    init(_ text: String) throws(BadValue) {
        let (origin, rest) = try PublicOrigin.split(text)
        guard !rest.contains("?"), !rest.contains("#") else {
            throw BadValue("has a query or a fragment", advice: "end it behind the path")
        }
        let segments = rest.split(separator: "/")
        guard !segments.contains(where: { $0 == "." || $0 == ".." || $0.contains("%") }) else {
            throw BadValue("has a path with . or .. or % in it", advice: "write the path plainly")
        }
        self.origin = origin
        path = segments.map { "/" + $0 }.joined()
    }
}
