import Foundation
import Logging
import Primitives
import Sandbox
import ServiceLifecycle
import Testing

@Suite struct AccessTests {
    @Test func `who am I answers for every kind of token as the real API does`() async throws {
        try await withSandbox { client async throws in
            let tokens = client.sandbox.tokens
            let me = try await client.get("/v1/me")
            #expect(me.status == 200)
            #expect(try me.json["username"]?.string == tokens.username)
            #expect(try me.json["email"]?.string != nil)
            #expect(try me.json["bio"] != nil)
            let other = try await client.send("GET", "/v1/me", token: tokens.otherAccount)
            #expect(try other.json["username"]?.string == tokens.otherUsername)
            #expect(try await client.send("GET", "/v1/me", token: tokens.readOnly).status == 200)
            let lacking = try await client.send("GET", "/v1/me", token: tokens.withoutUserRead)
            #expect(lacking.status == 403)
            #expect(try lacking.json["message"]?.string?.contains("user:read") == true)
            #expect(try await client.send("GET", "/v1/me", token: nil).status == 401)
            let unknown = try await client.send("GET", "/v1/me", token: "vtwn_nobody")
            #expect(unknown.status == 401)
            #expect(try unknown.json["message"]?.string == "Unauthorized")
        }
    }

    @Test func `tokens look like real ones and are all different`() async throws {
        let tokens = try Sandbox.open(SandboxOptions(), logger: Logger(label: "test")).tokens
        let all = [tokens.full, tokens.readOnly, tokens.withoutUserRead, tokens.otherAccount]
        #expect(Set(all).count == 4)
        #expect(all.allSatisfy { $0.hasPrefix("vtwn_") && $0.count > 30 })
    }

    @Test(arguments: [
        ("POST", "/v2/vals", #"{"name":"x","privacy":"private"}"#), ("POST", "/v2/blob/x", "x"), ("DELETE", "/v2/blob/greeting.txt", ""),
        ("POST", "/v1/email", #"{"text":"x"}"#), ("POST", "/v1/sqlite/execute", #"{"statement":"CREATE TABLE t (a)"}"#),
        ("POST", "/v1/sqlite/batch", #"{"statements":["CREATE TABLE t (a)"]}"#),
    ]) func `a read-only token can't write`(method: String, path: String, body: String) async throws {
        try await withSandbox { client async throws in
            let reply = try await client.send(method, path, token: client.sandbox.tokens.readOnly, body: Array(body.utf8))
            #expect(reply.status == 403)
        }
    }

    @Test(arguments: ["/v2/me/vals", "/v2/vals", "/v2/blob", "/v1/telemetry/traces", "/v1/telemetry/logs?direction=asc", "/v2/orgs"])
    func `a read-only token can read`(path: String) async throws {
        try await withSandbox { client async throws in
            #expect(try await client.send("GET", path, token: client.sandbox.tokens.readOnly).status == 200)
        }
    }

    @Test(arguments: [
        ("GET", "/v1/nothing", 404), ("GET", "/", 404), ("PATCH", "/v2/vals", 405), ("POST", "/v1/me", 405),
        ("GET", "/v2/orgs/x/memberships", 404),
        ("GET", "/v2/vals?limit=0", 400), ("GET", "/v2/vals?cursor=yesterday", 400), ("GET", "/v2/me/vals?offset=-1", 400),
        ("GET", "/v2/vals?privacy=secret", 400), ("GET", "/v2/vals/%zz", 400), ("GET", "/v1/telemetry/logs?direction=up", 400),
        ("GET", "/v1/users/nobody", 404), ("GET", "/v1/alias/nobody", 404),
    ]) func `what can't be asked is refused with a message`(method: String, path: String, status: Int) async throws {
        try await withSandbox { client async throws in
            let reply = try await client.send(method, path, token: client.sandbox.tokens.full)
            #expect(reply.status == status)
            #expect(try reply.json["message"]?.string?.isEmpty == false)
        }
    }

    @Test func `a token that asks too often waits, and others do not`() async throws {
        try await withSandbox(SandboxOptions(requestsPerMinute: 3)) { client async throws in
            for _ in 0..<3 { #expect(try await client.get("/v1/me").status == 200) }
            let refused = try await client.get("/v1/me")
            #expect(refused.status == 429)
            let wait = try #require(refused.headers["retry-after"].flatMap { Int($0) })
            #expect((1...60).contains(wait))
            #expect(try await client.send("GET", "/v1/me", token: client.sandbox.tokens.readOnly).status == 200)
        }
    }

    @Test func `a body of more than ten megabytes is refused`() async throws {
        try await withSandbox { client async throws in
            let reply = try await client.send(
                "POST", "/v2/blob/big", token: client.sandbox.tokens.full, body: [UInt8](repeating: 1, count: 10 << 20 | 1))
            #expect(reply.status == 413)
        }
    }

    @Test func `the access log says which kind of credential came and never the credential`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/access.jsonl"
            try await withSandbox(SandboxOptions(accessLogPath: path)) { client async throws in
                _ = try await client.get("/v1/me", headers: ["X-Canary": "1"])
                _ = try await client.send("GET", "/v2/vals?cursor=2026-01-01T00:00:00Z", token: "eyJhbGciOiJFZERTQSJ9.e30.c2ln")
                _ = try await client.send("GET", "/v1/me", token: nil)
                let log = try String(contentsOfFile: path, encoding: .utf8)
                let entries = try log.split(separator: "\n").map { try JSON.parse(String($0)) }
                #expect(entries.compactMap { $0["credential"]?.string } == ["known:full", "unknown", "none"])
                #expect(entries.compactMap { $0["status"]?.integer } == [200, 401, 401])
                #expect(entries[1]["path"]?.string == "/v2/vals")
                let names = try #require(entries[0]["headers"]?.strings)
                #expect(Set(["host", "authorization", "x-canary"]).isSubset(of: names))
                #expect(!log.contains(client.sandbox.tokens.full))
                #expect(!log.contains("eyJ"))
                #expect(!log.contains("2026-01-01"))
            }
        }
    }

    @Test func `tokens and data outlive the process in the database`() async throws {
        try await withTemporaryFolder { folder in
            let options = SandboxOptions(databasePath: folder + "/sandbox.sqlite")
            let before = try Sandbox.open(options, logger: Logger(label: "test")).tokens
            try await withSandbox(options) { client async throws in
                #expect(client.sandbox.tokens.full == before.full)
                _ = try await client.newVal("kept")
            }
            try await withSandbox(options) { client async throws in
                #expect(try await client.get("/v2/alias/vals/\(before.username)/kept").status == 200)
            }
        }
    }

    @Test func `a database that can't be opened is an error that names it`() throws {
        let error = #expect(throws: SandboxError.self) {
            try Sandbox.open(SandboxOptions(databasePath: "/dev/null/sandbox.sqlite"), logger: Logger(label: "test"))
        }
        #expect(error?.description.contains("/dev/null/sandbox.sqlite") == true)
    }

    @Test func `it runs in a service group and ends with it`() async throws {
        let sandbox = try Sandbox.open(SandboxOptions(), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let (ports, running) = AsyncStream<Int>.makeStream()
        let service = sandbox.service { running.yield($0) }
        let group = ServiceGroup(services: [service], logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        async let ended: Void = group.run()
        for await port in ports {
            #expect(try await Client(sandbox: sandbox, port: port).get("/v1/me").status == 200)
            await group.triggerGracefulShutdown()
            break
        }
        try await ended
    }
}

/// A folder of its own for a test.
func withTemporaryFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sandbox-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}
