/// Text on its way into HTML.
///
/// The template engine's own escaping works on whole characters, so a quotation mark followed by a combining accent, which is one
/// character in Swift but two for a browser, would leave it as it came in and end the attribute that it stands in. This one works on
/// Unicode scalars, and the engine's is switched off (`TemplateSource`).
enum HTMLText {
    /// `text` such that it stands for itself between tags and inside a quoted attribute, and neither ends the line of thought of the page
    /// around it nor turns its direction: control characters and bidirectional overrides become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": result.unicodeScalars.append("\u{FFFD}")
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": result.unicodeScalars.append("\u{FFFD}")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `target` as the value of `href`; `#` where following it would run it or show its content as if it came from here.
    static func link(_ target: String) -> String {
        // Browsers drop tabs, line breaks and leading blanks before they look for a scheme.
        let scheme = target.unicodeScalars.prefix { !":/?#".unicodeScalars.contains($0) }
        let hasScheme = target.unicodeScalars.dropFirst(scheme.count).first == ":"
        let name = String(String.UnicodeScalarView(scheme.filter { $0.isASCII && $0.properties.isAlphabetic })).lowercased()
        let isUnsafe = hasScheme && ["javascript", "data", "vbscript", "blob", "file"].contains(name)
        return isUnsafe ? "#" : escaped(target)
    }
}
