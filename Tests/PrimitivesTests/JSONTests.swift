import Primitives
import TestKit
import Testing

struct JSONParsingTests {
    struct Refused: Vector {
        let why: String
        let document: Input
        let reason: String
    }

    @Test(arguments: try Vectors.load("json-refused.json", as: Refused.self))
    func `what is not exactly JSON is refused`(_ vector: Refused) {
        do {
            let value = try JSON.parse(vector.document.bytes)
            Issue.record("accepted as \(value.text.prefix(100))")
        } catch {
            #expect("\(error.reason)" == vector.reason)
            #expect((0...vector.document.bytes.count).contains(error.offset))
            #expect(error.description == "\(error.reason.rawValue) (at byte \(error.offset))")
        }
    }

    struct Accepted: Vector {
        let why: String
        let document: Input
        let compact: String?
        let canonical: String?
    }

    @Test(arguments: try Vectors.load("json-accepted.json", as: Accepted.self))
    func `JSON comes out as it went in, without the white space`(_ vector: Accepted) throws {
        let value = try JSON.parse(vector.document.bytes)
        #expect(value.serialized == vector.compact.map { Array($0.utf8) } ?? vector.document.bytes)
        #expect(try JSON.parse(value.serialized) == value)
        #expect(value.canonical == value)
        if let canonical = vector.canonical { #expect(Array(value.canonical.serialized) == Array(canonical.utf8)) }
    }

    private static func refusal(_ text: String, maximumSize: Int = 4 << 20, maximumDepth: Int = 64) -> String? {
        do {
            _ = try JSON.parse(text, maximumSize: maximumSize, maximumDepth: maximumDepth)
            return nil
        } catch { return "\(error.reason) at \(error.offset)" }
    }

    @Test func `the size is checked before anything is read`() {
        #expect(Self.refusal("\"abc", maximumSize: 3) == "tooLarge at 3")
        #expect(Self.refusal("[1]", maximumSize: 3) == nil)
        #expect(Self.refusal(String(repeating: " ", count: 4 << 20 + 1)) == "tooLarge at 4194304")
    }

    @Test func `the depth is the caller's to bound`() {
        #expect(Self.refusal("[[]]", maximumDepth: 1) == "tooDeep at 1")
        #expect(Self.refusal("[[],[]]", maximumDepth: 2) == nil)
        #expect(Self.refusal("[]", maximumDepth: 0) == "tooDeep at 0")
        #expect(Self.refusal("1", maximumDepth: 0) == nil)
    }

    @Test func `a duplicate key is told with its place`() {
        #expect(Self.refusal(#"{"a":1,"a":2}"#) == "duplicateKey at 7")
    }

    @Test func `what was written reads as the same value`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3_000 {
            let value = generator.json(depth: 5)
            let again = try JSON.parse(value.serialized)
            #expect(again == value)
            #expect(again.serialized == value.serialized)
        }
    }

