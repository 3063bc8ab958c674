import Primitives

/// A page of a list: its items, and the arguments of the call that gets the next one.
struct ListPage: Equatable {
    let items: [JSON]
    let next: JSONObject?

    /// Reads `{data: […], links: {next?}}`, or a bare array. `nil` for anything else.
    init?(_ body: JSON, of definition: ToolDefinition, arguments: CheckedArguments) {
        if let items = body.array {
            self.items = items
            next = nil
            return
        }
        guard let items = body["data"]?.array else { return nil }
        self.items = items
        next = body["links"]?["next"]?.string.flatMap { Self.arguments(from: $0, of: definition, given: arguments.given) }
    }

    /// The link is read for what it says, and never becomes the target of a request: of its query, only what the tool takes as an
    /// argument counts.
    private static func arguments(from link: String, of definition: ToolDefinition, given: JSONObject) -> JSONObject? {
        guard let mark = link.firstIndex(of: "?") else { return nil }
        let query = link[link.index(after: mark)...].prefix { $0 != "#" }
        guard query.utf8.count <= 4096, let pairs = try? FormData(parsing: String(query)).pairs else { return nil }
        var next = given
        for parameter in definition.parameters where parameter.place == .query {
            let values = pairs.filter { $0.name == parameter.wire }.map(\.value)
            if let value = parameter.value(from: values) { next[parameter.name] = value }
        }
        return next == given ? nil : next
    }
}

extension Parameter {
    /// What the text of a query means for this parameter; `nil` where it does not conform.
    fileprivate func value(from texts: [String]) -> JSON? {
        guard let first = texts.first else { return nil }
        let type = schema.json["type"]?.string
        let value: JSON? =
            switch type {
            case "integer", "number", "boolean": try? JSON.parse(first)
            case "array": .strings(texts)
            default: .string(first)
            }
        return value.flatMap { schema.accepts($0) ? $0 : nil }
    }
}
