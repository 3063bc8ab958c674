/// Where a value, or an unknown name, was written.
enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case flag
    case environment
    case file(path: String, line: Int)
    /// `$CREDENTIALS_DIRECTORY`, which systemd sets for `LoadCredential=`.
    case systemd
    case builtIn

    var description: String {
        switch self {
        case .flag: "command line"
        case .environment: "environment"
        case .file(let path, let line): "\(path):\(line)"
        case .systemd: "systemd credential"
        case .builtIn: "default"
        }
    }
}

/// One reason why the program does not start with this configuration.
struct SettingsProblem: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// No setting has this name.
        case unknown
        /// The value is not of the setting's shape.
        case invalid
        /// Two values that cannot both hold.
        case contradiction
        /// A setting or value that this version does not have.
        case unsupported
        /// The file is not YAML, or not of the expected form.
        case unreadable
    }

    let kind: Kind
    /// As it was written: `--issuer`, `DRAWBRIDGE_ISSUER`, `issuer`.
    let key: String
    let origin: SettingOrigin
    /// What is wrong, in words. Never holds a secret.
    let reason: String
    /// What a good value looks like; `nil` where the name itself is the problem.
    let shape: String?
    let fix: String
}

extension SettingsProblem: CustomStringConvertible {
    var description: String {
        var lines = ["\(key) (\(origin)): \(reason)"]
        if let shape { lines.append("    wants: \(shape)") }
        lines.append("    fix:   \(fix)")
        return lines.joined(separator: "\n")
    }
}

/// Everything that is wrong with a configuration at once, so that nobody has to start the program five times to hear of five slips.
struct SettingsErrors: Error, Sendable, Equatable, CustomStringConvertible {
    let problems: [SettingsProblem]

    var description: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        return (["The configuration has \(count):"] + problems.map { "  " + $0.description.replacingLineStarts(with: "  ") })
            .joined(separator: "\n")
    }
}

extension String {
    fileprivate func replacingLineStarts(with indent: String) -> String {
        split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n" + indent)
    }
}
