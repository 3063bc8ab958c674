import MCP
import Primitives

/// Reads the tools of a profile.
struct ToolParser {
    let scopes: ScopeCatalogue
    /// Shapes of answers that several tools share, by name.
    private let schemas: [String: JSONSchema]

    init(scopes: ScopeCatalogue, schemas: YAMLReader?) throws(ProfileError) {
        self.scopes = scopes
        var known: [String: JSONSchema] = [:]
        for (name, value) in try schemas?.entries() ?? [] { known[name] = try value.schema(value.json()) }
        self.schemas = known
    }

    func tools(_ reader: YAMLReader) throws(ProfileError) -> [ToolDefinition] {
        var tools: [ToolDefinition] = []
        for item in try reader.list() {
            let tool = try tool(item)
            guard !tools.contains(where: { $0.tool.name == tool.tool.name }) else {
                throw item.failure("there are two tools called \(tool.tool.name)", fix: "rename one")
            }
            tools.append(tool)
        }
        return tools
    }

    private func tool(_ reader: YAMLReader) throws(ProfileError) -> ToolDefinition {
        let map = try reader.mapping([
            "name", "title", "description", "operation", "scope", "annotations", "parameters", "fixed", "exactly_one", "response",
            "returns",
            "search",
        ])
        let (method, path) = try operation(map.required("operation"))
        let parameters = try ParameterParser.parameters(map["parameters"])
        let fixed = try ParameterParser.fixed(map["fixed"])
        let response = try map["response"]?.choice(ResponseKind.self) ?? .json
        let search = try map["search"].map { search throws(ProfileError) in try SearchRule(search, parameters: parameters) }
        let outputSchema = try outputSchema(map, response: response, isSearch: search != nil)
        let scopes = try scopes(map.required("scope"))
        let annotations = try annotations(map["annotations"], method: method)
        try check(annotations, scopes: scopes, reader)
        try ParameterParser.check(parameters, fixed: fixed, path: path, method: method, reader)
        let tool = Tool(
            name: try map.required("name").name(), title: try map.text("title"), description: try map.text("description"),
            inputSchema: ParameterParser.inputSchema(parameters), outputSchema: outputSchema?.json, annotations: annotations)
        return ToolDefinition(
            tool: tool, scopes: scopes, method: method, path: path, parameters: parameters, fixed: fixed,
            exactlyOne: try exactlyOne(map["exactly_one"], parameters: parameters), response: response, outputSchema: outputSchema,
            search: search)
    }

    /// `GET /v2/me/vals`
    private func operation(_ reader: YAMLReader) throws(ProfileError) -> (HTTPMethod, PathTemplate) {
        let words = try reader.text().split(separator: " ")
        guard words.count == 2, let method = HTTPMethod(rawValue: String(words[0])), method != .options,
            let path = PathTemplate(String(words[1]))
        else {
            throw reader.failure("this is no operation", fix: "write a method and a path, as in GET /v2/vals/{val_id}")
        }
        return (method, path)
    }

    private func scopes(_ reader: YAMLReader) throws(ProfileError) -> [String] {
        let named = try scopes.known(reader)
        for scope in named where ScopeCatalogue.umbrellas.contains(scope) {
            throw reader.failure("`\(scope)` is an umbrella", fix: "name the area, as in vals:\(scope)")
        }
        return named
    }

    /// From the method, unless the profile knows better.
    private func annotations(_ reader: YAMLReader?, method: HTTPMethod) throws(ProfileError) -> ToolAnnotations {
        let map = try reader?.mapping(["read_only", "destructive", "idempotent", "open_world"])
        return ToolAnnotations(
            readOnly: try map?.flag("read_only", default: method == .get) ?? (method == .get),
            destructive: try map?.flag("destructive", default: method == .delete) ?? (method == .delete),
            idempotent: try map?.flag("idempotent", default: [.get, .put, .delete].contains(method))
                ?? [.get, .put, .delete].contains(method),
            openWorld: try map?.flag("open_world", default: false) ?? false)
    }

    /// A client that may only read changes nothing, and nothing is destroyed without the power to.
    private func check(_ annotations: ToolAnnotations, scopes named: [String], _ reader: YAMLReader) throws(ProfileError) {
        let powers = Set(named.compactMap { scopes.entry($0)?.power })
        if powers == [.read], !annotations.readOnly {
            throw reader.failure("a tool that changes something is in a reading scope", fix: "name a :write or :delete scope")
        }
        if annotations.destructive, !powers.contains(.delete) {
            throw reader.failure("a destructive tool is in no :delete scope", fix: "name one in `scope`")
        }
        if annotations.destructive, annotations.readOnly {
            throw reader.failure("a tool cannot be read-only and destructive", fix: "correct `annotations`")
        }
    }

    private func exactlyOne(_ reader: YAMLReader?, parameters: [Parameter]) throws(ProfileError) -> [String] {
        guard let reader else { return [] }
        let names = try reader.texts()
        for name in names where !parameters.contains(where: { $0.name == name && !$0.required }) {
            throw reader.failure("`\(name)` is no optional parameter", fix: "name parameters of this tool that are not required")
        }
        return names
    }

    private func outputSchema(_ map: YAMLMapping, response: ResponseKind, isSearch: Bool) throws(ProfileError) -> JSONSchema? {
        let item = try map["returns"].map { reader throws(ProfileError) in
            let name = try reader.text()
            guard let schema = schemas[name] else { throw reader.failure("there is no schema \"\(name)\"", fix: "add it to `schemas`") }
            return schema
        }
        return try OutputSchema.schema(response, of: item, isSearch: isSearch).map { json throws(ProfileError) in
            try map.reader.schema(json)
        }
    }
}

extension SearchRule {
    fileprivate init(_ reader: YAMLReader, parameters: [Parameter]) throws(ProfileError) {
        let map = try reader.mapping(["argument", "fields", "pages"])
        let argument = try map.required("argument")
        let name = try argument.text()
        guard parameters.contains(where: { $0.name == name && $0.place == .local && $0.required }) else {
            throw argument.failure("`\(name)` is no required parameter with `in: local`", fix: "add it to `parameters`")
        }
        self.init(
            argument: name, fields: try map.required("fields").list().mapped { item throws(ProfileError) in try item.pointer() },
            pages: try map.required("pages").integer(in: 1...10))
    }
}
