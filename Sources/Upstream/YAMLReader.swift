import Primitives
import Yams

/// One place in a profile's YAML, which knows how to say where it is.
struct YAMLReader {
    let file: String
    /// Such as `tools.get-val.parameters`; empty at the root.
    let path: String
    private let node: Node

    private init(file: String, path: String, node: Node) {
        self.file = file
        self.path = path
        self.node = node
    }

    /// The largest profile that is read, in bytes.
    private static let maximumSize = 1 << 20

    static func root(yaml: String, file: String) throws(ProfileError) -> YAMLReader {
        guard yaml.utf8.count <= maximumSize else {
            throw ProfileError(file: file, line: 1, problem: "the profile is larger than 1 MiB", fix: "split it into several profiles")
        }
        do {
            let parser = try Yams.Parser(yaml: yaml)
            guard let node = try parser.singleRoot() else {
                throw ProfileError(file: file, line: 1, problem: "the profile is empty", fix: "start with `id:` and `name:`")
            }
            // Nodes hold their anchors weakly: they last as long as the parser.
            try withExtendedLifetime(parser) { try checkAnchors(node, file: file) }
            return YAMLReader(file: file, path: "", node: node)
        } catch let error as ProfileError {
            throw error
        } catch {
            throw ProfileError(yaml: error, file: file)
        }
    }

    /// What the plain text of a scalar means in YAML.
    private var tag: Tag.Name { Tag.Name(rawValue: node.tag.description) }

    private var line: Int { node.mark?.line ?? 1 }

    func failure(_ problem: String, fix: String) -> ProfileError {
        ProfileError(file: file, line: line, problem: path.isEmpty ? problem : "`\(path)`: \(problem)", fix: fix)
    }

    /// Aliases could make a small file large, and a profile needs none.
    private static func checkAnchors(_ node: Node, file: String) throws(ProfileError) {
        guard node.anchor == nil else {
            throw ProfileError(
                file: file, line: node.mark?.line ?? 1, problem: "anchors and aliases are not read", fix: "write the value out")
        }
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                try checkAnchors(key, file: file)
                try checkAnchors(value, file: file)
            }
        case .sequence(let sequence): for item in sequence { try checkAnchors(item, file: file) }
        case .scalar, .alias: break
        }
    }

    /// A mapping in which only these keys may stand.
    func mapping(_ known: [String]) throws(ProfileError) -> YAMLMapping {
        let entries = try entries()
        for (key, value) in entries where !known.contains(key) {
            throw value.failure("there is no such key", fix: "remove it, or use one of \(known.joined(separator: ", "))")
        }
        return YAMLMapping(reader: self, entries: entries)
    }

    /// The entries of a mapping whose keys are names, in their order.
    func entries() throws(ProfileError) -> [(key: String, value: YAMLReader)] {
        guard case .mapping(let mapping) = node else { throw failure("this must be a mapping", fix: "write `key: value` lines") }
        var entries: [(key: String, value: YAMLReader)] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else { throw failure("a key must be a plain word", fix: "write `key: value` lines") }
            let child = path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
            entries.append((scalar.string, YAMLReader(file: file, path: child, node: value)))
        }
        return entries
    }

    func list() throws(ProfileError) -> [YAMLReader] {
        guard case .sequence(let sequence) = node else { throw failure("this must be a list", fix: "write `- item` lines, or [a, b]") }
        return sequence.enumerated().map { YAMLReader(file: file, path: "\(path)[\($0)]", node: $1) }
    }

    func text() throws(ProfileError) -> String {
        guard case .scalar(let scalar) = node, tag != .null, !scalar.string.isEmpty else {
            throw failure("this must be a text", fix: "write the text here, in quotes if it holds a colon")
        }
        return scalar.string
    }

    func texts() throws(ProfileError) -> [String] {
        var texts: [String] = []
        for item in try list() { texts.append(try item.text()) }
        return texts
    }

    func flag() throws(ProfileError) -> Bool {
        guard case .scalar = node, tag == .bool, let flag = node.bool else {
            throw failure("this must be true or false", fix: "write true or false")
        }
        return flag
    }

    func integer(in range: ClosedRange<Int>) throws(ProfileError) -> Int {
        guard case .scalar = node, tag == .int, let integer = node.int, range.contains(integer) else {
            throw failure(
                "this must be a whole number from \(range.lowerBound) to \(range.upperBound)", fix: "write a number in that range")
        }
        return integer
    }

    /// One of the values of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type = Choice.self) throws(ProfileError) -> Choice
    where Choice.RawValue == String {
        let text = try text()
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw failure("\"\(text)\" is not known here", fix: "use one of \(known)")
        }
        return choice
    }

    /// The same value as JSON, for schemas and constants.
    func json() throws(ProfileError) -> JSON {
        switch node {
        case .mapping:
            var object = JSONObject()
            for (key, value) in try entries() { object[key] = try value.json() }
            return .object(object)
        case .sequence:
            var array: [JSON] = []
            for item in try list() { array.append(try item.json()) }
            return .array(array)
        case .scalar(let scalar):
            return try json(scalar.string, tag: tag)
        case .alias: throw failure("anchors and aliases are not read", fix: "write the value out")
        }
    }

    private func json(_ text: String, tag: Tag.Name) throws(ProfileError) -> JSON {
        switch tag {
        case .null: return .null
        case .bool: return .bool(try flag())
        case .int, .float:
            guard let number = try? JSON.parse(text) else {
                throw failure("\"\(text)\" is no JSON number", fix: "write it in decimal digits, or in quotes if it is a text")
            }
            return number
        default: return .string(text)
        }
    }
}

/// A mapping whose keys have been checked.
struct YAMLMapping {
    let reader: YAMLReader
    let entries: [(key: String, value: YAMLReader)]

    subscript(key: String) -> YAMLReader? { entries.first { $0.key == key }?.value }

    func required(_ key: String) throws(ProfileError) -> YAMLReader {
        guard let value = self[key] else { throw reader.failure("`\(key)` is missing", fix: "add `\(key):`") }
        return value
    }

    func text(_ key: String) throws(ProfileError) -> String { try required(key).text() }
    func optionalText(_ key: String) throws(ProfileError) -> String? { try self[key]?.text() }
    func texts(_ key: String) throws(ProfileError) -> [String] { try self[key]?.texts() ?? [] }
    func flag(_ key: String, default value: Bool) throws(ProfileError) -> Bool { try self[key]?.flag() ?? value }

    func integer(_ key: String, in range: ClosedRange<Int>, default value: Int) throws(ProfileError) -> Int {
        try self[key]?.integer(in: range) ?? value
    }

    func list(_ key: String) throws(ProfileError) -> [YAMLReader] { try self[key]?.list() ?? [] }
}

extension ProfileError {
    /// Yams speaks of lines itself, but only some of its errors do so in a form that can be read.
    fileprivate init(yaml error: any Error, file: String) {
        let fix = "correct the YAML at this line"
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            self.init(file: file, line: mark.line, problem: problem, fix: fix)
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            self.init(
                file: file, line: context.mark.line, problem: "a key stands twice: \(duplicates.joined(separator: ", "))",
                fix: "keep one of them")
        case YamlError.reader(let problem, _, _, _): self.init(file: file, line: 1, problem: problem, fix: "save the file as UTF-8")
        default: self.init(file: file, line: 1, problem: "the file is not YAML", fix: fix)
        }
    }
}
