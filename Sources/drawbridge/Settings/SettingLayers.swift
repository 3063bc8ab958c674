/// A text that was given for a setting, and where.
struct GivenValue: Sendable, Equatable {
    let text: String
    /// The name as it was written there.
    let spelling: String
    let origin: SettingOrigin

    /// How the same place would say something else.
    func assignment(of better: String) -> String {
        switch origin {
        case .flag: "\(spelling) \(better)"
        case .file: "\(spelling): \(better)"
        case .environment, .systemd, .builtIn: "\(spelling)=\(better)"
        }
    }
}

/// The command line over the environment over the file: for every setting the text that counts, and every name that nobody knows.
struct SettingLayers: Sendable {
    private var given: [SettingKey: GivenValue] = [:]
    let environment: [String: String]
    private(set) var problems: [SettingsProblem] = []

    /// Names in the environment that are ours without being a setting's name: their values mean something of their own.
    static let oauthEnabled = "OAUTH_ENABLED"
    static let jwtPublicKey = "OAUTH_JWT_PUBLIC_KEY"

    /// - Parameter flags: keyed by the flag's name, with or without its leading `--`.
    init(flags: [String: String], environment: [String: String], file: SettingsFile?) {
        self.environment = environment
        let flags = Dictionary(flags.map { (Self.withoutDashes($0.key), $0.value) }) { first, _ in first }
        problems = file?.problems ?? []
        for key in SettingKey.allCases {
            let fromEnvironment = fromEnvironment(key)
            given[key] = Self.fromFlag(key, flags) ?? fromEnvironment ?? Self.fromFile(key, file)
        }
        refuseUnknown(flags: flags)
        refuseUnknownEnvironment()
        if let file { refuseUnknown(in: file) }
    }

    /// The text that counts for a setting; `nil` where none was given anywhere.
    subscript(key: SettingKey) -> GivenValue? { given[key] }

    private static func withoutDashes(_ flag: String) -> String { flag.hasPrefix("--") ? String(flag.dropFirst(2)) : flag }

    private static func fromFlag(_ key: SettingKey, _ flags: [String: String]) -> GivenValue? {
        flags[key.flagName].map { GivenValue(text: $0.trimmed, spelling: "--" + key.flagName, origin: .flag) }
    }

    private static func fromFile(_ key: SettingKey, _ file: SettingsFile?) -> GivenValue? {
        guard let file, let entry = file.entries.first(where: { $0.key == key.fileKey }) else { return nil }
        return GivenValue(text: entry.text.trimmed, spelling: key.fileKey, origin: .file(path: file.path, line: entry.line))
    }

    private mutating func fromEnvironment(_ key: SettingKey) -> GivenValue? {
        let names = [key.environmentName] + (key.environmentAlias.map { [$0] } ?? [])
        let values = names.compactMap { name in
            environment[name].map { GivenValue(text: $0.trimmed, spelling: name, origin: .environment) }
        }
        if values.count == 2, values[0].text != values[1].text {
            problems.append(
                SettingsProblem(
                    kind: .contradiction, key: values[0].spelling, origin: .environment,
                    reason: "\(values[1].spelling) is another name of the same setting, and the two have different values", shape: nil,
                    fix: "remove one of them"))
        }
        return values.first
    }

    // Unknown names

    private mutating func refuseUnknown(flags: [String: String]) {
        let known = SettingKey.allCases.map(\.flagName)
        for name in flags.keys.sorted() where !known.contains(name) {
            refuse(name: "--" + name, .flag, guess: NearestName.find(name, among: known).map { "--" + $0 })
        }
    }

    private mutating func refuseUnknownEnvironment() {
        var known = SettingKey.allCases.map(\.environmentName)
        known += SettingKey.allCases.compactMap(\.environmentAlias) + [Self.oauthEnabled, Self.jwtPublicKey]
        let ours = environment.keys.filter { $0.hasPrefix(SettingKey.environmentPrefix) || $0.hasPrefix("OAUTH_") }
        for name in ours.sorted() where !known.contains(name) {
            refuse(name: name, .environment, guess: Self.commonMistakes[name] ?? Self.nearest(to: name, among: known))
        }
    }

    /// Without our prefix, which would make every two names look alike.
    private static func nearest(to name: String, among known: [String]) -> String? {
        let prefix = SettingKey.environmentPrefix
        guard name.hasPrefix(prefix) else { return NearestName.find(name, among: known) }
        let bare = SettingKey.allCases.map(\.environmentName).map { $0.replacingPrefix(prefix) }
        return NearestName.find(name.replacingPrefix(prefix), among: bare).map { prefix + $0 }
    }

    private mutating func refuseUnknown(in file: SettingsFile) {
        let known = SettingKey.allCases.map(\.fileKey)
        for entry in file.entries where !known.contains(entry.key) {
            // Somebody may well write the environment's name into the file.
            let bare = entry.key.lowercased().replacingPrefix("drawbridge_")
            let guess = known.contains(bare) ? bare : NearestName.find(bare, among: known)
            refuse(name: entry.key, .file(path: file.path, line: entry.line), guess: guess)
        }
    }

    /// Names too far from ours for the distance, which people try all the same.
    private static let commonMistakes = [
        "DRAWBRIDGE_CONFIG": "--config", "DRAWBRIDGE_PORT": SettingKey.listen.environmentName,
        "DRAWBRIDGE_HOST": SettingKey.listen.environmentName, "DRAWBRIDGE_BASE_URL": SettingKey.issuer.environmentName,
        "DRAWBRIDGE_URL": SettingKey.issuer.environmentName, "DRAWBRIDGE_DATABASE": SettingKey.state.environmentName,
    ]

    /// The value is never shown: the name may be that of a secret, mistyped.
    private mutating func refuse(name: String, _ origin: SettingOrigin, guess: String?) {
        problems.append(
            SettingsProblem(
                kind: .unknown, key: EchoedValue.name(name), origin: origin, reason: "there is no such setting", shape: nil,
                fix: guess.map { "did you mean \($0)? Otherwise remove it" } ?? "remove it; `drawbridge serve --help` lists the settings"))
    }
}

extension String {
    /// Without white space around it.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    fileprivate func replacingPrefix(_ prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}
