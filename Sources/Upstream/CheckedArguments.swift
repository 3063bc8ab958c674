import MCP
import Primitives

/// Why a call's arguments are not sent, in sentences for the model.
struct ArgumentProblem: Error, Equatable {
    let sentences: [String]
}

/// Arguments that conform to their tool: only `ToolDefinition.check` makes them.
struct CheckedArguments: Sendable, Equatable {
    struct Value: Sendable, Equatable {
        let parameter: Parameter
        let value: JSON
    }

    /// In the order of the profile, defaults filled in.
    let values: [Value]
    /// As they were given, for the next call that a page suggests.
    let given: JSONObject

    fileprivate init(values: [Value], given: JSONObject) {
        self.values = values
        self.given = given
    }

    subscript(name: String) -> JSON? { values.first { $0.parameter.name == name }?.value }
}

extension ToolDefinition {
    func check(_ arguments: JSONObject) throws(ArgumentProblem) -> CheckedArguments {
        var problems: [String] = []
        for key in arguments.keys where parameter(key) == nil { problems.append(unknown(key)) }
        var values: [CheckedArguments.Value] = []
        var given = JSONObject()
        for parameter in parameters {
            // Models write null where they mean nothing.
            let argument = arguments[parameter.name].flatMap { $0.isNull && !parameter.takesNull ? nil : $0 }
            guard let value = argument ?? parameter.fallback else {
                if parameter.required { problems.append("`\(parameter.name)` is required: \(parameter.meaning)") }
                continue
            }
            problems += parameter.problems(with: value)
            if let argument { given[parameter.name] = argument }
            values.append(CheckedArguments.Value(parameter: parameter, value: value))
        }
        if !exactlyOne.isEmpty, exactlyOne.count(where: { given[$0] != nil }) != 1 {
            problems.append("give exactly one of " + exactlyOne.map { "`\($0)`" }.joined(separator: ", "))
        }
        guard problems.isEmpty else { throw ArgumentProblem(sentences: problems) }
        return CheckedArguments(values: values, given: given)
    }

    private func unknown(_ key: String) -> String {
        guard !parameters.isEmpty else { return "`\(key.prefix(64))` is not known; \(tool.name) takes no arguments" }
        return "`\(key.prefix(64))` is not known; \(tool.name) takes \(parameters.map { "`\($0.name)`" }.joined(separator: ", "))"
    }
}

extension Parameter {
    var meaning: String { schema.json["description"]?.string ?? "see the tool's description" }

    func problems(with value: JSON) -> [String] {
        let problems = schema.problems(with: value, called: name)
        guard problems.isEmpty else { return problems }
        switch place {
        case .path: return Self.isSegment(value.plainText) ? [] : ["`\(name)` must be a name or an id, not empty, \".\" or \"..\""]
        case .header: return value.plainText.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? [] : ["`\(name)` must be plain ASCII"]
        case .contentBase64: return value.string.flatMap({ Base64.decode($0) }) == nil ? ["`\(name)` must be base64"] : []
        case .query, .body, .content, .local: return []
        }
    }

    /// One segment of a path, whatever is in it: it travels encoded. Only these three would not stay one, since servers and proxies resolve
    /// them, and control characters have no business in a path.
    private static func isSegment(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".." && !text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
    }
}

extension JSON {
    /// A value as it stands in a path, a query or a header.
    var plainText: String {
        switch self {
        case .string(let text): text
        case .number(let number):
            // 1e2 and 10.0 are integers in JSON Schema, but few servers read them as such.
            number.double.flatMap { Int64(exactly: $0) }.map(String.init) ?? number.text
        case .bool, .null, .array, .object: text
        }
    }
}
