import Primitives

/// A client's name as people may see it.
///
/// Names are chosen by whoever registers. What can't be seen, or turns the direction of the text around, is taken out; letters of several
/// scripts in one word are pointed out, since they let one name look like another.
package struct DisplayName: Sendable, Equatable {
    package let text: String
    /// The name mixes look-alike scripts, or held invisible characters.
    package let isSuspicious: Bool

    package init(_ name: String?, fallback: String) {
        let original = name ?? ""
        let kept = original.unicodeScalars.filter { !Self.isInvisible($0) }
        let cleaned = String(String.UnicodeScalarView(kept)).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        text = cleaned.isEmpty ? fallback : String(cleaned.prefix(80))
        isSuspicious = kept.count != original.unicodeScalars.count || Self.mixesScripts(cleaned)
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// Latin letters beside Cyrillic or Greek ones.
    private static func mixesScripts(_ text: String) -> Bool {
        let letters = text.unicodeScalars.filter(\.properties.isAlphabetic)
        let latin = letters.contains { $0.value < 0x250 }
        let lookalike = letters.contains { (0x370...0x52F).contains($0.value) }
        return latin && lookalike
    }
}
