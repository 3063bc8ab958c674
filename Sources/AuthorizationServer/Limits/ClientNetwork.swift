/// Whose tries are counted together: an IPv4 address, or a /64 of IPv6, since that is what one household or machine gets and may choose addresses in.
package struct ClientNetwork: Sendable, Hashable {
    private let text: String

    /// - Parameter address: as the edge tells it, without a port. What is no address is a network of its own.
    package init(address: String) {
        let address = address.prefix { $0 != "%" }.lowercased()
        guard address.contains(":") else {
            text = address
            return
        }
        if address.hasPrefix("::ffff:"), let embedded = address.split(separator: ":").last, embedded.contains(".") {
            text = String(embedded)
            return
        }
        text = Self.groups(of: address).prefix(4).joined(separator: ":") + "::/64"
    }

    /// The eight groups, without leading zeros (RFC 5952 §4.1).
    private static func groups(of address: String) -> [String] {
        var halves = [address[...], ""]
        if let gap = address.firstRange(of: "::") { halves = [address[..<gap.lowerBound], address[gap.upperBound...]] }
        let (head, tail) = (Self.split(halves[0]), Self.split(halves[1]))
        return head + [String](repeating: "0", count: max(0, 8 - head.count - tail.count)) + tail
    }

    private static func split(_ text: Substring) -> [String] {
        text.split(separator: ":").map { group in
            let digits = group.drop { $0 == "0" }
            return digits.isEmpty ? "0" : String(digits)
        }
    }
}
