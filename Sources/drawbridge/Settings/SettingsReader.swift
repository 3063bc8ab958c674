/// Turns the texts that were given into values, and keeps every reason why one cannot be.
struct SettingsReader {
    let layers: SettingLayers
    private(set) var problems: [SettingsProblem]

    init(_ layers: SettingLayers) {
        self.layers = layers
        problems = layers.problems
    }

    /// The value of a setting; where it is missing or bad, what to go on with (a bad one is reported, so nobody acts on it).
    mutating func value<Value>(
        _ key: SettingKey, default fallback: @autoclosure () -> Value, _ parse: (String) throws(BadValue) -> Value
    ) -> Value {
        optional(key, parse) ?? fallback()
    }

    mutating func optional<Value>(_ key: SettingKey, _ parse: (String) throws(BadValue) -> Value) -> Value? {
        guard let given = layers[key] else { return nil }
        do throws(BadValue) {
            guard !given.text.isEmpty else { throw BadValue("is empty", advice: "remove it for the default, or give it a value") }
            return try parse(given.text)
        } catch {
            report(error, key, given)
            return nil
        }
    }

    /// Whole seconds within the bounds of the setting.
    mutating func seconds(_ key: SettingKey, default fallback: Int64) -> Int64 {
        value(key, default: fallback) { text throws(BadValue) in
            guard let range = key.secondsAllowed else { return fallback }
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw BadValue("is not a whole number of seconds", advice: "count in seconds, without a unit: \(fallback)")
            }
            guard let value = Int64(text), range.contains(value) else {
                throw BadValue("is outside its bounds", advice: "the default is \(fallback)")
            }
            return value
        }
    }

    /// Refuses a setting that this version does not have, whatever its value.
    mutating func refuse(_ key: SettingKey, advice: String) {
        guard let given = layers[key] else { return }
        report(unsupported: given.spelling, given.origin, advice: advice)
    }

    mutating func report(unsupported name: String, _ origin: SettingOrigin, advice: String) {
        problems.append(
            SettingsProblem(
                kind: .unsupported, key: name, origin: origin, reason: "this version does not support it", shape: nil, fix: advice))
    }

    /// Reports that settings cannot hold together; `key` is the one to change.
    mutating func report(contradiction reason: String, at given: GivenValue, fix: String) {
        problems.append(
            SettingsProblem(
                kind: .contradiction, key: given.spelling, origin: given.origin, reason: reason, shape: nil, fix: fix))
    }

    /// - Parameter shape: where the name that was used has other values than the setting itself.
    mutating func report(_ bad: BadValue, _ key: SettingKey, _ given: GivenValue, shape: String? = nil) {
        let shown = key.isSecret || given.text.isEmpty ? nil : EchoedValue.show(given.text)
        problems.append(
            SettingsProblem(
                kind: bad.isUnsupported ? .unsupported : .invalid, key: given.spelling, origin: given.origin,
                reason: "the value \(shown.map { $0 + " " } ?? "")\(bad.reason)", shape: shape ?? key.shape, fix: Self.fix(bad, given)))
    }

    private static func fix(_ bad: BadValue, _ given: GivenValue) -> String {
        if let advice = bad.advice { return advice }
        if let better = bad.better, EchoedValue.show(better) != nil { return "for example: " + given.assignment(of: better) }
        return "give it such a value, or remove it for the default"
    }
}
