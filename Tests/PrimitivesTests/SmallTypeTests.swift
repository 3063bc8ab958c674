import Primitives
import Testing

struct UnixTimeTests {
    @Test func `times are counted in seconds`() {
        #expect(UnixTime(100) + 30 == UnixTime(130))
        #expect(UnixTime(100) - 30 == UnixTime(70))
        #expect(UnixTime(100) - UnixTime(130) == -30)
        #expect(UnixTime(100) < UnixTime(101))
        #expect(UnixTime(-1) < UnixTime(0))
    }

    /// `exp` of a token, `max-age` of a document: whoever sends the largest number must not stop the program.
    @Test func `a time at the end of the world stays there`() {
        #expect(UnixTime(.max) + 1 == UnixTime(.max))
        #expect(UnixTime(1_700_000_000) + .max == UnixTime(.max))
        #expect(UnixTime(.min) + -1 == UnixTime(.min))
        #expect(UnixTime(.min) - 1 == UnixTime(.min))
        #expect(UnixTime(.max) - -1 == UnixTime(.max))
        #expect(UnixTime(0) - .min == UnixTime(.max))
        #expect(UnixTime(.max) - UnixTime(.min) == .max)
        #expect(UnixTime(.min) - UnixTime(.max) == .min)
        #expect(UnixTime(.min) - UnixTime(1) == .min)
    }
}

struct IdentifierTests {
    private enum Kind {}

    @Test func `an identifier is its text`() {
        #expect(Identifier<Kind>("a").description == "a")
        #expect(Identifier<Kind>("a") == Identifier<Kind>("a"))
        #expect(Identifier<Kind>("a") != Identifier<Kind>("A"))
    }

    @Test(arguments: [("K", "\u{212A}"), ("\u{E9}", "e\u{301}"), (";", "\u{37E}")])
    func `texts that Swift takes for equal and a store does not are two identifiers`(_ one: String, _ other: String) {
        #expect(one == other)
        #expect(Identifier<Kind>(one) != Identifier<Kind>(other))
        #expect(Set([Identifier<Kind>(one), Identifier<Kind>(other), Identifier<Kind>(one)]).count == 2)
    }
}
