import GRDB
import HTTPTypes
import Primitives

/// Files and directories of a val.
enum Files {
    /// The branch that a request means, and its val.
    private struct Place {
        let val: Row
        let branch: Row
        let tree: FileTree
        let path: String

        init(_ call: Call, val: Row, _ db: Database) throws {
            self.val = val
            branch = try call.query["branch_id"].map { try Branches.find($0, in: val, db) } ?? Branches.main(of: val["id"], db)
            let newest: Int64 = branch["version"]
            let version = call.query["version"] == nil ? newest : try call.integer("version", in: 0...Int64.max, default: 0)
            guard version <= newest else { throw APIError.notFound("Version not found") }
            tree = FileTree(branch, version: version)
            guard call.query.pairs.contains(where: { $0.name == "path" }) else { throw APIError.invalid("path is required") }
            path = call.query["path"] ?? ""
            let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard path.isEmpty || names.allSatisfy(Check.isFileName), path.count <= 1024 else {
                throw APIError.invalid("path is not valid")
            }
        }

        func json(_ entry: FileEntry, _ call: Call) -> JSON {
            let valID: String = val["id"]
            let username: String = val["username"]
            let name: String = val["name"]
            let branchID: String = branch["id"]
            let page = "https://www.val.town/x/\(username)/\(name)/code/\(entry.path)"
            let short = entry.id.prefix(8)
            return [
                "name": .string(entry.name),
                "id": .string(entry.id),
                "path": .string(entry.path),
                "version": .integer(entry.version),
                "updatedAt": .string(Timestamp.text(entry.updatedAt)),
                "type": .string(entry.type.rawValue),
                "links": .object(omittingNil: [
                    "self": .string(
                        "\(call.origin)/v2/vals/\(valID)/files?path=\(PercentEncoding.encode(entry.path))&branch_id=\(branchID)"),
                    "html": .string(page),
                    "module": .string("https://esm.town/v/\(username)/\(name)@\(entry.version)/\(entry.path)"),
                    "endpoint": entry.type == .http ? .string("https://\(username)--\(short).web.val.run") : nil,
                    "email": entry.type == .email ? .string("\(username).\(short)@valtown.email") : nil,
                ]),
            ]
        }

        func existing(_ db: Database) throws -> FileEntry {
            guard let entry = try tree.entry(at: path, in: db) else { throw APIError.notFound("File not found") }
            return entry
        }
    }

    static func list(_ val: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let place = try Place(call, val: Vals.visible(val, to: principal, db), db)
        let page = try Page(call)
        let isRecursive = try call.flag("recursive")
        var found = try place.tree.entries(in: db)
        if !place.path.isEmpty, try place.existing(db).type != .directory {
            found = [try place.existing(db)]
        } else {
            found = found.filter { $0.isInside(place.path) && (isRecursive || $0.parent == place.path) }
        }
        return page.answer(slicing: found.map { place.json($0, call) }, call)
    }

    static func create(_ val: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let place = try Place(call, val: Vals.owned(val, by: principal, db), db)
        guard !place.path.isEmpty else { throw APIError.invalid("path is required") }
        let wanted = try call.json()
        guard let type = wanted["type"]?.string.flatMap(FileType.init(rawValue:)) else { throw APIError.invalid("type is not valid") }
        let content = try Check.text(wanted["content"], "content", atMost: 80_000)
        guard (content == nil) == (type == .directory) else {
            throw APIError.invalid(type == .directory ? "A directory has no content" : "content is required")
        }
        let entry = try place.tree.create(place.path, type: type, content: content, in: db)
        return .json(place.json(entry, call), status: .created)
    }

    static func update(_ val: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let place = try Place(call, val: Vals.owned(val, by: principal, db), db)
        let entry = try place.existing(db)
        let wanted = try call.json()
        let type = try wanted["type"].map { value in
            guard let type = value.string.flatMap(FileType.init(rawValue:)), (type == .directory) == (entry.type == .directory) else {
                throw APIError.invalid("type is not valid")
            }
            return type
        }
        let content = try Check.text(wanted["content"], "content", atMost: 80_000)
        if entry.type == .directory, content != nil { throw APIError.invalid("A directory has no content") }
        let name = try wanted["name"].map { try Check.name($0, pattern: Check.isFileName) } ?? entry.name
        let parent = try wanted.parent(default: entry.parent)
        let updated = try place.tree.update(
            entry, path: parent.isEmpty ? name : "\(parent)/\(name)", type: type ?? entry.type, content: content ?? entry.content, in: db)
        return .json(place.json(updated, call))
    }

    static func delete(_ val: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let place = try Place(call, val: Vals.owned(val, by: principal, db), db)
        let isRecursive = try call.flag("recursive")
        let inside = try place.tree.entries(in: db).filter { $0.isInside(place.path) }
        let itself = place.path.isEmpty ? [] : [try place.existing(db)]
        guard isRecursive || (inside.isEmpty && !itself.isEmpty) else {
            throw APIError.invalid("The directory is not empty; delete it with recursive=true")
        }
        try place.tree.delete(itself + inside, in: db)
        return .noContent
    }

    static func content(_ val: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let place = try Place(call, val: Vals.visible(val, to: principal, db), db)
        let entry = try place.existing(db)
        guard entry.type != .directory else { throw APIError.invalid("A directory has no content") }
        let tag = "\"\(entry.id)-\(entry.version)\""
        if let expected = call.headers[.ifMatch], !Self.matches(expected, tag) { throw APIError.preconditionFailed }
        if let known = call.headers[.ifNoneMatch], Self.matches(known, tag) {
            return Answer(status: .notModified, headers: [.eTag: tag])
        }
        return .bytes(Array((entry.content ?? "").utf8), headers: [.eTag: tag])
    }

    static func byID(_ id: String, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT branch.id, branch.val, revision.path FROM revision JOIN branch ON branch.id = revision.branch
                WHERE revision.file = ? ORDER BY revision.version DESC LIMIT 1
                """, arguments: [id])
        guard let row, let val = try? Vals.visible(row["val"], to: principal, db) else { throw APIError.notFound("File not found") }
        let query = FormData([("branch_id", row["id"]), ("path", row["path"])]).encoded
        let there = try Call(method: .get, target: "\(call.rawPath)?\(query)", headers: [:], body: [], origin: call.origin)
        let place = try Place(there, val: val, db)
        return .json(place.json(try place.existing(db), call))
    }

    /// Of a list of entity tags, or `*`.
    private static func matches(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").contains {
            let candidate = $0.drop { $0 == " " }.prefix { $0 != " " }
            return candidate == "*" || candidate == tag || candidate == "W/\(tag)"
        }
    }
}

extension JSONObject {
    /// `parent_path`: absent leaves a file where it is, `null` and "" mean the root.
    fileprivate func parent(default fallback: String) throws -> String {
        guard let value = self["parent_path"] else { return fallback }
        if value.isNull { return "" }
        guard let path = value.string,
            path.isEmpty || path.split(separator: "/", omittingEmptySubsequences: false).map(String.init).allSatisfy(Check.isFileName)
        else { throw APIError.invalid("parent_path is not valid") }
        return path
    }
}
