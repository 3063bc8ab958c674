import GRDB

enum FileType: String {
    case directory, file, interval, http, email, script
}

/// One file or directory in its newest state up to some version.
struct FileEntry: Sendable {
    let id: String
    let path: String
    let type: FileType
    let content: String?
    /// The branch's version in which it last changed.
    let version: Int64
    let updatedAt: Int64

    var name: String { path.split(separator: "/").last.map(String.init) ?? "" }
    var parent: String { path.split(separator: "/").dropLast().joined(separator: "/") }

    func isInside(_ directory: String) -> Bool { directory.isEmpty ? true : path.hasPrefix(directory + "/") }
}

/// The files of a branch. Every change is a new revision under the branch's next version; nothing is overwritten.
struct FileTree {
    let branch: String
    let version: Int64

    init(_ row: Row, version: Int64? = nil) {
        self.branch = row["id"]
        self.version = version ?? row["version"]
    }

    static func main(of val: String, in db: Database) throws -> FileTree { FileTree(try Branches.main(of: val, db)) }

    /// Everything there is, by path.
    func entries(in db: Database) throws -> [FileEntry] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM revision AS newest WHERE branch = ? AND is_deleted = 0 AND version = (
                    SELECT max(version) FROM revision WHERE branch = newest.branch AND file = newest.file AND version <= ?
                ) ORDER BY path
                """, arguments: [branch, version]
        ).compactMap { row in
            FileType(rawValue: row["type"]).map {
                FileEntry(
                    id: row["file"], path: row["path"], type: $0, content: row["content"], version: row["version"],
                    updatedAt: row["updated_at"])
            }
        }
    }

    func entry(at path: String, in db: Database) throws -> FileEntry? { try entries(in: db).first { $0.path == path } }

    func create(_ path: String, type: FileType, content: String?, in db: Database) throws -> FileEntry {
        let current = try FileTree(refreshed: self, in: db)
        guard try current.entry(at: path, in: db) == nil else { throw APIError.conflict("File or directory already exists at this path") }
        let id = Fresh.uuid()
        let wanted = FileEntry(id: id, path: path, type: type, content: content, version: 0, updatedAt: 0)
        try current.requireParent(of: wanted, in: db)
        try current.write([wanted], in: db)
        return try FileTree(refreshed: self, in: db).require(id, in: db)
    }

    /// New content, type or place. What lies in a directory moves with it.
    func update(_ entry: FileEntry, path: String, type: FileType, content: String?, in db: Database) throws -> FileEntry {
        var changed = [FileEntry(id: entry.id, path: path, type: type, content: content, version: 0, updatedAt: 0)]
        if path != entry.path {
            guard try self.entry(at: path, in: db) == nil else { throw APIError.conflict("File or directory already exists at this path") }
            guard !changed[0].isInside(entry.path) else { throw APIError.invalid("A directory can't be moved into itself") }
            try requireParent(of: changed[0], in: db)
            changed += try entries(in: db).filter { $0.isInside(entry.path) }.map {
                FileEntry(
                    id: $0.id, path: path + $0.path.dropFirst(entry.path.count), type: $0.type, content: $0.content, version: 0,
                    updatedAt: 0)
            }
        }
        try write(changed, in: db)
        return try FileTree(refreshed: self, in: db).require(entry.id, in: db)
    }

    func delete(_ entries: [FileEntry], in db: Database) throws {
        try write(entries, isDeleted: true, in: db)
    }

    /// The present state as version 0 of another branch, whose files are things of their own.
    func copy(to other: String, in db: Database) throws {
        for entry in try entries(in: db) {
            try db.execute(
                sql:
                    "INSERT INTO revision (branch, file, version, path, type, content, is_deleted, updated_at) VALUES (?, ?, 0, ?, ?, ?, 0, ?)",
                arguments: [other, Fresh.uuid(), entry.path, entry.type.rawValue, entry.content, entry.updatedAt])
        }
    }

    private init(refreshed tree: FileTree, in db: Database) throws {
        branch = tree.branch
        version = try Int64.fetchOne(db, sql: "SELECT version FROM branch WHERE id = ?", arguments: [tree.branch]) ?? tree.version
    }

    private func require(_ id: String, in db: Database) throws -> FileEntry {
        guard let entry = try entries(in: db).first(where: { $0.id == id }) else { throw APIError.notFound("File not found") }
        return entry
    }

    private func requireParent(of entry: FileEntry, in db: Database) throws {
        guard !entry.parent.isEmpty else { return }
        guard try self.entry(at: entry.parent, in: db)?.type == .directory else {
            throw APIError.notFound("Parent directory not found")
        }
    }

    private func write(_ entries: [FileEntry], isDeleted: Bool = false, in db: Database) throws {
        let now = Timestamp.now
        try db.execute(sql: "UPDATE branch SET version = version + 1, updated_at = ? WHERE id = ?", arguments: [now, branch])
        for entry in entries {
            try db.execute(
                sql: """
                    INSERT INTO revision (branch, file, version, path, type, content, is_deleted, updated_at)
                    SELECT id, ?, version, ?, ?, ?, ?, ? FROM branch WHERE id = ?
                    """, arguments: [entry.id, entry.path, entry.type.rawValue, entry.content, isDeleted, now, branch])
        }
    }
}
