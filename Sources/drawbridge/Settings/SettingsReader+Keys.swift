import Primitives

/// The settings that need more than one parser: several sources, or a second look.
extension SettingsReader {
    mutating func path(_ key: SettingKey) -> String? {
        optional(key) { text throws(BadValue) in try FilePath(text).text }
    }

    mutating func refuseWhatThisVersionLacks() {
        let proxy = "remove it and put a proxy in front that serves https (Caddy, nginx)"
        refuse(.tlsCert, advice: proxy)
        refuse(.tlsKey, advice: proxy)
    }

    // The master key

    /// Exactly one source may be named; a silent choice between two keys would one day be the wrong one.
    mutating func masterKey(state: String, fileExists: (String) -> Bool) -> MasterKeySource {
        var sources: [(given: GivenValue, source: MasterKeySource)] = []
        func add(_ key: SettingKey, _ source: MasterKeySource?) {
            if let given = layers[key], let source { sources.append((given, source)) }
        }
        add(.masterKeyFile, path(.masterKeyFile).map { .file(path: $0) })
        add(.masterKeyCommand, optional(.masterKeyCommand) { .command($0) })
        add(.masterKey, masterKeyValue().map { .value($0) })
        if let credential = credential(fileExists), !sources.contains(where: { $0.source == .file(path: credential.text) }) {
            sources.append((credential, .credential(path: credential.text)))
        }
        if sources.count > 1 {
            let names = sources.map(\.given.spelling).joined(separator: ", ")
            report(
                contradiction: "several master keys are named: \(names)", at: sources[0].given,
                fix: "keep one of them, the one whose key the database has")
        }
        return sources.first?.source ?? .stateFile(path: state + "/master.key")
    }

    private mutating func masterKeyValue() -> Secret? {
        guard let given = layers[.masterKey] else { return nil }
        guard given.origin != .flag else {
            let everybody = BadValue(
                "is on the command line, where every user of this machine can read it", advice: "use --master-key-file or the environment")
            report(everybody, .masterKey, given)
            return nil
        }
        return optional(.masterKey) { text throws(BadValue) in try MasterKeySource.decode(text) }
    }

    private func credential(_ fileExists: (String) -> Bool) -> GivenValue? {
        guard let folder = layers.environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else { return nil }
        let path = folder + (folder.hasSuffix("/") ? "" : "/") + MasterKeySource.credentialName
        guard fileExists(path) else { return nil }
        return GivenValue(text: path, spelling: "systemd credential \(MasterKeySource.credentialName)", origin: .systemd)
    }

    // Header tokens

    /// `OAUTH_ENABLED=false` means `only`. `true` rules that out and chooses nothing else: where the file says `off`, it stays off.
    mutating func legacyDoor() -> LegacyDoor {
        let given = layers[.legacy]
        let door = optional(.legacy) { text throws(BadValue) in try LegacyDoor(text) }
        guard let enabled = oauthEnabled() else { return door ?? .header }
        guard let given, let door, given.origin == .flag || given.origin == .environment else {
            return enabled ? (door == .only ? .header : door ?? .header) : .only
        }
        if given.origin == .environment, enabled == (door == .only) {
            report(
                contradiction: "\(SettingLayers.oauthEnabled)=\(enabled) means the opposite of this value", at: given,
                fix: "remove one of them")
        }
        return door
    }

    private mutating func oauthEnabled() -> Bool? {
        guard let text = layers.environment[SettingLayers.oauthEnabled]?.trimmed else { return nil }
        do throws(BadValue) {
            return try Choice.bool(text)
        } catch {
            report(
                BadValue(error.reason, better: "true"), .legacy,
                GivenValue(text: text, spelling: SettingLayers.oauthEnabled, origin: .environment), shape: "true | false")
            return nil
        }
    }

    // The rest

    /// `DEBUG=oauth:*`, as guides of other servers say, counts where no level is given in the environment or on the command line.
    /// `DEBUG` belongs to many programs: whatever else is in it is none of our business.
    mutating func logLevel() -> LogLevel {
        let level = optional(.logLevel) { text throws(BadValue) in try Choice.parse(text) as LogLevel }
        let wantsDebug = (layers.environment["DEBUG"] ?? "").split { $0 == "," || $0.isWhitespace }.contains("oauth:*")
        guard wantsDebug else { return level ?? .info }
        switch layers[.logLevel]?.origin {
        case .flag, .environment: return level ?? .debug
        default: return .debug
        }
    }

    mutating func trustedProxies() -> [AddressRange] {
        value(.trustedProxies, default: []) { text throws(BadValue) in
            var ranges: [AddressRange] = []
            for part in try CommaList.parts(of: text) { ranges.append(try AddressRange(part)) }
            return ranges
        }
    }

    mutating func compare(listen: ListenSetting, with admin: ListenSetting) {
        guard listen.collides(with: admin), let given = layers[.adminListen] ?? layers[.listen] else { return }
        report(
            contradiction: "the public port and the port for operators are the same, \(listen) and \(admin)", at: given,
            fix: "give \(SettingKey.adminListen.environmentName) another port")
    }

    /// An account list for an upstream that is not served would lock everybody out. The id of a profile given as a path is not known here.
    mutating func compare(_ accounts: AllowedAccounts, with upstream: UpstreamReference) {
        guard case .id(let id) = upstream, let given = layers[.accounts] else { return }
        guard let other = accounts.upstreams.first(where: { $0 != id }) else { return }
        report(
            contradiction: "it names accounts of \(EchoedValue.name(other)), and the upstream here is \(id)", at: given,
            fix: given.assignment(of: "\(id):ACCOUNT,ACCOUNT"))
    }
}
