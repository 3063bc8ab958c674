#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An IP address by its bytes, as a resolver gave it. Nothing in it is unwrapped: `::ffff:192.0.2.1` is an IPv6 address here.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16, in network order.
    package let bytes: [UInt8]

    /// `nil` unless there are 4 or 16 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// `nil` unless the whole text is an address: four decimal numbers, or RFC 4291 §2.2 without brackets, port or zone.
    package init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }
        if let bytes = Self.parse(text, AF_INET, 4) ?? Self.parse(text, AF_INET6, 16) { self.bytes = bytes } else { return nil }
    }

    package var isIPv6: Bool { bytes.count == 16 }

    package var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let base = text.baseAddress, inet_ntop(isIPv6 ? AF_INET6 : AF_INET, bytes, base, socklen_t(text.count)) != nil else {
                return ""
            }
            return String(cString: base)
        }
    }

    private static func parse(_ text: String, _ family: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}

/// What an address is for that is not a host on the public internet (IANA's special-purpose address registries, RFC 6890).
package enum SpecialUse: String, Sendable, CaseIterable {
    case thisNetwork = "this network"
    case privateUse = "private"
    case shared = "shared between carriers"
    case loopback
    case linkLocal = "link-local"
    case protocolAssignments = "protocol assignments"
    case documentation
    case benchmarking
    case multicast
    case reserved
    case broadcast
    /// An IPv4 address wrapped up in an IPv6 one: mapped, compatible, translated (NAT64), 6to4, Teredo. What comes of it is decided by some
    /// translator on the way, so it is never contacted, whatever is inside.
    case wrappedIPv4 = "IPv4 in IPv6"
}

extension NetworkAddress {
    /// `nil` for an address that may be a host of the public internet.
    package var specialUse: SpecialUse? {
        let blocks = isIPv6 ? Self.blocks6 : Self.blocks4
        if let block = blocks.first(where: { $0.contains(bytes) }) { return block.use }
        // Of IPv6 only 2000::/3 has been given out for hosts (RFC 4291 §2.4).
        return isIPv6 && bytes[0] & 0xE0 != 0x20 ? .reserved : nil
    }

    private struct Block {
        let prefix: [UInt8]
        /// In bits.
        let length: Int
        let use: SpecialUse

        init(_ prefix: [UInt8], _ length: Int, _ use: SpecialUse) {
            self.prefix = prefix
            self.length = length
            self.use = use
        }

        func contains(_ bytes: [UInt8]) -> Bool {
            for bit in stride(from: 0, to: length, by: 8) {
                let mask: UInt8 = length - bit >= 8 ? 0xFF : ~(0xFF >> UInt8(length - bit))
                let expected = bit / 8 < prefix.count ? prefix[bit / 8] : 0
                if bytes[bit / 8] & mask != expected & mask { return false }
            }
            return true
        }
    }

    private static let blocks4 = [
        Block([0], 8, .thisNetwork), Block([10], 8, .privateUse), Block([100, 64], 10, .shared), Block([127], 8, .loopback),
        Block([169, 254], 16, .linkLocal), Block([172, 16], 12, .privateUse), Block([192, 0, 0], 24, .protocolAssignments),
        Block([192, 0, 2], 24, .documentation), Block([192, 88, 99], 24, .reserved), Block([192, 168], 16, .privateUse),
        Block([198, 18], 15, .benchmarking), Block([198, 51, 100], 24, .documentation), Block([203, 0, 113], 24, .documentation),
        Block([224], 4, .multicast), Block([255, 255, 255, 255], 32, .broadcast), Block([240], 4, .reserved),
    ]

    private static let blocks6 = [
        Block([], 128, .thisNetwork), Block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 128, .loopback),
        // ::ffff:0:0/96 mapped, ::ffff:0:0:0/96 translated (RFC 2765), ::/96 compatible.
        Block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 96, .wrappedIPv4), Block([0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 96, .wrappedIPv4),
        Block([], 96, .wrappedIPv4),
        // NAT64 (RFC 6052, RFC 8215).
        Block([0, 0x64, 0xFF, 0x9B], 96, .wrappedIPv4), Block([0, 0x64, 0xFF, 0x9B, 0, 1], 48, .wrappedIPv4),
        // Teredo, benchmarking, and the rest of what the IETF keeps (RFC 2928).
        Block([0x20, 0x01, 0, 0], 32, .wrappedIPv4), Block([0x20, 0x01, 0, 2], 48, .benchmarking),
        Block([0x20, 0x01], 23, .protocolAssignments), Block([0x20, 0x01, 0x0D, 0xB8], 32, .documentation),
        Block([0x20, 0x02], 16, .wrappedIPv4), Block([0x3F, 0xFF], 20, .documentation),
        Block([0xFC], 7, .privateUse), Block([0xFE, 0x80], 10, .linkLocal), Block([0xFE, 0xC0], 10, .privateUse),
        Block([0xFF], 8, .multicast),
    ]
}
