/// A host as it stands in an origin, a `Host` header or a listening address: a name in lower case, or an address in its one spelling.
enum NetworkHost: Sendable, Hashable, CustomStringConvertible {
    case name(String)
    case address(IPAddressText)

    /// As in a URL: IPv6 in brackets.
    var description: String {
        switch self {
        case .name(let name): name
        case .address(let address): address.isIPv6 ? "[\(address)]" : "\(address)"
        }
    }

    /// The three spellings of this machine for which OAuth makes exceptions (RFC 8252 §7.3 and §8.3); no other address of 127/8.
    var isLoopback: Bool { ["localhost", "127.0.0.1", "[::1]"].contains(description) }

    init(_ text: some StringProtocol) throws(BadValue) {
        let text = text.lowercased()
        if text.hasPrefix("[") {
            guard text.hasSuffix("]"), let address = IPAddressText(text.dropFirst().dropLast()), address.isIPv6 else {
                throw BadValue("has no IPv6 address between its brackets")
            }
            self = .address(address)
        } else if let address = IPAddressText(text), !address.isIPv6 {
            self = .address(address)
        } else {
            guard Self.isName(text) else { throw BadValue("has a host that is neither a name nor an address") }
            self = .name(text)
        }
    }

    /// RFC 1123 §2.1, punycode for what is not ASCII; a last label of digits would be an address to some readers.
    private static func isName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last, !last.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !last.hasPrefix("0x")
        else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
                }
        }
    }
}

/// A host and, where one is written, a port.
struct HostAndPort: Sendable, Hashable, CustomStringConvertible {
    let host: NetworkHost
    let port: Int?

    var description: String { port.map { "\(host):\($0)" } ?? "\(host)" }

    init(host: NetworkHost, port: Int?) {
        self.host = host
        self.port = port
    }

    /// Port 0 is read as well: a listener takes it as "any free one", everybody else refuses it.
    init(_ text: some StringProtocol) throws(BadValue) {
        let text = String(text)
        let colon = text.lastIndex(of: ":")
        guard let colon, !text[colon...].contains("]") else {
            try self.init(host: NetworkHost(text), port: nil)
            return
        }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits), port <= 65_535, String(port) == digits else {
            throw BadValue("has a port that is no number from 0 to 65535")
        }
        try self.init(host: NetworkHost(text[..<colon]), port: port)
    }
}
