extension ScopeCatalogue {
    init(_ reader: YAMLReader) throws(ProfileError) {
        let map = try reader.mapping(["default", "presets", "areas"])
        var entries: [Entry] = []
        for (area, value) in try map.required("areas").entries() {
            guard area.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") }) else {
                throw value.failure("an area is called by lower-case letters", fix: "rename it")
            }
            entries += try Self.entries(of: area, value)
        }
        let catalogue = ScopeCatalogue(entries: entries, defaults: [], presets: [])
        self.init(
            entries: entries, defaults: try catalogue.known(map.required("default")),
            presets: try map.list("presets").mapped { item throws(ProfileError) in try catalogue.preset(item) })
    }

    private static func entries(of area: String, _ reader: YAMLReader) throws(ProfileError) -> [Entry] {
        let map = try reader.mapping(["title"] + umbrellas)
        let title = try map.text("title")
        var entries: [Entry] = []
        for power in Power.allCases {
            guard let text = try map[power.rawValue]?.mapping(["text", "permissions"]) else { continue }
            entries.append(
                Entry(
                    atom: "\(area):\(power.rawValue)", area: area, title: title, power: power, text: try text.text("text"),
                    permissions: try text.texts("permissions")))
        }
        guard !entries.isEmpty else { throw reader.failure("an area without powers", fix: "give it `read`, `write` or `delete`") }
        return entries
    }

    private func preset(_ reader: YAMLReader) throws(ProfileError) -> Preset {
        let map = try reader.mapping(["id", "title", "scopes"])
        return Preset(id: try map.required("id").name(), title: try map.text("title"), scopes: try known(map.required("scopes")))
    }

    /// A list of scopes that exist here.
    func known(_ reader: YAMLReader) throws(ProfileError) -> [String] {
        var scopes: [String] = []
        for item in try reader.list() {
            let scope = try item.text()
            guard all.contains(scope) else {
                throw item.failure("there is no scope \"\(scope)\"", fix: "use one of \(all.joined(separator: ", "))")
            }
            scopes.append(scope)
        }
        guard !scopes.isEmpty else { throw reader.failure("no scope is named", fix: "name at least one") }
        return scopes
    }
}
