import Primitives
import TestKit
import Testing

struct ByteWriterTests {
    private enum Field: Equatable {
        case bytes([UInt8])
        case text(String)
        case integer(Int64)
        case optionalText(String?)
        case optionalInteger(Int64?)

        func write(to writer: inout ByteWriter) {
            switch self {
            case .bytes(let value): writer.append(value)
            case .text(let value): writer.append(value)
            case .integer(let value): writer.append(value)
            case .optionalText(let value): writer.append(optional: value)
            case .optionalInteger(let value): writer.append(optional: value)
            }
        }

        /// Reads a field of the same kind.
        func read(from reader: inout ByteReader) -> Field? {
            switch self {
            case .bytes: reader.field().map(Field.bytes)
            case .text: reader.text().map(Field.text)
            case .integer: reader.integer().map(Field.integer)
            case .optionalText: reader.optionalText().map(Field.optionalText)
            case .optionalInteger: reader.optionalInteger().map(Field.optionalInteger)
            }
        }

        static func random(_ generator: inout SeededGenerator) -> Field {
            switch generator.number(0...6) {
            case 0: .bytes(generator.bytes(upTo: 6))
            case 1: .text(generator.text(upTo: 6))
            case 2: .integer(Int64.random(in: .min ... .max, using: &generator))
            case 3: .optionalText(nil)
            case 4: .optionalText(generator.text(upTo: 3))
            case 5: .optionalInteger(nil)
            default: .optionalInteger(Int64(generator.number(-1...1)))
            }
        }
    }

    private static func written(_ fields: [Field]) -> [UInt8] {
        var writer = ByteWriter()
        for field in fields { field.write(to: &writer) }
        return writer.bytes
    }

    @Test func `fields come back, and a cut anywhere is noticed`() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<2_000 {
            let fields = (0..<generator.number(0...5)).map { _ in Field.random(&generator) }
            let bytes = Self.written(fields)
            var reader = ByteReader(bytes)
            for field in fields { #expect(field.read(from: &reader) == field) }
            #expect(reader.isAtEnd)
            #expect(reader.field() == nil)
            guard let last = fields.last, !bytes.isEmpty else { continue }
            var cut = ByteReader(Array(bytes.dropLast()))
            for field in fields.dropLast() { #expect(field.read(from: &cut) == field) }
            #expect(last.read(from: &cut) == nil)
        }
    }

    @Test func `two lists of texts never give the same bytes`() {
        var lists: [[String]] = [[]]
        for _ in 0..<3 { lists += lists.flatMap { list in ["", "a", "b", "ab", "\0", "\0\0\0\u{1}a"].map { list + [$0] } } }
        let distinct = Set(lists)
        let encodings = Set(distinct.map { Self.written($0.map(Field.text)) })
        #expect(encodings.count == distinct.count)
    }

    @Test func `absent, empty and zero stay apart`() {
        #expect(Self.written([.optionalText(nil)]) != Self.written([.optionalText("")]))
        #expect(Self.written([.optionalInteger(nil)]) != Self.written([.optionalInteger(0)]))
        var bytes = ByteWriter()
        bytes.append(optional: nil as [UInt8]?)
        var empty = ByteWriter()
        empty.append(optional: [] as [UInt8]?)
        #expect(bytes.bytes != empty.bytes)
    }

    @Test func `the purpose is the first field`() {
        var writer = ByteWriter(purpose: "test")
        writer.append([1, 2])
        #expect(writer.bytes == [0, 0, 0, 4] + Array("test".utf8) + [0, 0, 0, 2, 1, 2])
        #expect(ByteWriter(purpose: "").bytes != ByteWriter().bytes)
    }

    @Test(
        arguments: [
            [], [0], [0, 0, 0], [0, 0, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF, 1], [0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7],
        ] as [[UInt8]])
    func `nothing is read beyond the end`(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        #expect(reader.field() == nil)
        #expect(reader.text() == nil)
        #expect(reader.integer() == nil)
        #expect(reader.optionalText() == nil)
        #expect(reader.optionalInteger() == nil)
    }

    @Test func `a field of another kind is not read`() {
        var reader = ByteReader(Self.written([.bytes([0xFF])]))
        #expect(reader.text() == nil)
        var short = ByteReader(Self.written([.bytes([1, 2, 3])]))
        #expect(short.integer() == nil)
    }

    @Test func `an optional has two forms and no third`() {
        for (flag, text) in [(2, "a"), (-1, "a"), (0, "a"), (2, "")] as [(Int64, String)] {
            var reader = ByteReader(Self.written([.integer(flag), .text(text)]))
            #expect(reader.optionalText() == nil)
        }
        for (flag, value) in [(2, 1), (0, 1), (2, 0)] as [(Int64, Int64)] {
            var reader = ByteReader(Self.written([.integer(flag), .integer(value)]))
            #expect(reader.optionalInteger() == nil)
        }
    }

    @Test func `garbage never stops the reader`() {
        var generator = SeededGenerator(seed: 10)
        for _ in 0..<5_000 {
            var reader = ByteReader(generator.bytes(upTo: 24, mostlyOf: "\u{0}\u{0}\u{0}\u{1}\u{8}"))
            while !reader.isAtEnd, reader.optionalText() != nil || reader.text() != nil || reader.integer() != nil {}
        }
    }
}
