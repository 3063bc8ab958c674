package import Primitives

/// A JSON Schema (2020-12), in the part of it that profiles may use. A keyword outside that part is refused when the schema is made, so that
/// nothing is promised to a client that is not checked here.
package struct JSONSchema: Sendable, Equatable {
    package let json: JSON

    /// What a schema may not be.
    package struct Problem: Error, Sendable, Equatable {
        package let message: String
    }

    private static let annotations: Set<String> = ["title", "description", "default", "examples", "format", "deprecated"]
    private static let assertions: Set<String> = [
        "type", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "minItems", "maxItems", "items", "properties", "required", "additionalProperties", "maxProperties", "anyOf",
    ]
    /// All that a profile may write.
    static var keywords: [String] { (assertions.union(annotations)).sorted() }

    private static let types: Set<String> = ["string", "integer", "number", "boolean", "object", "array", "null"]

    package init(_ json: JSON) throws(Problem) {
        try Self.check(json, at: "the schema")
        self.json = json
    }

    private static func check(_ schema: JSON, at place: String) throws(Problem) {
        if schema.bool != nil { return }
        guard let object = schema.object else { throw Problem(message: "\(place) must be a mapping of JSON Schema keywords") }
        for key in object.keys where !annotations.contains(key) && !assertions.contains(key) {
            throw Problem(message: "\(place) uses the keyword `\(key)`, which is not checked here")
        }
        if let type = object["type"] {
            let names = type.strings ?? type.string.map { [$0] } ?? []
            guard !names.isEmpty, names.allSatisfy(types.contains) else {
                throw Problem(message: "\(place) has a `type` that JSON Schema lacks")
            }
        }
        if let pattern = object["pattern"] {
            guard let text = pattern.string, (try? Regex(text)) != nil else {
                throw Problem(message: "\(place) has a `pattern` that is no regular expression")
            }
        }
        if let items = object["items"] { try check(items, at: "`items` of \(place)") }
        if let more = object["additionalProperties"] { try check(more, at: "`additionalProperties` of \(place)") }
        for (index, one) in (object["anyOf"]?.array ?? []).enumerated() { try check(one, at: "`anyOf[\(index)]` of \(place)") }
        for member in object["properties"]?.object?.members ?? [] { try check(member.value, at: "`\(member.key)`") }
        if let required = object["required"], required.strings == nil {
            throw Problem(message: "`required` of \(place) must be a list of names")
        }
    }

    /// What is wrong with a value, in sentences that tell a model what to send instead. Empty if it conforms.
    /// - Parameter name: how the value is called in those sentences.
    package func problems(with value: JSON, called name: String) -> [String] {
        var check = SchemaCheck()
        check.visit(value, against: json, called: name)
        return check.problems
    }

    package func accepts(_ value: JSON) -> Bool { problems(with: value, called: "value").isEmpty }
}

/// One walk over a value and its schema.
private struct SchemaCheck {
    private(set) var problems: [String] = []

    /// More than this helps nobody.
    private static let maximumProblems = 8

    private mutating func report(_ problem: String) {
        if problems.count < Self.maximumProblems { problems.append(problem) }
    }

    mutating func visit(_ value: JSON, against schema: JSON, called name: String) {
        if schema == .bool(false) { return report("`\(name)` is not expected here") }
        guard let rules = schema.object else { return }
        guard hasType(value, rules["type"]) else {
            return report("`\(name)` must be \(Self.expectation(rules["type"])), not \(Self.kind(value))")
        }
        if let allowed = rules["enum"]?.array, !allowed.contains(value) {
            report("`\(name)` must be one of \(allowed.map(\.text).joined(separator: ", "))")
        }
        if let constant = rules["const"], constant != value { report("`\(name)` must be \(constant.text)") }
        if let choices = rules["anyOf"]?.array { visit(value, choices: choices, called: name) }
        switch value {
        case .string(let text): visit(text, rules, called: name)
        case .number(let number): visit(number, rules, called: name)
        case .array(let elements): visit(elements, rules, called: name)
        case .object(let object): visit(object, rules, called: name)
        case .null, .bool: break
        }
    }

