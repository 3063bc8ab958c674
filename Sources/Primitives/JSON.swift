/// A JSON value (RFC 8259) that keeps the order of members and the spelling of numbers, so that what is passed on is what came in.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    /// Strings are compared by their bytes, numbers by their spelling, objects without regard to order (RFC 8259 §§4, 8.3).
    package static func == (one: JSON, other: JSON) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.string(let one), .string(let other)): one.hasBytes(of: other)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }
}

extension String {
    /// Byte for byte. Swift's `==` takes `é` in one scalar and in two for the same, and U+212A for `K`.
    /// Nobody else who reads JSON or a form does.
    package func hasBytes(of other: String) -> Bool { self == other && utf8.elementsEqual(other.utf8) }
}

/// A number as it was written. `1.0`, `1e2` and `100` stay apart.
package struct JSONNumber: Sendable, Equatable {
    package let text: String

    /// Only the parser and the conversions below make one, so that `text` always follows the grammar of RFC 8259 §6.
    init(validated text: String) {
        self.text = text
    }

    package init(_ value: Int64) {
        text = String(value)
    }

    /// The value, where it is written as an integer that fits.
    package var integer: Int64? { Int64(text) }

    /// The nearest value; `nil` where it is too large to have one.
    package var double: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
}

/// The members of a JSON object in their order. Keys are unique, byte for byte.
package struct JSONObject: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package var key: String
        package var value: JSON

        package init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }
    }

    package private(set) var members: [Member]

    package init(_ members: [Member] = []) {
        self.members = []
        for member in members { self[member.key] = member.value }
    }

    /// For the parser, which has already refused duplicates.
    init(unique members: [Member]) {
        self.members = members
    }

    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }
    package var keys: [String] { members.map(\.key) }

    /// Reads a member; writing `nil` removes it, writing an existing key keeps its place.
    package subscript(key: String) -> JSON? {
        get { members.first { $0.key.hasBytes(of: key) }?.value }
        set {
            let place = members.firstIndex { $0.key.hasBytes(of: key) }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Order does not matter for equality (RFC 8259 §4).
    package static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.count == other.count && one.members.allSatisfy { other[$0.key] == $0.value }
    }
}

extension JSON {
    package var isNull: Bool { self == .null }

    package var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var integer: Int64? {
        guard case .number(let value) = self else { return nil }
        return value.integer
    }

    package var double: Double? {
        guard case .number(let value) = self else { return nil }
        return value.double
    }

    package var array: [JSON]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    package var object: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// The strings of an array that holds nothing else.
    package var strings: [String]? {
        guard let array else { return nil }
        let strings = array.compactMap(\.string)
        return strings.count == array.count ? strings : nil
    }

    /// The member of an object; `nil` for anything else.
    package subscript(key: String) -> JSON? { object?[key] }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member(key: $0, value: $1) }))
    }

    package static func integer(_ value: Int64) -> JSON { .number(JSONNumber(value)) }
    package static func integer(_ value: Int) -> JSON { .number(JSONNumber(Int64(value))) }
    package static func strings(_ values: [String]) -> JSON { .array(values.map(JSON.string)) }

    /// An object without the members that are `nil`: absent is omitted, never `null`.
    package static func object(omittingNil members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(JSONObject(members.compactMap { key, value in value.map { JSONObject.Member(key: key, value: $0) } }))
    }
}
