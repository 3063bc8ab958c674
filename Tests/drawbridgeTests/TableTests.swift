import Primitives
import Testing

@testable import drawbridge

struct TableTests {
    @Test func `columns are as wide as their widest cell, and no line ends in spaces`() {
        let text = Table.text(["CLIENT", "NAME"], [["0123456789", "Ada"], ["1", ""]])
        #expect(text == "CLIENT      NAME\n0123456789  Ada\n1")
    }

    @Test func `facts stand under each other`() {
        #expect(Table.text([("name", "Ada"), ("connections", "2")]) == "name         Ada\nconnections  2")
        #expect(Table.text([]) == "")
    }

    @Test func `what is too long is cut, and says so`() {
        #expect(Table.clip("abcdef", to: 6) == "abcdef")
        #expect(Table.clip("abcdefg", to: 6) == "abcde…")
    }

    @Test func `times are told in UTC`() {
        #expect(UnixTime(1_800_000_000).iso == "2027-01-15T08:00:00Z")
    }
}