    @Test func `equal values have equal canonical bytes, however their members are ordered`() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<1_000 {
            let value = generator.json(depth: 4)
            let shuffled = Self.shuffled(value, &generator)
            #expect(shuffled == value)
            #expect(shuffled.canonical.serialized == value.canonical.serialized)
            #expect(try JSON.parse(value.canonical.serialized).canonical.serialized == value.canonical.serialized)
        }
    }

    private static func shuffled(_ value: JSON, _ generator: inout SeededGenerator) -> JSON {
        switch value {
        case .null, .bool, .number, .string: return value
        case .array(let elements): return .array(elements.map { shuffled($0, &generator) })
        case .object(let object):
            let members = object.members.map { JSONObject.Member(key: $0.key, value: shuffled($0.value, &generator)) }
            return .object(JSONObject(members.shuffled(using: &generator)))
        }
    }

    @Test func `garbage never stops the parser, and what it accepts it writes alike`() throws {
        var generator = SeededGenerator(seed: 3)
        for turn in 0..<10_000 {
            let garbage =
                turn.isMultiple(of: 2) ? generator.bytes(upTo: 40) : generator.bytes(upTo: 12, mostlyOf: #"{}[],:"\u00e1-.Etrue null "#)
            if let value = try? JSON.parse(garbage) { #expect(try JSON.parse(value.serialized) == value) }
        }
    }

    @Test func `a document with one byte changed never stops the parser`() throws {
        let document = Array(#"{"a":[1,-2.5e3,true,false,null,"\u00e9\ud83d\ude00é"],"b":{"c":"\\\n","d":{}}}"#.utf8)
        _ = try JSON.parse(document)
        for place in document.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = document
                changed[place] = byte
                if let value = try? JSON.parse(changed) { #expect(try JSON.parse(value.serialized) == value) }
            }
            #expect(throws: JSONError.self) { try JSON.parse(Array(document[..<place])) }
        }
    }
}

struct JSONValueTests {
    private let value: JSON = [
        "null": .null, "yes": true, "seven": 7, "half": .array([1, "a"]), "text": "é", "list": ["a", "b"], "inner": ["x": 1],
    ]

    @Test func `each reader sees its own kind only`() throws {
        #expect(value["null"]?.isNull == true)
        #expect(value["yes"]?.bool == true)
        #expect(value["yes"]?.integer == nil)
        #expect(value["seven"]?.integer == 7)
        #expect(value["seven"]?.double == 7)
        #expect(value["seven"]?.string == nil)
        #expect(value["seven"]?.bool == nil)
        #expect(value["text"]?.string == "é")
        #expect(value["text"]?.double == nil)
        #expect(value["text"]?.array == nil)
        #expect(value["text"]?.object == nil)
        #expect(value["text"]?["x"] == nil)
        #expect(value["text"]?.strings == nil)
        #expect(value["list"]?.strings == ["a", "b"])
        #expect(value["half"]?.strings == nil)
        #expect(value["inner"]?["x"] == 1)
        #expect(value["inner"]?["y"] == nil)
        #expect(value["nothing"] == nil)
    }

    @Test(
        arguments: [
            ("9223372036854775807", .max, 0x1p63), ("-9223372036854775808", .min, -0x1p63), ("9223372036854775808", nil, 0x1p63),
            ("1.0", nil, 1),
            ("1e2", nil, 100), ("-0", 0, 0), ("1e400", nil, nil), ("-1e400", nil, nil), ("1e-400", nil, 0), ("0.1", nil, 0.1),
        ] as [(String, Int64?, Double?)])
    func `a number has the value that its spelling has`(_ text: String, _ integer: Int64?, _ double: Double?) throws {
        let number = try JSON.parse(text)
        #expect(number.integer == integer)
        #expect(number.double == double)
    }

    @Test func `spellings of a number stay apart, and so do spellings of a letter`() throws {
        #expect(try JSON.parse("1.0") != JSON.parse("1"))
        #expect(JSON.integer(7 as Int64) == JSON.integer(7 as Int))
        #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
        #expect(JSON.string("K") != JSON.string("\u{212A}"))
        #expect(try JSON.parse(#"{"\u212a":1}"#)["K"] == nil)
        #expect(JSON.null != false)
        #expect(JSON.array([]) != .object(JSONObject()))
    }

    @Test func `an object keeps the order and one value for each key`() {
        var object = JSONObject([.init(key: "b", value: 1), .init(key: "a", value: 2), .init(key: "b", value: 3)])
        #expect(object.keys == ["b", "a"])
        #expect(object["b"] == 3)
        object["c"] = 4
        object["b"] = 5
        object["a"] = nil
        object["z"] = nil
        #expect(JSON.object(object).text == #"{"b":5,"c":4}"#)
        #expect(object.count == 2)
        #expect(!object.isEmpty)
        #expect(JSONObject().isEmpty)
        #expect(object == JSONObject([.init(key: "c", value: 4), .init(key: "b", value: 5)]))
        #expect(object != JSONObject([.init(key: "c", value: 4)]))
        #expect(object != JSONObject([.init(key: "c", value: 4), .init(key: "d", value: 5)]))
    }

    @Test func `absent is omitted, null is written`() {
        #expect(JSON.object(omittingNil: ["a": nil, "b": .null, "c": .strings(["x"])]).text == #"{"b":null,"c":["x"]}"#)
    }

    @Test func `a value can be written behind something`() {
        var output = Array("data: ".utf8)
        value.write(to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "data: " + value.text)
    }
}
