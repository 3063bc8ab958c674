import Primitives
import Sandbox
import Testing

@Suite struct SQLTests {
    @Test func `statements with arguments of every kind give result sets`() async throws {
        try await withSandbox { client async throws in
            let path = "/v1/sqlite/execute"
            #expect(try await client.post(path, ["statement": "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c REAL)"]).status == 200)
            let inserted = try await client.post(path, ["statement": ["sql": "INSERT INTO t (b, c) VALUES (?, ?)", "args": ["x", .null]]])
            #expect(try inserted.json["rowsAffected"]?.integer == 1)
            #expect(try inserted.json["lastInsertRowid"]?.integer == 1)
            _ = try await client.post(
                path, ["statement": ["sql": "INSERT INTO t (b, c) VALUES (:b, $c)", "args": [":b": true, "c": .number(JSONNumber(2))]]])
            let selected = try await client.post(path, ["statement": "SELECT a, b, c FROM t ORDER BY a"]).json
            #expect(selected["columns"]?.strings == ["a", "b", "c"])
            #expect(selected["columnTypes"]?.strings == ["INTEGER", "TEXT", "REAL"])
            #expect(selected["rows"]?.text == #"[[1,"x",null],[2,"1",2.0]]"#)
            #expect(selected["rowsAffected"]?.integer == 0)
            #expect(selected["lastInsertRowid"] == nil)
        }
    }

    @Test func `a batch happens as a whole or not at all`() async throws {
        try await withSandbox { client async throws in
            let path = "/v1/sqlite/batch"
            let good = try await client.post(
                path, ["statements": ["CREATE TABLE t (a)", ["sql": "INSERT INTO t VALUES (?)", "args": [1]]]])
            #expect(try good.json.array?.count == 2)
            #expect(try await client.post(path, ["statements": ["DELETE FROM t", "SELECT * FROM nothing"]]).status == 400)
            #expect(try await client.post(path, ["statements": ["DELETE FROM t"], "mode": "read"]).status == 400)
            let left = try await client.post(path, ["statements": ["SELECT count(*) FROM t"], "mode": "read"])
            #expect(try left.json.array?.first?["rows"]?.text == "[[1]]")
        }
    }

    @Test func `every account has a database of its own, and reading needs no power to write`() async throws {
        try await withSandbox { client async throws in
            let tokens = client.sandbox.tokens
            _ = try await client.post("/v1/sqlite/execute", ["statement": "CREATE TABLE mine (a)"])
            let select: JSON = ["statement": "SELECT * FROM mine"]
            #expect(try await client.send("POST", "/v1/sqlite/execute", token: tokens.readOnly, json: select).status == 200)
            #expect(try await client.send("POST", "/v1/sqlite/execute", token: tokens.otherAccount, json: select).status == 400)
        }
    }

    @Test(arguments: [
        "ATTACH DATABASE 'elsewhere.sqlite' AS x", " /* hi */ attach database ':memory:' as x", "-- hi\nPRAGMA journal_mode = OFF",
        "VACUUM INTO 'elsewhere.sqlite'",
        "DETACH main", "BEGIN", "COMMIT", "SAVEPOINT x", "SELECT 1; ATTACH ':memory:' AS x", "SELECT load_extension('elsewhere.so')", "",
        ";",
        "SELECT", "SELECT * FROM token", "\u{FEFF}PRAGMA user_version = 1",
    ]) func `what would leave the account's database is refused`(sql: String) async throws {
        try await withSandbox { client async throws in
            let reply = try await client.post("/v1/sqlite/execute", ["statement": .string(sql)])
            #expect(reply.status == 400)
            #expect(try reply.json["message"]?.string?.hasPrefix("SQLITE_") == true)
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"statement":1}"#, #"{"statement":{"sql":"SELECT ?","args":[[1]]}}"#, #"{"statement":{"sql":"SELECT ?","args":[]}}"#,
    ])
    func `a statement that makes no sense is refused`(body: String) async throws {
        try await withSandbox { client async throws in
            let reply = try await client.send("POST", "/v1/sqlite/execute", token: client.sandbox.tokens.full, body: Array(body.utf8))
            #expect(reply.status == 400)
        }
    }

    @Test func `a statement without end is interrupted`() async throws {
        try await withSandbox(SandboxOptions(statementTimeLimit: .milliseconds(50))) { client async throws in
            let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
            let reply = try await client.post("/v1/sqlite/execute", ["statement": .string(endless)])
            #expect(reply.status == 400)
            #expect(try reply.json["message"]?.string?.contains("too long") == true)
        }
    }
}
