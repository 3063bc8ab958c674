import Primitives
import Testing

@testable import Upstream

@Suite struct JSONSchemaTests {
    static let cases: [(JSON, JSON, Bool)] = [
        (["type": "integer"], 1, true), (["type": "integer"], .number(JSONNumber(7)), true), (["type": "integer"], "1", false),
        (["type": "integer"], true, false), (["type": "string"], .null, false), (["type": ["string", "null"]], .null, true),
        (["enum": ["a", 1]], 1, true), (["enum": ["a", 1]], "b", false), (["const": "x"], "y", false),
        (["type": "string", "minLength": 2], "ä", false), (["type": "string", "maxLength": 1], "ä", true),
        (["type": "string", "pattern": "^[a-z]+$"], "abc", true), (["type": "string", "pattern": "^[a-z]+$"], "abc\n", false),
        (["type": "string", "pattern": "^[a-z]+$"], "abc\nX", false), (["type": "string", "pattern": "b"], "abc", true),
        (["type": "number", "minimum": 0, "exclusiveMaximum": 1], 0, true), (["type": "number", "exclusiveMaximum": 1], 1, false),
        (["type": "array", "items": ["type": "string"], "maxItems": 2], ["a", "b"], true),
        (["type": "array", "items": ["type": "string"]], ["a", 1], false), (["type": "array", "minItems": 1], [], false),
        (["type": "object", "required": ["a"]], ["b": 1], false),
        (["type": "object", "properties": ["a": ["type": "string"]], "additionalProperties": false], ["b": 1], false),
        (["type": "object", "properties": ["a": ["type": "string"]]], ["b": 1], true),
        (["type": "object", "additionalProperties": ["type": "integer"]], ["b": "x"], false),
        (["anyOf": [["type": "string"], ["type": "null"]]], .null, true), (["anyOf": [["type": "string"]]], 1, false),
        (true, 1, true), (false, 1, false),
    ]

    @Test(arguments: cases)
    func `a schema accepts what JSON Schema accepts`(schema: JSON, value: JSON, accepted: Bool) throws {
        #expect(try JSONSchema(schema).accepts(value) == accepted)
    }

    @Test func `integers are told by their value`() throws {
        let schema = try JSONSchema(["type": "integer"])
        #expect(schema.accepts(try JSON.parse("1.0")))
        #expect(schema.accepts(try JSON.parse("1e3")))
        #expect(!schema.accepts(try JSON.parse("1.5")))
    }

    @Test(
        arguments: [
            ["type": "text"], ["$ref": "#/x"], ["oneOf": []], ["properties": ["a": ["format2": 1]]], ["items": 7], ["pattern": "("],
            ["type": "object", "required": "a"],
        ] as [JSON])
    func `a schema that cannot be checked is refused`(_ schema: JSON) {
        #expect(throws: JSONSchema.Problem.self) { try JSONSchema(schema) }
    }

    @Test(arguments: [("", "x"), ("/a/0/b", "7"), ("/a~1b", "1"), ("/m~0n", "2"), ("/", "3")])
    func `pointers follow RFC 6901`(pointer: String, found: String) throws {
        let document: JSON = ["a": [["b": 7]], "a/b": 1, "m~n": 2, "": 3]
        let value = JSONPointer(pointer)?.value(in: document)
        #expect(pointer.isEmpty ? value == document : value?.text == found)
        #expect(JSONPointer("a") == nil)
        #expect(JSONPointer("/a/00")?.value(in: document) == nil)
        #expect(JSONPointer("/a/1")?.value(in: document) == nil)
    }
}
