import Primitives

/// Reads the parameters of a tool. A parameter is a JSON Schema with three more keys: `in`, `wire` and `required`.
enum ParameterParser {
    private static let ownKeys = ["in", "wire", "required"]

    static func parameters(_ reader: YAMLReader?) throws(ProfileError) -> [Parameter] {
        var parameters: [Parameter] = []
        for (name, value) in try reader?.entries() ?? [] { parameters.append(try parameter(name, value)) }
        return parameters
    }

    private static func parameter(_ name: String, _ reader: YAMLReader) throws(ProfileError) -> Parameter {
        guard let object = try reader.json().object else { throw reader.failure("this must be a mapping", fix: "write `in:` and `type:`") }
        let entries = YAMLMapping(reader: reader, entries: try reader.entries())
        let schema = try reader.schema(.object(JSONObject(object.members.filter { !ownKeys.contains($0.key) })))
        guard schema.json["type"] != nil || schema.json["anyOf"] != nil else {
            throw reader.failure("the parameter has no type", fix: "add `type:`")
        }
        guard schema.json["description"]?.string != nil else {
            throw reader.failure("the parameter has no description", fix: "say to a model what belongs there")
        }
        if let fallback = schema.json["default"], !schema.accepts(fallback) {
            throw reader.failure("the default is no value of the parameter", fix: "correct `default`")
        }
        return Parameter(
            name: name, place: try entries.required("in").choice(), wire: try entries.optionalText("wire") ?? name, schema: schema,
            required: try entries.flag("required", default: false))
    }

    static func fixed(_ reader: YAMLReader?) throws(ProfileError) -> [FixedValue] {
        try (reader?.list() ?? []).mapped { item throws(ProfileError) in
            let map = try item.mapping(["in", "wire", "value"])
            let place = try map.required("in").choice(Parameter.Place.self)
            guard [.query, .header, .body].contains(place) else {
                throw item.failure("nothing can be fixed there", fix: "use query, header or body")
            }
            return FixedValue(place: place, wire: try map.text("wire"), value: try map.required("value").json())
        }
    }

    /// What a request made of these would not be clear about.
    static func check(
        _ parameters: [Parameter], fixed: [FixedValue], path: PathTemplate, method: HTTPMethod, _ reader: YAMLReader
    ) throws(ProfileError) {
        let inPath = parameters.filter { $0.place == .path }
        for name in path.parameters where !inPath.contains(where: { $0.wire == name && $0.required }) {
            throw reader.failure("{\(name)} is no required parameter", fix: "add it with `in: path` and `required: true`")
        }
        for parameter in inPath where !path.parameters.contains(parameter.wire) {
            throw reader.failure("`\(parameter.name)` is not in the path", fix: "write {\(parameter.wire)} into `operation`")
        }
        var places: Set<String> = []
        for (place, wire) in parameters.map({ ($0.place, $0.wire) }) + fixed.map({ ($0.place, $0.wire) }) {
            guard places.insert("\(place.rawValue) \(wire)").inserted else {
                throw reader.failure("two values go to \(place.rawValue) `\(wire)`", fix: "give one of them another `wire`")
            }
        }
        let hasContent = parameters.contains { $0.place == .content || $0.place == .contentBase64 }
        let hasBody = parameters.contains { $0.place == .body } || fixed.contains { $0.place == .body }
        if hasContent, hasBody { throw reader.failure("the body cannot be both content and JSON", fix: "choose one") }
        if method == .get, hasContent || hasBody { throw reader.failure("a GET has no body", fix: "use `in: query`") }
    }

    static func inputSchema(_ parameters: [Parameter]) -> JSON {
        let properties = JSONObject(parameters.map { JSONObject.Member(key: $0.name, value: $0.schema.json) })
        let required = parameters.filter(\.required).map(\.name)
        return .object(omittingNil: [
            "type": "object", "properties": .object(properties), "required": required.isEmpty ? nil : .strings(required),
            "additionalProperties": false,
        ])
    }
}
