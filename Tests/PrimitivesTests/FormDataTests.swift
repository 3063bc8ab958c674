import Primitives
import TestKit
import Testing

struct FormDataTests {
    struct Row: Vector {
        let why: String
        let text: Input
        let pairs: [[String]]?
        let repeated: [String]?
        let failure: String?
    }

    @Test(arguments: try Vectors.load("forms.json", as: Row.self))
    func `a form reads as its pairs or not at all`(_ vector: Row) {
        do {
            let form = try FormData(parsing: vector.text.bytes)
            #expect(vector.failure == nil)
            if let pairs = vector.pairs {
                #expect(form.pairs.map { Array($0.name.utf8) } == pairs.map { Array($0[0].utf8) })
                #expect(form.pairs.map { Array($0.value.utf8) } == pairs.map { Array($0[1].utf8) })
            }
            #expect(form.repeated == Set(vector.repeated ?? []))
        } catch {
            #expect("\(error)" == vector.failure)
        }
    }

    @Test func `empty equals absent`() throws {
        let form = try FormData(parsing: "resource=&resource=a&scope=&resource=b")
        #expect(form.values("resource") == ["a", "b"])
        #expect(form["resource"] == "a")
        #expect(form["scope"] == nil)
        #expect(form["state"] == nil)
        #expect(form.values("scope").isEmpty)
    }

    @Test func `the number of pairs is the caller's to bound`() throws {
        #expect(throws: FormData.Failure.tooManyPairs) { try FormData(parsing: Array("a&b&c".utf8), maximumPairs: 2) }
        #expect(try FormData(parsing: Array("&a&&b&".utf8), maximumPairs: 2).pairs.count == 2)
    }

    @Test func `what is encoded holds unreserved characters only and decodes to the same pairs`() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<3_000 {
            let pairs = (0..<generator.number(0...5)).map { _ in
                (generator.text(upTo: 6, without: ["\0"]), generator.text(upTo: 12, without: ["\0"]))
            }
            let form = FormData(pairs)
            #expect(form.encoded.utf8.allSatisfy { PercentEncoding.isUnreserved($0) || "%&=".utf8.contains($0) })
            let again = try FormData(parsing: form.encoded)
            #expect(again == form)
            #expect(again.encoded == form.encoded)
        }
    }

    @Test func `percent-encoding leaves the unreserved characters alone and spells the rest in upper case`() {
        #expect(PercentEncoding.encode("AZaz09-._~") == "AZaz09-._~")
        #expect(PercentEncoding.encode("a b+c/é\u{0}") == "a%20b%2Bc%2F%C3%A9%00")
        #expect((UInt8.min...UInt8.max).filter(PercentEncoding.isUnreserved).count == 66)
    }

    @Test func `garbage never stops the parser`() throws {
        var generator = SeededGenerator(seed: 5)
        for turn in 0..<10_000 {
            let garbage = turn.isMultiple(of: 2) ? generator.bytes(upTo: 60) : generator.bytes(upTo: 20, mostlyOf: "a=b&%41+")
            if let form = try? FormData(parsing: garbage) { #expect(try FormData(parsing: form.encoded) == form) }
        }
    }
}
