/// The pairs of an `application/x-www-form-urlencoded` text (a query, a form body) in their order, repeated names kept.
package struct FormData: Sendable, Equatable {
    package struct Pair: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    /// Why a text is not accepted.
    package enum Failure: Error, Sendable, Equatable {
        /// A `%` without two hexadecimal digits behind it.
        case badPercentEncoding
        /// The decoded bytes are not UTF-8, or hold a NUL.
        case badText
        /// More pairs than anybody needs.
        case tooManyPairs
    }

    package let pairs: [Pair]

    package init(_ pairs: [(String, String)]) {
        self.pairs = pairs.map { Pair(name: $0.0, value: $0.1) }
    }

    /// - Parameter maximumPairs: a bound on what a hostile text can make us allocate.
    package init(parsing text: some Collection<UInt8>, maximumPairs: Int = 256) throws(Failure) {
        var pairs: [Pair] = []
        for piece in text.split(separator: UInt8(ascii: "&")) {
            guard pairs.count < maximumPairs else { throw .tooManyPairs }
            let halves = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(halves[0])
            let value = halves.count > 1 ? try Self.decode(halves[1]) : ""
            pairs.append(Pair(name: name, value: value))
        }
        self.pairs = pairs
    }

    package init(parsing text: String) throws(Failure) {
        try self.init(parsing: Array(text.utf8))
    }

    /// All values of a name, empty ones left out: empty equals absent (RFC 6749 §3.1).
    package func values(_ name: String) -> [String] {
        pairs.filter { $0.name.hasBytes(of: name) && !$0.value.isEmpty }.map(\.value)
    }

    /// The first value of a name that may be given once; see `repeated` for the check.
    package subscript(name: String) -> String? { values(name).first }

    /// Names that occur more than once, empty values counted: RFC 6749 §3.1 forbids them.
    package var repeated: Set<String> {
        var seen: Set<[UInt8]> = []
        return Set(pairs.compactMap { seen.insert(Array($0.name.utf8)).inserted ? nil : $0.name })
    }

    /// The same pairs as a text.
    package var encoded: String {
        pairs.map { Self.encode($0.name) + "=" + Self.encode($0.value) }.joined(separator: "&")
    }

    private static func decode(_ text: some Collection<UInt8>) throws(Failure) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): output.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else { throw .badPercentEncoding }
                output.append(high << 4 | low)
            default: output.append(byte)
            }
        }
        guard let decoded = String(validating: output, as: UTF8.self), !output.contains(0) else { throw .badText }
        return decoded
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }

    private static func encode(_ text: String) -> String { PercentEncoding.encode(text) }
}

/// Percent-encoding of everything but the unreserved characters (RFC 3986 §2.3).
package enum PercentEncoding {
    package static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    package static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                output.append(byte)
            } else {
                output.append(contentsOf: [UInt8(ascii: "%"), upperHexDigit(byte >> 4), upperHexDigit(byte & 15)])
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func upperHexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
