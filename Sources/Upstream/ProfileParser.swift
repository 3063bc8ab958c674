import Primitives

extension UpstreamProfile {
    /// Reads and checks a profile. Strict: what is not understood is an error, and every error names the line and the fix.
    /// - Parameter file: how the file is called in errors.
    package static func load(yaml: String, file: String) throws(ProfileError) -> UpstreamProfile {
        let root = try YAMLReader.root(yaml: yaml, file: file).mapping([
            "id", "name", "homepage", "kind", "instructions", "base_url", "secrets", "inputs", "auth", "verify", "consent", "legacy_header",
            "scopes", "schemas", "tools", "limits", "errors",
        ])
        try checkKind(root)
        let secrets = try root.required("secrets").list().mapped { item throws(ProfileError) in try SecretField(item) }
        let inputs = try root.list("inputs").mapped { item throws(ProfileError) in try InputField(item) }
        let references = References(secrets: secrets.map(\.id), inputs: inputs.map(\.id))
        let scopes = try ScopeCatalogue(root.required("scopes"))
        return UpstreamProfile(
            id: try root.required("id").name(), name: try root.text("name"), homepage: try root.required("homepage").webAddress(),
            instructions: try root.optionalText("instructions"), secrets: secrets, inputs: inputs,
            consent: try Consent(root.required("consent")), legacyHeader: try root["legacy_header"]?.headerName(), scopes: scopes,
            limits: try Limits(root["limits"]), base: try baseTemplate(root.required("base_url"), references: references),
            authentication: try root.required("auth").list().mapped { item throws(ProfileError) in
                try AuthenticationPart(item, references: references)
            },
            verification: try VerificationRule(root.required("verify")), errors: try ErrorRules(root["errors"]),
            operations: try ToolParser(scopes: scopes, schemas: root["schemas"]).tools(root.required("tools")))
    }

    private static func checkKind(_ root: YAMLMapping) throws(ProfileError) {
        let kind = try root.required("kind")
        guard try kind.text() == "rest" else {
            throw kind.failure("only `rest` is read by this version", fix: "write `kind: rest`, and describe the API's own paths as tools")
        }
    }

    private static func baseTemplate(_ reader: YAMLReader, references: References) throws(ProfileError) -> Template {
        let template = try reader.template(references)
        guard template.secretIDs.isEmpty else { throw reader.failure("an address must not hold a secret", fix: "use an input") }
        // What a person enters is only ever part of a host name, so a sample stands for all of them.
        let sample = UpstreamCredential(secrets: [:], inputs: Dictionary(uniqueKeysWithValues: template.inputIDs.map { ($0, "sample") }))
        guard let text = template.render(sample), (try? BaseURL(text)) != nil else {
            throw reader.failure("this is no address of an API", fix: "write https://host, without a query")
        }
        return template
    }
}

/// What templates may refer to.
struct References {
    let secrets: [String]
    let inputs: [String]
}

extension UpstreamProfile.SecretField {
    fileprivate init(_ reader: YAMLReader) throws(ProfileError) {
        let map = try reader.mapping(["id", "label", "help", "prefix", "example", "trim", "optional"])
        self.init(
            id: try map.required("id").name(), label: try map.text("label"), help: try map.text("help"),
            prefix: try map.optionalText("prefix"), example: try map.optionalText("example"), trim: try map.flag("trim", default: true),
            optional: try map.flag("optional", default: false))
    }
}

extension UpstreamProfile.InputField {
    fileprivate init(_ reader: YAMLReader) throws(ProfileError) {
        let map = try reader.mapping(["id", "label", "help", "pattern", "enum"])
        var schema = JSONObject([JSONObject.Member(key: "type", value: "string")])
        if let pattern = map["pattern"] {
            let text = try pattern.text()
            guard text.hasPrefix("^"), text.hasSuffix("$") else { throw pattern.failure("it is not anchored", fix: "write ^…$") }
            schema["pattern"] = .string(text)
        } else if map["enum"] != nil {
            schema["enum"] = .strings(try map.texts("enum"))
        } else {
            throw reader.failure("an input needs a `pattern` or an `enum`", fix: "say what may be entered")
        }
        self.init(
            id: try map.required("id").name(), label: try map.text("label"), help: try map.text("help"),
            schema: try reader.schema(.object(schema)))
    }
}

