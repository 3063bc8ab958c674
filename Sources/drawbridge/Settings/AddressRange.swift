/// A range of addresses in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    let base: IPAddressText
    /// In bits.
    let prefixLength: Int

    var description: String { "\(base)/\(prefixLength)" }

    var isEverything: Bool { prefixLength == 0 }

    /// An address alone is a range of one.
    init(_ text: String) throws(BadValue) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count <= 2, let base = IPAddressText(halves[0]) else { throw BadValue("holds something that is no address range") }
        let width = base.bytes.count * 8
        guard halves.count == 2 else {
            self.init(base: base, prefixLength: width)
            return
        }
        guard let length = Int(halves[1]), (0...width).contains(length), String(length) == halves[1] else {
            throw BadValue("holds a range whose length is no number from 0 to \(width)")
        }
        let masked = Self.masked(base.bytes, to: length)
        guard masked == base.bytes else {
            let written = masked.count == 4 ? masked.map(String.init).joined(separator: ".") + "/\(length)" : nil
            throw BadValue("holds a range that does not begin at its first address", advice: written.map { "write it as \($0)" })
        }
        self.init(base: base, prefixLength: length)
    }

    private init(base: IPAddressText, prefixLength: Int) {
        self.base = base
        self.prefixLength = prefixLength
    }

    private static func masked(_ bytes: [UInt8], to length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(length - index * 8, 0), 8)
            return kept == 0 ? 0 : byte & ~UInt8(truncatingIfNeeded: (1 << (8 - kept)) - 1)
        }
    }

    func contains(_ address: IPAddressText) -> Bool {
        address.bytes.count == base.bytes.count && Self.masked(address.bytes, to: prefixLength) == base.bytes
    }
}
