import GRDB

/// The tables behind the API. A stand-in keeps its tokens readable: they open nothing but itself, and it has to print them at every start.
enum Schema {
    static func migrate(_ database: DatabaseQueue) throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(sql: tables)
            try Seed.plant(in: db)
        }
        try migrator.migrate(database)
    }

    /// Times are milliseconds since 1970. A file's history is kept: its state at a version of its branch is its newest revision up to there.
    private static let tables = """
        CREATE TABLE account (
            id TEXT NOT NULL PRIMARY KEY, username TEXT NOT NULL UNIQUE, bio TEXT, tier TEXT NOT NULL, email TEXT NOT NULL
        );
        CREATE TABLE token (
            secret TEXT NOT NULL PRIMARY KEY, account TEXT NOT NULL REFERENCES account(id) ON DELETE CASCADE,
            name TEXT NOT NULL, permissions TEXT NOT NULL
        );
        CREATE TABLE val (
            id TEXT NOT NULL PRIMARY KEY, account TEXT NOT NULL REFERENCES account(id) ON DELETE CASCADE, name TEXT NOT NULL,
            privacy TEXT NOT NULL, description TEXT, created_at INTEGER NOT NULL UNIQUE, UNIQUE (account, name)
        );
        CREATE TABLE branch (
            id TEXT NOT NULL PRIMARY KEY, val TEXT NOT NULL REFERENCES val(id) ON DELETE CASCADE, name TEXT NOT NULL,
            version INTEGER NOT NULL, forked_from TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (val, name)
        );
        CREATE TABLE revision (
            branch TEXT NOT NULL REFERENCES branch(id) ON DELETE CASCADE, file TEXT NOT NULL, version INTEGER NOT NULL,
            path TEXT NOT NULL, type TEXT NOT NULL, content TEXT, is_deleted INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            PRIMARY KEY (branch, file, version)
        );
        CREATE INDEX revision_by_file ON revision (file, version);
        CREATE TABLE variable (
            val TEXT NOT NULL REFERENCES val(id) ON DELETE CASCADE, key TEXT NOT NULL, value TEXT NOT NULL, description TEXT,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (val, key)
        );
        CREATE TABLE blob (
            account TEXT NOT NULL REFERENCES account(id) ON DELETE CASCADE, key TEXT NOT NULL, content BLOB NOT NULL,
            modified_at INTEGER NOT NULL, PRIMARY KEY (account, key)
        );
        CREATE TABLE email (
            id TEXT NOT NULL PRIMARY KEY, account TEXT NOT NULL REFERENCES account(id) ON DELETE CASCADE,
            message TEXT NOT NULL, sent_at INTEGER NOT NULL
        );
        """
}