    private mutating func visit(_ value: JSON, choices: [JSON], called name: String) {
        var failures: [[String]] = []
        for choice in choices {
            var attempt = SchemaCheck()
            attempt.visit(value, against: choice, called: name)
            if attempt.problems.isEmpty { return }
            failures.append(attempt.problems)
        }
        report("`\(name)` fits none of the forms it may have: " + failures.compactMap(\.first).joined(separator: "; or "))
    }

    private mutating func visit(_ text: String, _ rules: JSONObject, called name: String) {
        let length = text.unicodeScalars.count
        if let least = rules["minLength"]?.integer, length < least {
            report(least == 1 ? "`\(name)` must not be empty" : "`\(name)` must have at least \(least) characters, not \(length)")
        }
        if let most = rules["maxLength"]?.integer, length > most {
            // A pattern may be slow on a text that should not be there at all.
            return report("`\(name)` must have at most \(most) characters, not \(length)")
        }
        if let pattern = rules["pattern"]?.string, let regex = try? Regex(pattern), (try? regex.firstMatch(in: text)) == nil {
            report("`\(name)` must match \(pattern)")
        }
    }

    private mutating func visit(_ number: JSONNumber, _ rules: JSONObject, called name: String) {
        guard let value = number.double else { return report("`\(name)` is not a number that can be used") }
        if let least = rules["minimum"]?.double, value < least { report("`\(name)` must be at least \(rules["minimum"]?.text ?? "")") }
        if let most = rules["maximum"]?.double, value > most { report("`\(name)` must be at most \(rules["maximum"]?.text ?? "")") }
        if let bound = rules["exclusiveMinimum"]?.double, value <= bound {
            report("`\(name)` must be more than \(rules["exclusiveMinimum"]?.text ?? "")")
        }
        if let bound = rules["exclusiveMaximum"]?.double, value >= bound {
            report("`\(name)` must be less than \(rules["exclusiveMaximum"]?.text ?? "")")
        }
    }

    private mutating func visit(_ elements: [JSON], _ rules: JSONObject, called name: String) {
        if let least = rules["minItems"]?.integer, elements.count < least { report("`\(name)` must have at least \(least) elements") }
        if let most = rules["maxItems"]?.integer, elements.count > most { report("`\(name)` must have at most \(most) elements") }
        guard let items = rules["items"] else { return }
        for (index, element) in elements.enumerated() where problems.count < Self.maximumProblems {
            visit(element, against: items, called: "\(name)[\(index)]")
        }
    }

    private mutating func visit(_ object: JSONObject, _ rules: JSONObject, called name: String) {
        for key in rules["required"]?.strings ?? [] where object[key] == nil { report("`\(name)` lacks `\(key)`") }
        if let most = rules["maxProperties"]?.integer, object.count > most { report("`\(name)` must have at most \(most) members") }
        let properties = rules["properties"]?.object
        for member in object.members {
            guard let schema = properties?[member.key] ?? rules["additionalProperties"] else { continue }
            visit(member.value, against: schema, called: "\(name).\(member.key)")
        }
    }

    private func hasType(_ value: JSON, _ type: JSON?) -> Bool {
        guard let names = type?.strings ?? type?.string.map({ [$0] }) else { return true }
        return names.contains { name in
            switch (name, value) {
            case ("string", .string), ("number", .number), ("boolean", .bool), ("object", .object), ("array", .array), ("null", .null): true
            case ("integer", .number(let number)): number.integer != nil || number.double.map { $0 == $0.rounded() } == true
            default: false
            }
        }
    }

    private static func expectation(_ type: JSON?) -> String {
        let names = type?.strings ?? type?.string.map { [$0] } ?? []
        return names.map { name in
            switch name {
            case "null": "null"
            case "integer", "array", "object": "an \(name)"
            default: "a \(name)"
            }
        }.joined(separator: " or ")
    }

    private static func kind(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "a boolean"
        case .number(let number): number.integer == nil ? "the number \(number.text)" : "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
