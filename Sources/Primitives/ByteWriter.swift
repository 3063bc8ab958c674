/// Writes fields one after the other, each behind its length, so that two different lists of fields never give the same bytes.
/// What goes under a MAC, a keyed hash or into associated data is written with it.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Starts with the purpose, so that bytes made for one purpose never pass for another.
    package init(purpose: String) {
        append(purpose)
    }

    package mutating func append(_ field: some Collection<UInt8>) {
        appendFixed(UInt32(field.count))
        bytes.append(contentsOf: field)
    }

    package mutating func append(_ field: String) { append(Array(field.utf8)) }

    package mutating func append(_ field: Int64) {
        var big = UInt64(bitPattern: field)
        var octets: [UInt8] = []
        for _ in 0..<8 {
            octets.insert(UInt8(truncatingIfNeeded: big), at: 0)
            big >>= 8
        }
        append(octets)
    }

    /// Absent and empty stay apart.
    package mutating func append(optional field: [UInt8]?) {
        append(Int64(field == nil ? 0 : 1))
        append(field ?? [])
    }

    package mutating func append(optional field: String?) { append(optional: field.map { Array($0.utf8) }) }

    package mutating func append(optional field: Int64?) {
        append(Int64(field == nil ? 0 : 1))
        append(field ?? 0)
    }

    private mutating func appendFixed(_ value: UInt32) {
        for shift in stride(from: UInt32(24), through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}

/// Reads what `ByteWriter` wrote. Every method is `nil` where the bytes do not hold such a field; nothing is read beyond the end.
package struct ByteReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var isAtEnd: Bool { position == bytes.count }

    package mutating func field() -> [UInt8]? {
        guard bytes.count - position >= 4 else { return nil }
        let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count - position - 4 >= length else { return nil }
        defer { position += 4 + length }
        return Array(bytes[position + 4..<position + 4 + length])
    }

    package mutating func text() -> String? { field().flatMap { String(validating: $0, as: UTF8.self) } }

    package mutating func integer() -> Int64? {
        guard let octets = field(), octets.count == 8 else { return nil }
        return Int64(bitPattern: octets.reduce(0) { $0 << 8 | UInt64($1) })
    }

    package mutating func optionalText() -> String?? {
        guard let flag = integer(), let text = text() else { return nil }
        return Self.optional(flag, text, absent: "")
    }

    package mutating func optionalInteger() -> Int64?? {
        guard let flag = integer(), let value = integer() else { return nil }
        return Self.optional(flag, value, absent: 0)
    }

    /// Only the two forms that the writer has: bytes that it never wrote must not read as something it could have written.
    private static func optional<Value: Equatable>(_ flag: Int64, _ value: Value, absent: Value) -> Value?? {
        switch flag {
        case 1: .some(value)
        case 0 where value == absent: .some(nil)
        default: nil
        }
    }
}
