#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An IPv4 or IPv6 address by its bytes. An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address (RFC 4291 §2.5.5.2).
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16.
    let bytes: [UInt8]

    /// `nil` unless the whole text is an address: no port, no brackets, no zone.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard !text.utf8.contains(0) else { return nil }
        if let bytes = Self.parse(text, family: AF_INET, count: 4) {
            self.bytes = bytes
        } else if let bytes = Self.parse(text, family: AF_INET6, count: 16) {
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            self.bytes = isMapped ? Array(bytes[12...]) : bytes
        } else {
            return nil
        }
    }

    package var isIPv6: Bool { bytes.count == 16 }

    package var description: String {
        let family = isIPv6 ? AF_INET6 : AF_INET
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let base = text.baseAddress, inet_ntop(family, bytes, base, socklen_t(text.count)) != nil else { return "" }
            return String(cString: base)
        }
    }

    private static func parse(_ text: String, family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}

/// A range of addresses (RFC 4632 §3.1).
package struct CIDR: Sendable, Hashable {
    private let base: IPAddress
    private let prefixLength: Int

    /// `10.0.0.0/8`, `fd00::/8`, or an address alone, which is a range of one. `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count <= 2, let base = IPAddress(halves[0]) else { return nil }
        let width = base.bytes.count * 8
        guard halves.count == 2 else {
            self.base = base
            prefixLength = width
            return
        }
        guard let length = Int(halves[1]), String(length) == halves[1], (0...width).contains(length) else { return nil }
        self.base = base
        prefixLength = length
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        let whole = prefixLength / 8
        guard address.bytes[..<whole] == base.bytes[..<whole] else { return false }
        let rest = prefixLength % 8
        return rest == 0 || (address.bytes[whole] ^ base.bytes[whole]) >> UInt8(8 - rest) == 0
    }
}
