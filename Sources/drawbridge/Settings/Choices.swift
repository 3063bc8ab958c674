/// Which header tokens are accepted beside OAuth.
enum LegacyDoor: String, CaseIterable, Sendable {
    case off
    /// The profile's own header (`X-Val-Town-Token`).
    case header
    /// That, and a raw API token as `Authorization: Bearer`.
    case headerAndBearer = "header,bearer"
    /// Header tokens alone; no OAuth.
    case only

    init(_ text: String) throws(BadValue) {
        let parts = try CommaList.parts(of: text.lowercased())
        if Set(parts) == ["header", "bearer"] {
            self = .headerAndBearer
        } else if parts == ["bearer"] {
            throw BadValue("has bearer without header", better: Self.headerAndBearer.rawValue)
        } else {
            self = try Choice.parse(text)
        }
    }
}

/// Who may register an https redirect without proof.
enum RegistrationPolicy: String, CaseIterable, Sendable {
    /// Everybody; people are warned about strangers.
    case open
    /// Well-known clients (`data/clients/`) and this computer.
    case known
    /// Nobody new.
    case off
}

/// The least severe level that is logged; the names are those of swift-log.
enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical
}

enum LogFormat: String, CaseIterable, Sendable {
    case text, json
}

/// One of a few words.
enum Choice {
    static func parse<Value: RawRepresentable & CaseIterable>(_ text: String) throws(BadValue) -> Value where Value.RawValue == String {
        let known = Value.allCases.map(\.rawValue)
        // YAML's `off` and a shell's `OFF` mean the same.
        guard let word = known.first(where: { $0.lowercased() == text.lowercased() }), let value = Value(rawValue: word) else {
            throw BadValue("is not one of the words it can be", better: NearestName.find(text, among: known))
        }
        return value
    }

    static func bool(_ text: String) throws(BadValue) -> Bool {
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw BadValue("is neither true nor false")
        }
    }
}