extension UpstreamProfile.Consent {
    fileprivate init(_ reader: YAMLReader) throws(ProfileError) {
        let map = try reader.mapping(["create_url", "manage_url", "steps", "permissions", "warnings"])
        self.init(
            createURL: try map.required("create_url").webAddress(), manageURL: try map.required("manage_url").webAddress(),
            steps: try map.texts("steps"), permissions: try map.texts("permissions"), warnings: try map.texts("warnings"))
    }
}

extension UpstreamProfile.Limits {
    fileprivate init(_ reader: YAMLReader?) throws(ProfileError) {
        let map = try reader?.mapping(["timeout", "response_bytes", "text_bytes", "binary_bytes", "concurrency"])
        self.init(
            timeout: try map?.integer("timeout", in: 1...300, default: 30) ?? 30,
            responseBytes: try map?.integer("response_bytes", in: 1024...(64 << 20), default: 4 << 20) ?? 4 << 20,
            textBytes: try map?.integer("text_bytes", in: 1024...(4 << 20), default: 200_000) ?? 200_000,
            binaryBytes: try map?.integer("binary_bytes", in: 1024...(4 << 20), default: 256 << 10) ?? 256 << 10,
            concurrency: try map?.integer("concurrency", in: 1...1000, default: 16) ?? 16)
    }
}

extension AuthenticationPart {
    private enum Kind: String, CaseIterable {
        case header, query, cookie, basic, body
    }

    fileprivate init(_ reader: YAMLReader, references: References) throws(ProfileError) {
        let map = try reader.mapping(["in", "name", "template", "user", "password"])
        let kind = try map.required("in").choice(Kind.self)
        let allowed = kind == .basic ? ["in", "user", "password"] : ["in", "name", "template"]
        for (key, value) in map.entries where !allowed.contains(key) {
            throw value.failure("`\(key)` means nothing beside `in: \(kind.rawValue)`", fix: "use \(allowed.joined(separator: ", "))")
        }
        template = try map.required(kind == .basic ? "user" : "template").template(references)
        switch kind {
        case .basic: place = .basic(password: try map.required("password").template(references))
        case .header: place = .header(try map.required("name").headerName())
        case .query: place = .query(try map.text("name"))
        case .cookie: place = .cookie(try map.required("name").headerName())
        case .body: place = .body(try map.text("name"))
        }
    }
}

extension VerificationRule {
    fileprivate init(_ reader: YAMLReader) throws(ProfileError) {
        let map = try reader.mapping(["method", "path", "ok", "rejected", "insufficient", "when", "identity"])
        let path = try map.required("path")
        guard let template = PathTemplate(try path.text()), template.parameters.isEmpty else {
            throw path.failure("this is no plain path", fix: "write one such as /v1/me")
        }
        let when = try map["when"]?.mapping(["pointer", "equals"])
        let identity = try map["identity"]?.mapping(["subject", "label"])
        self.init(
            method: try map.required("method").choice(), path: try path.text(), ok: try map["ok"]?.statuses() ?? [200],
            rejected: try map["rejected"]?.statuses() ?? [401], insufficient: try map["insufficient"]?.statuses() ?? [],
            predicate: try when.map { when throws(ProfileError) in
                Predicate(pointer: try when.required("pointer").pointer(), equals: try when.texts("equals"))
            },
            identity: try identity.map { identity throws(ProfileError) in
                IdentityRule(subject: try identity.required("subject").pointer(), label: try identity["label"]?.pointer())
            })
    }
}

extension ErrorRules {
    fileprivate init(_ reader: YAMLReader?) throws(ProfileError) {
        let map = try reader?.mapping(["message"])
        self.init(messages: try (map?.list("message") ?? []).mapped { item throws(ProfileError) in try item.pointer() })
    }
}
