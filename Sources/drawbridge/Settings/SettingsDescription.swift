import Vault

extension Settings {
    /// One setting as the start-up log shows it.
    struct Line: Sendable, Equatable {
        let key: SettingKey
        let value: String
        let origin: SettingOrigin
    }

    /// What is in force, and where it comes from. Holds no secret: of the master key only the kind of its source.
    func describe() -> [Line] {
        values.map { key, value in Line(key: key, value: value, origin: origin(of: key)) }
    }

    private func origin(of key: SettingKey) -> SettingOrigin { origins[key] ?? .builtIn }

    private var values: [(SettingKey, String)] {
        [
            (.listen, "\(listen)"), (.adminListen, "\(adminListen)"), (.issuer, "\(issuer)"), (.data, data ?? "(found)"), (.state, state),
            (masterKeySetting, masterKey.summary), (.signingAlg, signingAlgorithm?.rawValue ?? "that of the key"),
            (.signingKey, signingKey?.summary ?? "made here, kept in the keyring"),
            (.upstream, "\(upstream)"), (.upstreamBaseURL, upstreamBaseURL.map { "\($0)" } ?? "the profile's"),
            (.upstreamCA, upstreamCA ?? "the system's"), (.accounts, "\(accounts)"), (.accessTokenTTL, "\(accessTokenTTL) s"),
            (.refreshTokenTTL, "\(refreshTokenTTL) s"), (.grantTTL, "\(grantTTL) s"), (.sessionTTL, "\(sessionTTL) s"),
            (.refreshGrace, "\(refreshGrace) s"), (.codeTTL, "\(codeTTL) s"), (.legacy, legacy.rawValue),
            (.registration, registration.rawValue), (.allowedOrigins, "\(allowedOrigins)"), (.allowedHosts, "\(allowedHosts)"),
            (.operatorName, operatorName ?? "none"), (.operatorContact, operatorContact.map { "\($0)" } ?? "none"),
            (.trustedProxies, trustedProxies.isEmpty ? "none" : trustedProxies.map { "\($0)" }.joined(separator: ",")),
            (.logLevel, logLevel.rawValue), (.logFormat, logFormat?.rawValue ?? "text on a terminal, else json"),
        ]
    }

    private var masterKeySetting: SettingKey {
        switch masterKey {
        case .stateFile, .file, .credential: .masterKeyFile
        case .command: .masterKeyCommand
        case .value: .masterKey
        }
    }
}
