import Yams

/// What `drawbridge.yaml` says: keys and texts, not yet judged.
///
/// Keys are flat (`access_token_ttl: 900`) or nested (`access_token: { ttl: 900 }`): the parts of a nested key are joined by `_`. A list
/// (`[a, b]`) stands for its parts separated by commas.
struct SettingsFile: Sendable {
    struct Entry: Sendable, Equatable {
        let key: String
        let text: String
        let line: Int
    }

    /// Larger than any configuration, small enough to read at once; in bytes.
    static let maximumSize = 256 << 10

    let path: String
    private(set) var entries: [Entry] = []
    /// Why it could not be read, wholly or in part. Reported together with everything else by `Settings.read`.
    private(set) var problems: [SettingsProblem] = []

    /// - Parameter path: only for messages; nothing is opened.
    init(yaml: String, path: String) {
        self.path = path
        read(yaml)
    }

    private mutating func read(_ yaml: String) {
        guard yaml.utf8.count <= Self.maximumSize else {
            return refuse("the file is larger than \(Self.maximumSize >> 10) KiB", line: 1, fix: "point --config at drawbridge's own file")
        }
        do {
            // An empty file, or one of comments only, has no node.
            guard let root = try compose(yaml: yaml) else { return }
            guard case .mapping(let mapping) = root else {
                if case .scalar(let scalar) = root, Self.isNull(scalar) { return }
                return refuse(
                    "the file is not a list of keys and values", line: 1,
                    fix: "write one setting per line, as in: issuer: https://bridge.example")
            }
            collect(mapping, prefix: "")
        } catch {
            // Never the error itself: some of its cases hold the whole text, secrets included.
            let (reason, line) = Self.explain(error)
            refuse(reason, line: line, fix: "correct the YAML of this line; a value with a colon, a # or a * needs quotes")
        }
    }

    private mutating func collect(_ mapping: Node.Mapping, prefix: String) {
        for (keyNode, value) in mapping {
            let line = keyNode.mark?.line ?? 1
            guard case .scalar(let key) = keyNode else {
                refuse("a key is not a plain word", line: line, fix: "use the keys that `drawbridge init` writes")
                continue
            }
            let name = prefix + key.string
            switch value {
            case .mapping(let nested): collect(nested, prefix: name + "_")
            case .scalar(let scalar): add(name, Self.isNull(scalar) ? "" : scalar.string, line)
            case .sequence(let sequence): addList(sequence, name, line)
            case .alias: refuse("\(name) is a YAML alias", line: line, fix: "write the value itself")
            }
        }
    }

    private mutating func addList(_ sequence: Node.Sequence, _ name: String, _ line: Int) {
        var parts: [String] = []
        for node in sequence {
            guard case .scalar(let scalar) = node else {
                return refuse("\(name) holds something else than plain values", line: line, fix: "write a list of plain values")
            }
            parts.append(scalar.string)
        }
        add(name, parts.joined(separator: ","), line)
    }

    private mutating func add(_ key: String, _ text: String, _ line: Int) {
        // The same key once flat and once nested; YAML itself refuses the plain repetition.
        if let first = entries.first(where: { $0.key == key }) {
            return refuse("\(key) is set twice, here and in line \(first.line)", line: line, fix: "remove one of them")
        }
        entries.append(Entry(key: key, text: text, line: line))
    }

    private mutating func refuse(_ reason: String, line: Int, fix: String) {
        problems.append(
            SettingsProblem(kind: .unreadable, key: path, origin: .file(path: path, line: line), reason: reason, shape: nil, fix: fix))
    }

    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private static func explain(_ error: any Error) -> (reason: String, line: Int) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            ("this is not YAML: \(problem)", mark.line)
        case .duplicatedKeysInMapping(let duplicates, let context):
            ("these keys are there twice: \(duplicates.joined(separator: ", "))", context.mark.line)
        default: ("this is not YAML in UTF-8", 1)
        }
    }
}
