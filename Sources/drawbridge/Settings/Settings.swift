import Vault

/// Everything that can be set, read once at the start.
struct Settings: Sendable {
    let listen: ListenSetting
    /// The folder of `templates/` and `data/`; `nil`: beside the executable, then the working directory.
    let data: String?
    let issuer: PublicOrigin
    /// The folder of the database and of the master key.
    let state: String
    let masterKey: MasterKeySource
    /// `nil`: that of the key.
    let signingAlgorithm: JWSAlgorithm?
    /// `nil`: one that is made here and kept in the keyring.
    let signingKey: OwnSigningKey?
    let upstream: UpstreamReference
    /// `nil`: the profile's.
    let upstreamBaseURL: BaseURL?
    /// The path of a PEM file; `nil`: the system's authorities.
    let upstreamCA: String?
    let accounts: AllowedAccounts
    /// All in seconds.
    let accessTokenTTL: Int64
    let refreshTokenTTL: Int64
    let grantTTL: Int64
    let sessionTTL: Int64
    /// 0: a refresh answer cannot be asked for again.
    let refreshGrace: Int64
    let codeTTL: Int64
    let legacy: LegacyDoor
    let registration: RegistrationPolicy
    let adminListen: ListenSetting
    let allowedOrigins: AllowList
    let allowedHosts: AllowList
    let operatorName: String?
    let operatorContact: OperatorContact?
    let trustedProxies: [AddressRange]
    let metadataTrust: MetadataTrust
    let logLevel: LogLevel
    /// `nil`: text on a terminal, JSON elsewhere.
    let logFormat: LogFormat?

    /// What is allowed and probably not meant, in sentences.
    private(set) var warnings: [String] = []
    /// Where the values come from that are not the default.
    let origins: [SettingKey: SettingOrigin]

    /// Reads the settings: command line, over environment, over file, over the defaults.
    ///
    /// - Parameters:
    ///   - flags: what was given on the command line, keyed by the flag's name, with or without `--`.
    ///   - environment: all of it; what is not ours is left alone.
    ///   - fileExists: asked for the systemd credential alone.
    /// - Throws: every problem at once.
    static func read(
        flags: [String: String], environment: [String: String], file: SettingsFile?, fileExists: (String) -> Bool = FileProbe.isReadable
    ) throws(SettingsErrors) -> Settings {
        var reader = SettingsReader(SettingLayers(flags: flags, environment: environment, file: file))
        var settings = Settings(&reader, fileExists: fileExists)
        guard reader.problems.isEmpty else { throw SettingsErrors(problems: reader.problems) }
        settings.warnings = SettingsWarnings.find(in: settings, environment: environment)
        return settings
    }

    private init(_ reader: inout SettingsReader, fileExists: (String) -> Bool) {
        reader.refuseWhatThisVersionLacks()
        listen = reader.value(.listen, default: .standard) { text throws(BadValue) in try ListenSetting(text) }
        adminListen = reader.value(.adminListen, default: .standardAdmin) { text throws(BadValue) in try ListenSetting(text) }
        issuer = reader.value(.issuer, default: .standard) { text throws(BadValue) in try PublicOrigin(issuer: text) }
        data = reader.path(.data)
        let state = reader.path(.state) ?? "data/state"
        self.state = state
        masterKey = reader.masterKey(state: state, fileExists: fileExists)
        signingAlgorithm = reader.optional(.signingAlg) { text throws(BadValue) in try Choice.parse(text) }
        signingKey = reader.signingKey(algorithm: signingAlgorithm)
        upstream = reader.value(.upstream, default: .id("valtown")) { text throws(BadValue) in try UpstreamReference(text) }
        upstreamBaseURL = reader.optional(.upstreamBaseURL) { text throws(BadValue) in try BaseURL(text) }
        upstreamCA = reader.path(.upstreamCA)
        accounts = reader.value(.accounts, default: .everybody) { text throws(BadValue) in try AllowedAccounts(text) }
        accessTokenTTL = reader.seconds(.accessTokenTTL, default: 900)
        refreshTokenTTL = reader.seconds(.refreshTokenTTL, default: 2_592_000)
        grantTTL = reader.seconds(.grantTTL, default: 7_776_000)
        sessionTTL = reader.seconds(.sessionTTL, default: 604_800)
        refreshGrace = reader.seconds(.refreshGrace, default: 120)
        codeTTL = reader.seconds(.codeTTL, default: 60)
        legacy = reader.legacyDoor()
        registration = reader.value(.registration, default: .open) { text throws(BadValue) in try Choice.parse(text) }
        allowedOrigins = reader.value(.allowedOrigins, default: .defaultOrigins(issuer: issuer, listen: listen)) { text throws(BadValue) in
            try AllowList(origins: text)
        }
        allowedHosts = reader.value(.allowedHosts, default: .defaultHosts(issuer: issuer, listen: listen)) { text throws(BadValue) in
            try AllowList(hosts: text)
        }
        operatorName = reader.optional(.operatorName) { text throws(BadValue) in try ShortText.parse(text) }
        operatorContact = reader.optional(.operatorContact) { text throws(BadValue) in try OperatorContact(text) }
        trustedProxies = reader.trustedProxies()
        metadataTrust = reader.value(.metadataTrust, default: .nobody) { text throws(BadValue) in try MetadataTrust(text) }
        logLevel = reader.logLevel()
        logFormat = reader.optional(.logFormat) { text throws(BadValue) in try Choice.parse(text) }
        reader.compare(listen: listen, with: adminListen)
        reader.compare(accounts, with: upstream)
        let layers = reader.layers
        origins = Dictionary(uniqueKeysWithValues: SettingKey.allCases.compactMap { key in layers[key].map { (key, $0.origin) } })
    }
}
