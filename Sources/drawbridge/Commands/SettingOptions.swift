import ArgumentParser

/// The settings as flags. Each beats its environment variable, which beats `drawbridge.yaml`. Their values are checked all together by `Settings`.
struct SettingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file with settings. (default: drawbridge.yaml, where there is one)", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Where to listen. (default: localhost:8484)", valueName: "host:port"))
    var listen: String?
    @Option(help: ArgumentHelp("Where /healthz and /readyz for operators are. (default: 127.0.0.1:9484)", valueName: "host:port"))
    var adminListen: String?
    @Option(help: ArgumentHelp("The public origin. (default: http://localhost:8484)", valueName: "origin"))
    var issuer: String?
    @Option(help: ArgumentHelp("The folder of templates/ and data/.", valueName: "folder"))
    var data: String?
    @Option(help: ArgumentHelp("The folder of the database and the master key. (default: data/state)", valueName: "folder"))
    var state: String?
    @Option(help: ArgumentHelp("A file that holds the master key.", valueName: "file"))
    var masterKeyFile: String?
    @Option(help: ArgumentHelp("A command that prints the master key.", valueName: "command"))
    var masterKeyCommand: String?
    @Option(help: ArgumentHelp("EdDSA, ES256 or RS256. (default: that of the key, else EdDSA)", valueName: "algorithm"))
    var signingAlg: String?
    @Option(help: ArgumentHelp("A profile's id in data/upstreams, or its path. (default: valtown)", valueName: "id|path"))
    var upstream: String?
    @Option(help: ArgumentHelp("Points the profile elsewhere: a sandbox, a test double.", valueName: "url"))
    var upstreamBaseUrl: String?
    @Option(help: ArgumentHelp("The certificates to trust for the upstream.", valueName: "file"))
    var upstreamCa: String?
    @Option(help: ArgumentHelp("Who may use this bridge, as in valtown:alice,bob. (default: everybody)", valueName: "accounts"))
    var accounts: String?
    @Option(help: ArgumentHelp("Life of an access token. (default: 900)", valueName: "seconds"))
    var accessTokenTtl: String?
    @Option(help: ArgumentHelp("Idle life of a refresh token. (default: 2592000)", valueName: "seconds"))
    var refreshTokenTtl: String?
    @Option(help: ArgumentHelp("Absolute life of a connection. (default: 7776000)", valueName: "seconds"))
    var grantTtl: String?
    @Option(help: ArgumentHelp("How long a lost refresh answer can be asked for again. (default: 120)", valueName: "seconds"))
    var refreshGrace: String?
    @Option(help: ArgumentHelp("Life of an authorization code. (default: 60)", valueName: "seconds"))
    var codeTtl: String?
    @Option(help: ArgumentHelp("Header tokens: off, header, header,bearer or only. (default: header)", valueName: "mode"))
    var legacy: String?
    @Option(help: ArgumentHelp("Who may register without proof: open, known or off. (default: open)", valueName: "policy"))
    var registration: String?
    @Option(help: ArgumentHelp("Whose Origin /mcp accepts.", valueName: "origins"))
    var allowedOrigins: String?
    @Option(help: ArgumentHelp("Whose Host /mcp accepts.", valueName: "hosts"))
    var allowedHosts: String?
    @Option(help: ArgumentHelp("Whose server this is, for the pages.", valueName: "name"))
    var operatorName: String?
    @Option(help: ArgumentHelp("How to reach the operator, for the pages.", valueName: "contact"))
    var operatorContact: String?
    @Option(help: ArgumentHelp("Proxies whose X-Forwarded-For is believed.", valueName: "cidrs"))
    var trustedProxies: String?
    @Option(help: ArgumentHelp("trace, debug, info, notice, warning or error. (default: info)", valueName: "level"))
    var logLevel: String?
    @Option(help: ArgumentHelp("text or json. (default: text on a terminal)", valueName: "format"))
    var logFormat: String?

    /// What was given, by the name of the flag.
    var flags: [String: String] {
        let all: [(SettingKey, String?)] = [
            (.listen, listen), (.adminListen, adminListen), (.issuer, issuer), (.data, data), (.state, state),
            (.masterKeyFile, masterKeyFile),
            (.masterKeyCommand, masterKeyCommand), (.signingAlg, signingAlg), (.upstream, upstream), (.upstreamBaseURL, upstreamBaseUrl),
            (.upstreamCA, upstreamCa), (.accounts, accounts), (.accessTokenTTL, accessTokenTtl), (.refreshTokenTTL, refreshTokenTtl),
            (.grantTTL, grantTtl), (.refreshGrace, refreshGrace), (.codeTTL, codeTtl), (.legacy, legacy), (.registration, registration),
            (.allowedOrigins, allowedOrigins),
            (.allowedHosts, allowedHosts), (.operatorName, operatorName), (.operatorContact, operatorContact),
            (.trustedProxies, trustedProxies), (.logLevel, logLevel), (.logFormat, logFormat),
        ]
        return Dictionary(uniqueKeysWithValues: all.compactMap { key, value in value.map { (key.flagName, $0) } })
    }
}
