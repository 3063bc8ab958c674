import AuthorizationServer
import GRDB
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@testable import SQLiteStorage

@Suite struct DatabaseTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("test.sqlite") }
    private let clock = TestClock()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open() throws -> SQLiteDatabase { try SQLiteDatabase(path: path, clock: clock.clock) }

    @Test func `what is committed stays, and what is deleted is gone`() throws {
        let database = try open()
        let pragmas = try database.pool.writeWithoutTransaction { db in
            try ["synchronous", "journal_mode", "secure_delete", "foreign_keys", "trusted_schema"].map { name in
                try String.fetchOne(db, sql: "PRAGMA \(name)")
            }
        }
        #expect(pragmas == ["2", "wal", "1", "1", "0"])
    }

    @Test func `a database of a newer program is refused, before and while it is opened`() throws {
        try open().close()
        let raw = try RawDatabase(path: path)
        try raw.run("INSERT INTO grdb_migrations (identifier) VALUES ('999: from the future')")
        #expect(throws: SQLiteDatabase.newerSchema) { try SQLiteDatabase.deployment(at: path) }
        #expect(throws: SQLiteDatabase.newerSchema) { _ = try open() }
    }

    @Test func `a file that is no database is corrupt, and one that is not there is new`() throws {
        #expect(try SQLiteDatabase.deployment(at: path) == nil)
        try folder.write(Array(String(repeating: "no database ", count: 1000).utf8), to: "test.sqlite")
        for open in [{ _ = try SQLiteDatabase.deployment(at: path) }, { _ = try open() }] {
            #expect {
                try open()
            } throws: { error in
                guard case .corrupt = error as? StoreFailure else { return false }
                return true
            }
        }
    }

    @Test func `a folder that is not there is unavailable`() {
        #expect(throws: StoreFailure.self) { _ = try SQLiteDatabase(path: folder.path + "/no/such/folder/x.sqlite", clock: clock.clock) }
    }

    @Test func `pages that were scribbled over are noticed, and nothing crashes`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        try await bridge.settle()
        var bytes = try #require(try bridge.folder.contents()["drawbridge.sqlite"])
        for index in stride(from: 4096, to: bytes.count, by: 3) { bytes[index] = 0xA5 }
        try folder.write(bytes, to: "test.sqlite")
        #expect(throws: StoreFailure.self) { try SQLiteDatabase.deployment(at: path) }
        let damaged = try? SQLiteStore(database: open(), keyring: bridge.keyring)
        if let damaged {
            let grant = try await bridge.grant(of: connection).id
            #expect(throws: StoreFailure.self) { try damaged.grant(grant) }
            await #expect(throws: StoreFailure.self) { try await damaged.updateGrant(grant) { _, _ in GrantChange(()) } }
        }
    }

    @Test func `a deployment is made whole or not at all`() throws {
        let database = try open()
        #expect(try database.deployment() == nil)
        #expect(try SQLiteDatabase.deployment(at: path) == nil)
        let master = try Keyrings.master()
        let id = DeploymentID("d")
        let ring = try Keyring(deployment: id, master: master, records: [])
        let key = ring.makeRecord(.lookup, at: clock.now)
        #expect(throws: StoreFailure.self) {
            try database.createDeployment(id, masterKeyCheck: master.check(for: id), keys: [key, key], at: clock.now)
        }
        #expect(try database.deployment() == nil)
        try database.createDeployment(id, masterKeyCheck: master.check(for: id), keys: [key], at: clock.now)
        #expect(try SQLiteDatabase.deployment(at: path)?.keys == [key])
        #expect(throws: StoreFailure.self) { try database.createDeployment(id, masterKeyCheck: [], keys: [], at: clock.now) }
    }

    @Test(arguments: ["purpose", "id", "wrapped"])
    func `a keyring whose rows were changed does not open`(column: String) async throws {
        let bridge = try await Harness()
        try await bridge.settle()
        switch column {
        case "purpose": try bridge.raw().run("UPDATE keyring SET purpose = 'mystery' WHERE purpose = 'kek'")
        case "id": try bridge.raw().run("UPDATE keyring SET id = '00000000' WHERE purpose = 'kek'")
        default: try bridge.raw().run("UPDATE keyring SET wrapped = (SELECT wrapped FROM keyring WHERE purpose = 'lookup')")
        }
        await #expect(throws: (any Error).self) { try await bridge.reopen() }
    }

    @Test func `keys that were added or erased are so after a restart`() async throws {
        let bridge = try await Harness()
        let before = try bridge.keyring.active(.keyEncryption).id
        let record = bridge.keyring.makeRecord(.keyEncryption, at: bridge.clock.now + 1)
        try await bridge.store.addKey(record)
        var passive = bridge.keyring.makeRecord(.lookup, at: bridge.clock.now, eraseAt: bridge.clock.now + 9)
        passive.state = .decryptOnly
        try await bridge.store.addKey(passive)
        try await bridge.reopen()
        #expect(try bridge.keyring.active(.keyEncryption).id == record.id)
        #expect(try bridge.keyring.key(before, for: .keyEncryption).id == before)
        #expect(bridge.keyring.all(.lookup).count == 2)
        #expect(bridge.keyring.expired(at: bridge.clock.now + 9) == [passive.id])
        try await bridge.store.eraseKeys([before, passive.id])
        try await bridge.reopen()
        #expect(bridge.keyring.all(.keyEncryption).map(\.id) == [record.id])
        #expect(bridge.keyring.all(.lookup).count == 1)
    }

    @Test(arguments: ["UPDATE audit SET action = 'x'", "DELETE FROM audit", "UPDATE audit SET detail = NULL WHERE sequence = 1"])
    func `the audit log is append-only`(statement: String) async throws {
        let bridge = try await Harness()
        _ = try await bridge.connect()
        let before = try bridge.audit()
        #expect(throws: (any Error).self) { try bridge.raw().run(statement) }
        #expect(try bridge.audit() == before)
        #expect(before.count == 2)
    }

    @Test func `events are written with the time and everything they say`() async throws {
        let bridge = try await Harness()
        let event = AuditEvent(.tampered, subject: Subject("s"), clientID: "c", grantID: "g", address: "192.0.2.0/24", detail: "why")
        try await bridge.store.record([event, AuditEvent(.denied)])
        let rows = try bridge.raw().rows("SELECT * FROM audit ORDER BY sequence")
        #expect(rows.count == 2)
        #expect(rows.first?["at"] == .integer(bridge.clock.now.seconds))
        #expect(rows.first?["subject"] == .text("s"))
        #expect(rows.first?["client"] == .text("c"))
        #expect(try bridge.audit().first == AuditLine(action: "tampered", grant: "g", detail: "why", address: "192.0.2.0/24"))
        #expect(rows.last?["detail"] == .null)
    }
}
