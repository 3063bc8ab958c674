/// What is allowed and probably not meant.
enum SettingsWarnings {
    static func find(in settings: Settings, environment: [String: String]) -> [String] {
        credentials(settings, environment) + addresses(settings) + lists(settings) + lifetimes(settings)
    }

    private static func credentials(_ settings: Settings, _ environment: [String: String]) -> [String] {
        var found: [String] = []
        if environment["VAL_TOWN_API_TOKEN"] != nil {
            found.append(
                "VAL_TOWN_API_TOKEN is set and ignored: everybody connects with a token of their own. Only `drawbridge stdio` uses it.")
        }
        if case .file(let path, let line)? = settings.origins[.masterKey] {
            found.append("The master key stands in \(path):\(line). Whoever can read that file and the database has half of every secret.")
        }
        if case .file(let path, let line)? = settings.origins[.signingKey] {
            found.append("The signing key stands in \(path):\(line). Whoever can read that file can sign access tokens.")
        }
        if let base = settings.upstreamBaseURL, base.origin.scheme == .http, !base.origin.isLoopback {
            found.append("\(SettingKey.upstreamBaseURL.environmentName) is http on another machine: API tokens travel there readable.")
        }
        return found
    }

    /// Where clients are sent, against where this process listens.
    static func addresses(_ settings: Settings) -> [String] {
        var found: [String] = []
        let issuer = settings.issuer
        if issuer.isLoopback, !settings.listen.isLoopback {
            found.append(
                "Listening on \(settings.listen), reachable from elsewhere, while the issuer is \(issuer): clients on other machines cannot"
                    + " connect. Set \(SettingKey.issuer.environmentName) to the public https origin, or listen on localhost.")
        }
        if issuer.isLoopback, settings.listen.port != 0, settings.listen.port != issuer.effectivePort {
            found.append(
                "Listening on port \(settings.listen.port), while the issuer is \(issuer): without a proxy between them clients find nothing"
                    + " there.")
        }
        if !settings.adminListen.isLoopback {
            found.append("The port for operators, \(settings.adminListen), can be reached from elsewhere and asks for no password.")
        }
        return found
    }

    private static func lists(_ settings: Settings) -> [String] {
        var found: [String] = []
        let hosts = settings.allowedHosts
        if !hosts.allows(settings.issuer.authority) {
            found.append(
                "\(SettingKey.allowedHosts.environmentName) leaves out the issuer's own host, \(settings.issuer.authority): clients get 403."
            )
        }
        if hosts == .any, settings.issuer.isLoopback {
            found.append("Every Host is accepted on a loopback server: a page in a browser can reach it by DNS rebinding.")
        }
        if settings.metadataTrust != .nobody, !settings.issuer.isLoopback {
            found.append(
                "\(SettingKey.metadataTrust.environmentName) is set on a public bridge: strangers can make it send requests to"
                    + " \(settings.metadataTrust.hosts.map(\.description).joined(separator: ", ")).")
        }
        if settings.trustedProxies.contains(where: \.isEverything) {
            found.append("Every address is a trusted proxy: anybody can write any address into the log and past the limits.")
        }
        return found
    }

    private static func lifetimes(_ settings: Settings) -> [String] {
        var found: [String] = []
        func compare(_ short: SettingKey, _ shorter: Int64, _ long: SettingKey, _ longer: Int64) {
            guard shorter > longer else { return }
            found.append("\(short.fileKey) (\(shorter) s) is longer than \(long.fileKey) (\(longer) s), which ends it.")
        }
        compare(.accessTokenTTL, settings.accessTokenTTL, .grantTTL, settings.grantTTL)
        compare(.refreshTokenTTL, settings.refreshTokenTTL, .grantTTL, settings.grantTTL)
        return found
    }
}
