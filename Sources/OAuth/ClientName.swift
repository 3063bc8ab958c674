import Primitives

/// A client's name as people may see it.
///
/// Names are chosen by whoever registers. What can't be seen, or turns the direction of the text around, is taken out; letters that let one
/// name look like another are pointed out.
package struct DisplayName: Sendable, Equatable {
    package let text: String
    /// The name mixes look-alike scripts, is made of look-alikes alone, or held invisible characters.
    package let isSuspicious: Bool

    package init(_ name: String?, fallback: String) {
        let original = name ?? ""
        let kept = Self.withoutPiledMarks(original.unicodeScalars.filter { !Self.isInvisible($0) })
        let cleaned = String(kept).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        text = cleaned.isEmpty ? fallback : String(cleaned.prefix(80))
        isSuspicious = kept.count != original.unicodeScalars.count || Self.looksLikeAnother(cleaned)
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}"  // an empty Braille pattern
        }
    }

    /// At most two marks on one letter, as languages have them: more of them paint over the lines around the name.
    private static func withoutPiledMarks(_ scalars: String.UnicodeScalarView) -> String.UnicodeScalarView {
        var marks = 0
        return scalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: marks += 1
            default: marks = 0
            }
            return marks <= 2
        }
    }

    private static func looksLikeAnother(_ text: String) -> Bool {
        let letters = text.unicodeScalars.filter(\.properties.isAlphabetic)
        let foreign = letters.filter { isGreekOrCyrillic($0) }
        let mixed = text.split(separator: " ").contains { word in
            word.unicodeScalars.contains(where: isLatin) && word.unicodeScalars.contains { isGreekOrCyrillic($0) || isRareTwin($0) }
        }
        let disguised = !foreign.isEmpty && letters.allSatisfy { isLatin($0) || latinTwins.contains($0) }
        return mixed || disguised || letters.contains(where: isStyledLatin)
    }

    private static func isLatin(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x250 && scalar.properties.isAlphabetic }

    private static func isGreekOrCyrillic(_ scalar: Unicode.Scalar) -> Bool {
        (0x370...0x52F).contains(scalar.value) && scalar.properties.isAlphabetic
    }

    /// Phonetic letters, Armenian, Cherokee, Lisu and others with twins of Latin letters that nobody writes in one word with Latin.
    private static func isRareTwin(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x250...0x2AF, 0x531...0x587, 0x13A0...0x13FF, 0x1D00...0x1DBF, 0x2C60...0x2DFF, 0xA4D0...0xA4FF, 0xAB30...0xABBF: true
        default: false
        }
    }

    /// Letter-like symbols, full-width forms and mathematical alphabets: Latin letters in disguise.
    private static func isStyledLatin(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2100...0x218B, 0x24B6...0x24E9, 0xFF21...0xFF5A, 0x1D400...0x1D7FF, 0x1F130...0x1F189: true
        default: false
        }
    }

    /// Greek and Cyrillic letters that look like a Latin one in most fonts (Unicode TR 39, confusables).
    private static let latinTwins = Set("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυϲϳАВЕЅІЈКМНОРСТУХԁԌԚԛԜԝаеорсухѕіјһӏҮүԍ".unicodeScalars)
}
