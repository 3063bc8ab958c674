import GRDB

/// The schema, one numbered step after the other. Steps are never changed once released; a database of a newer schema refuses an older program.
enum Migrations {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: deployment, keyring, clients, entries, grants, consents, audit") { db in
            for statement in first { try db.execute(sql: statement) }
        }
        migrator.registerMigration("2: what became of clients") { db in
            for statement in second { try db.execute(sql: statement) }
        }
        migrator.registerMigration("3: forms of signing keys") { db in
            try db.execute(sql: "ALTER TABLE keyring ADD COLUMN form TEXT")
        }
        return migrator
    }()

    private static let first = [
        """
        CREATE TABLE deployment (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            id TEXT NOT NULL,
            master_key_check BLOB NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE keyring (
            id TEXT PRIMARY KEY,
            purpose TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('active', 'decrypt-only')),
            created_at INTEGER NOT NULL,
            erase_at INTEGER,
            wrapped BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE clients (
            id TEXT PRIMARY KEY,
            created_at INTEGER NOT NULL,
            mac_key TEXT NOT NULL, generation INTEGER NOT NULL, mac BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE entries (
            id TEXT PRIMARY KEY,
            subject TEXT NOT NULL,
            upstream TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            sealed BLOB NOT NULL,
            mac_key TEXT NOT NULL, generation INTEGER NOT NULL, mac BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE grants (
            id TEXT PRIMARY KEY,
            client TEXT NOT NULL REFERENCES clients (id),
            subject TEXT NOT NULL,
            upstream TEXT NOT NULL,
            redirect_uri TEXT NOT NULL,
            requested TEXT NOT NULL,
            granted TEXT NOT NULL,
            resource TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            entry TEXT REFERENCES entries (id),
            public_key BLOB,
            envelope_key TEXT,
            envelope BLOB,
            state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'ended')),
            end_reason TEXT,
            ended_at INTEGER,
            code_digest BLOB,
            code_challenge TEXT,
            code_expires_at INTEGER,
            code_locked_key BLOB,
            family_generation INTEGER,
            current_digest BLOB,
            current_locked_key BLOB,
            current_issued_at INTEGER,
            current_seen INTEGER,
            predecessor_digest BLOB,
            predecessor_retry_until INTEGER,
            predecessor_locked_successor BLOB,
            mac_key TEXT NOT NULL, generation INTEGER NOT NULL, mac BLOB NOT NULL,
            CHECK ((state = 'ended') = (entry IS NULL)),
            CHECK (state <> 'ended' OR (envelope IS NULL AND code_locked_key IS NULL AND current_locked_key IS NULL
                AND predecessor_locked_successor IS NULL))
        ) STRICT
        """,
        "CREATE INDEX grants_by_entry ON grants (entry) WHERE entry IS NOT NULL",
        "CREATE INDEX grants_by_subject ON grants (subject)",
        "CREATE INDEX grants_pending ON grants (code_expires_at) WHERE state = 'pending'",
        "CREATE INDEX grants_by_expiry ON grants (expires_at)",
        "CREATE INDEX grants_idle ON grants (current_issued_at) WHERE state = 'active'",
        "CREATE INDEX grants_with_successor ON grants (predecessor_retry_until) WHERE predecessor_locked_successor IS NOT NULL",
        """
        CREATE TABLE consents (
            id TEXT PRIMARY KEY,
            expires_at INTEGER NOT NULL,
            tries INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'burned', 'approved', 'denied')),
            grant_id TEXT,
            outcome BLOB,
            waiting BLOB,
            mac_key TEXT NOT NULL, generation INTEGER NOT NULL, mac BLOB NOT NULL
        ) STRICT
        """,
        "CREATE INDEX consents_by_expiry ON consents (expires_at)",
        "CREATE INDEX consents_by_grant ON consents (grant_id) WHERE grant_id IS NOT NULL",
        """
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            action TEXT NOT NULL,
            subject TEXT,
            client TEXT,
            grant_id TEXT,
            address TEXT,
            detail TEXT
        ) STRICT
        """,
        "CREATE TRIGGER audit_is_append_only_u BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        "CREATE TRIGGER audit_is_append_only_d BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    ]

    /// A row of the first schema keeps its MAC: what an active client that changed nothing has is what it had.
    private static let second = [
        "ALTER TABLE clients ADD COLUMN state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'blocked', 'deleted'))",
        "ALTER TABLE clients ADD COLUMN changed_at INTEGER",
        "ALTER TABLE clients ADD COLUMN replacement TEXT",
        "CREATE INDEX clients_to_purge ON clients (created_at) WHERE state = 'active'",
        "CREATE INDEX grants_by_client ON grants (client)",
    ]
}
