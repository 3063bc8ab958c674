/// Whose `Origin` or `Host` is accepted.
enum AllowList: Sendable, Equatable, CustomStringConvertible {
    case any
    /// In lower case, in the order in which they were written.
    case only([String])

    func allows(_ text: String) -> Bool {
        switch self {
        case .any: true
        case .only(let texts): texts.contains(text.lowercased())
        }
    }

    var description: String {
        switch self {
        case .any: "*"
        case .only(let texts): texts.joined(separator: ",")
        }
    }

    init(origins text: String) throws(BadValue) {
        self = try Self.parse(text) { part throws(BadValue) in try Self.origin(part) }
    }

    init(hosts text: String) throws(BadValue) {
        self = try Self.parse(text) { part throws(BadValue) in
            guard !part.contains("://") else {
                throw BadValue("holds a URL", advice: "write the host alone: bridge.example, localhost:8484")
            }
            let place = try HostAndPort(part)
            guard place.port != 0 else { throw BadValue("holds a host with port 0") }
            return place.description
        }
    }

    private static func parse(_ text: String, _ one: (String) throws(BadValue) -> String) throws(BadValue) -> AllowList {
        if text == "*" { return .any }
        let parts = try CommaList.parts(of: text)
        guard !parts.contains("*") else { throw BadValue("has * beside others", advice: "write * alone, or leave it out") }
        var accepted: [String] = []
        for part in parts {
            let entry = try one(part)
            if !accepted.contains(entry) { accepted.append(entry) }
        }
        return .only(accepted)
    }

    /// Browsers' extensions and desktop programs have schemes of their own (`vscode-webview://…`), of which only the form is known.
    private static func origin(_ text: String) throws(BadValue) -> String {
        let lowered = text.lowercased()
        guard lowered != "null" else {
            throw BadValue("holds null, which every sandboxed page sends", advice: "name the origins, or write * to accept all")
        }
        if lowered.hasPrefix("http://") || lowered.hasPrefix("https://") { return try PublicOrigin(text).description }
        let halves = lowered.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let bytes = halves.last?.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") } ?? false
        guard halves.count == 2, bytes, !halves[1].isEmpty, halves[0].first?.isLetter == true,
            halves[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { throw BadValue("holds something that is no origin") }
        return lowered
    }
}

extension AllowList {
    /// The interface of the MCP Inspector, as it starts by default.
    static let inspectorOrigins = ["http://localhost:6274", "http://127.0.0.1:6274"]

    /// The issuer's origin; while everything stays on this machine also the Inspector's, and the other names of this server.
    static func defaultOrigins(issuer: PublicOrigin, listen: ListenSetting) -> AllowList {
        guard issuer.isLoopback else { return .only([issuer.description]) }
        return .only(unique([issuer.description] + inspectorOrigins + localAuthorities(listen).map { "http://" + $0 }))
    }

    /// The issuer's host with and without its default port; while everything stays on this machine also the listening addresses.
    static func defaultHosts(issuer: PublicOrigin, listen: ListenSetting) -> AllowList {
        let own = unique([issuer.authority, "\(issuer.host):\(issuer.effectivePort)"])
        return .only(issuer.isLoopback ? unique(own + localAuthorities(listen)) : own)
    }

    /// None while the port is still to be found.
    private static func localAuthorities(_ listen: ListenSetting) -> [String] {
        guard listen.port != 0 else { return [] }
        return listen.localHosts.map { listen.port == 80 ? $0 : "\($0):\(listen.port)" }
    }

    private static func unique(_ texts: [String]) -> [String] {
        texts.reduce(into: []) { kept, text in if !kept.contains(text) { kept.append(text) } }
    }
}

/// Values separated by commas.
enum CommaList {
    /// At least one part, none of them empty.
    static func parts(of text: String) throws(BadValue) -> [String] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmed }
        guard parts.allSatisfy({ !$0.isEmpty }) else {
            throw BadValue("has an empty place between its commas", advice: "remove the extra comma")
        }
        return parts
    }
}
