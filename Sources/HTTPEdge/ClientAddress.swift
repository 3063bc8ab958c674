import HTTPTypes

/// Whose address counts as the client's.
struct ClientAddress: Sendable {
    let trustedProxies: [CIDR]

    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")
    private static let forwarded = HTTPField.Name("Forwarded")

    /// The peer, or what trusted proxies say of theirs: the rightmost address that is not itself a trusted proxy. What stands further left
    /// came from the client and is only a claim. Two headers that disagree are believed neither, since a proxy writes one and passes the other on.
    func resolve(peer: String, headers: HTTPFields) -> String {
        guard let address = IPAddress(peer) else { return peer }
        guard isTrusted(address) else { return address.description }
        let told = [Self.chain(headers, Self.forwardedFor, Self.plainHop), Self.chain(headers, Self.forwarded, Self.forwardedHop)]
            .compactMap { $0 }
        let candidates = Set(told.map { rightmostUntrusted($0, from: address) })
        return (candidates.count == 1 ? candidates.first : nil)?.description ?? address.description
    }

    private func isTrusted(_ address: IPAddress) -> Bool { trustedProxies.contains { $0.contains(address) } }

    /// - Parameter chain: hops in the order in which they were written; `nil` for one that names no address.
    private func rightmostUntrusted(_ chain: [IPAddress?], from peer: IPAddress) -> IPAddress {
        var last = peer
        for hop in chain.reversed() {
            guard let hop else { return last }
            last = hop
            if !isTrusted(hop) { return hop }
        }
        return last
    }

    private static func chain(_ headers: HTTPFields, _ name: HTTPField.Name?, _ hop: (Substring) -> IPAddress?) -> [IPAddress?]? {
        guard let name, headers.contains(name) else { return nil }
        return headers[values: name].flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map(hop)
    }

    private static func plainHop(_ text: Substring) -> IPAddress? { address(text.trimmed) }

    /// `for="[2001:db8::1]:4711";proto=https` (RFC 7239 §4).
    private static func forwardedHop(_ element: Substring) -> IPAddress? {
        for pair in element.split(separator: ";") {
            let halves = pair.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, halves[0].trimmed.lowercased() == "for" else { continue }
            var value = halves[1].trimmed
            if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
            return address(value)
        }
        return nil
    }

    /// An address with or without a port.
    private static func address(_ text: Substring) -> IPAddress? {
        if text.hasPrefix("[") {
            let inside = text.dropFirst().prefix { $0 != "]" }
            return IPAddress(inside)
        }
        if let address = IPAddress(text) { return address }
        return text.split(separator: ":").first.flatMap { IPAddress($0) }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
