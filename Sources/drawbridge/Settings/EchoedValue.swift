/// Shows a value to the person who wrote it.
enum EchoedValue {
    /// In characters.
    static let maximumLength = 60

    /// Quoted, shortened and free of control characters; `nil` where it might be, or hold, a secret: a token pasted into the wrong
    /// line, a password in front of a host.
    static func show(_ text: String) -> String? {
        mayHoldSecret(text) ? nil : "\"" + escaped(text) + "\""
    }

    /// A name as it was written, made harmless for a terminal and a log.
    static func name(_ text: String) -> String { escaped(text) }

    private static func escaped(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            guard shown.count < maximumLength else { return shown + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func mayHoldSecret(_ text: String) -> Bool {
        let telling = ["vtwn_", "dbr_", "dbc_", "eyJ", "ghp_", "github_pat_", "-----BEGIN"]
        if text.contains("@") || telling.contains(where: text.contains) { return true }
        // A long unbroken run with letters and digits is more likely a key than a name.
        return text.split { !($0.isLetter || $0.isNumber || $0 == "+" || $0 == "_") }
            .contains { $0.count >= 20 && $0.contains(where: \.isNumber) && $0.contains(where: \.isLetter) }
    }
}
