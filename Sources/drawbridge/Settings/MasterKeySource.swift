import Primitives

/// Where the master key comes from.
enum MasterKeySource: Sendable, Equatable {
    /// `master.key` in the state folder, made on the first start.
    case stateFile(path: String)
    /// A file that the operator keeps; never made by the program.
    case file(path: String)
    /// Its output is the key.
    case command(String)
    /// The key itself, 32 bytes.
    case value(Secret)
    /// `LoadCredential=drawbridge-master-key:…` of a systemd unit.
    case credential(path: String)

    static let credentialName = "drawbridge-master-key"
    /// In bytes.
    static let keyLength = 32

    /// What may be said about it in a log.
    var summary: String {
        switch self {
        case .stateFile(let path): "\(path) (made on the first start)"
        case .file(let path): path
        case .command: "a command"
        case .value: "given as a value"
        case .credential: "systemd credential \(Self.credentialName)"
        }
    }

    /// The key in base64, in either alphabet, with or without padding (RFC 4648 §§4, 5).
    static func decode(_ text: String) throws(BadValue) -> Secret {
        guard let bytes = Base64.decode(String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })) else {
            throw BadValue("is not base64", advice: "make one with: openssl rand -base64 32")
        }
        guard bytes.count == keyLength else {
            throw BadValue("is not of \(keyLength) bytes but of \(bytes.count)", advice: "make one with: openssl rand -base64 32")
        }
        return Secret(bytes)
    }
}
