import Vault

/// The name of a setting. The raw value is its key in `drawbridge.yaml`; the names elsewhere follow from it.
enum SettingKey: String, CaseIterable, Sendable {
    case listen
    case data
    case issuer
    case state
    case masterKeyFile = "master_key_file"
    case masterKeyCommand = "master_key_command"
    case masterKey = "master_key"
    case signingAlg = "signing_alg"
    case signingKey = "signing_key"
    case upstream
    case upstreamBaseURL = "upstream_base_url"
    case upstreamCA = "upstream_ca"
    case accounts
    case accessTokenTTL = "access_token_ttl"
    case refreshTokenTTL = "refresh_token_ttl"
    case grantTTL = "grant_ttl"
    case sessionTTL = "session_ttl"
    case refreshGrace = "refresh_grace"
    case codeTTL = "code_ttl"
    case legacy
    case registration
    case adminListen = "admin_listen"
    case allowedOrigins = "allowed_origins"
    case allowedHosts = "allowed_hosts"
    case tlsCert = "tls_cert"
    case tlsKey = "tls_key"
    case operatorName = "operator_name"
    case operatorContact = "operator_contact"
    case trustedProxies = "trusted_proxies"
    case metadataTrust = "metadata_trust"
    case logLevel = "log_level"
    case logFormat = "log_format"

    static let environmentPrefix = "DRAWBRIDGE_"

    var fileKey: String { rawValue }
    var environmentName: String { Self.environmentPrefix + rawValue.uppercased() }
    /// Without the leading `--`.
    var flagName: String { String(rawValue.map { $0 == "_" ? "-" : $0 }) }

    /// A second name in the environment with the same meaning and the same values, which guides of other servers use.
    /// `OAUTH_ENABLED` and `DEBUG` have values of their own and are read apart.
    var environmentAlias: String? {
        switch self {
        case .issuer: "OAUTH_ISSUER_URL"
        case .masterKey: "OAUTH_ENCRYPTION_KEY"
        case .signingKey: "OAUTH_JWT_PRIVATE_KEY"
        case .accessTokenTTL: "OAUTH_ACCESS_TOKEN_TTL"
        case .refreshTokenTTL: "OAUTH_REFRESH_TOKEN_TTL"
        default: nil
        }
    }

    /// Whether a value must never be shown, in whatever form.
    var isSecret: Bool {
        switch self {
        // The command may carry a password of the key store that it asks.
        case .masterKey, .masterKeyCommand, .signingKey, .tlsKey: true
        default: false
        }
    }

    /// What a good value looks like, for the person who wrote a bad one.
    var shape: String {
        switch self {
        case .listen: "localhost:PORT, an IPv4 address with a port, or [an IPv6 address]:PORT"
        case .data: "the path of the folder that holds templates/ and data/"
        case .issuer: "https://HOST[:PORT] and nothing behind it; http only for localhost, 127.0.0.1 and [::1]"
        case .state: "the path of a folder"
        case .masterKeyFile: "the path of a file, readable by its owner alone"
        case .masterKeyCommand: "a command that prints the key"
        case .masterKey: "32 random bytes in base64 (44 characters)"
        case .signingAlg: JWSAlgorithm.allCases.map(\.rawValue).joined(separator: " | ")
        case .signingKey: "a private key in PEM, unencrypted: Ed25519, P-256, or RSA of 2048 bits or more"
        case .upstream: "the id of a profile in data/upstreams/, or the path of a profile"
        case .upstreamBaseURL: "https://HOST[:PORT][/PATH], or http"
        case .upstreamCA: "the path of a PEM file"
        case .accounts: "UPSTREAM:ACCOUNT,ACCOUNT, with a semicolon between upstreams"
        case .accessTokenTTL, .refreshTokenTTL, .grantTTL, .sessionTTL, .refreshGrace, .codeTTL: shapeOfSeconds
        case .legacy: LegacyDoor.allCases.map(\.rawValue).joined(separator: " | ")
        case .registration: RegistrationPolicy.allCases.map(\.rawValue).joined(separator: " | ")
        case .adminListen: "an address with a port, as for listen, and another one than that"
        case .allowedOrigins: "origins (https://app.example) separated by commas, or *"
        case .allowedHosts: "hosts with their port (bridge.example, localhost:8484) separated by commas, or *"
        case .tlsCert, .tlsKey: "the path of a PEM file"
        case .operatorName: "a name, at most \(ShortText.maximumLength) characters"
        case .operatorContact: "a mail address or an https URL, at most \(ShortText.maximumLength) characters"
        case .trustedProxies: "CIDRs (10.0.0.0/8, fd00::/8) separated by commas"
        case .metadataTrust: "host[:port],…[;ca=FILE]"
        case .logLevel: LogLevel.allCases.map(\.rawValue).joined(separator: " | ")
        case .logFormat: LogFormat.allCases.map(\.rawValue).joined(separator: " | ")
        }
    }

    /// In seconds; `nil` for what is no duration. The upper ends only catch slips (milliseconds for seconds); what is wise is less.
    var secondsAllowed: ClosedRange<Int64>? {
        switch self {
        case .accessTokenTTL: 1...86_400
        case .refreshTokenTTL, .sessionTTL: 1...34_560_000
        case .grantTTL: 1...315_360_000
        case .refreshGrace: 0...86_400
        // RFC 6749 §4.1.2: ten minutes at most.
        case .codeTTL: 1...600
        default: nil
        }
    }

    private var shapeOfSeconds: String {
        guard let range = secondsAllowed else { return "seconds" }
        return "whole seconds from \(range.lowerBound) to \(range.upperBound), digits only"
    }
}
