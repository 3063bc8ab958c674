import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct ErasureTests {
    /// The ways in which a grant ends.
    enum End: String, Sendable, CaseIterable {
        case revoked
        case codeReplayed = "code_replayed"
        case refreshTokenReused = "refresh_token_reused"
        case expired
        case sweptIdle = "expired by the sweep"
        case codeNeverUsed = "code_never_used"

        var reason: String { self == .sweptIdle ? "expired" : rawValue }
    }

    private func end(_ end: End, _ bridge: Harness) async throws {
        let approved = try await bridge.approve(try bridge.register())
        guard end != .codeNeverUsed else {
            bridge.clock.advance(by: 60)
            _ = try await bridge.server.sweep()
            return
        }
        let tokens = try await bridge.exchange(approved)
        let next = try await bridge.refresh(tokens.refreshToken, as: approved.client)
        switch end {
        case .revoked: try await bridge.server.revoke(next.refreshToken, by: approved.client, caller: Harness.caller)
        case .codeReplayed: _ = try? await bridge.exchange(approved)
        case .refreshTokenReused:
            _ = try await bridge.refresh(next.refreshToken, as: approved.client)
            _ = try? await bridge.refresh(tokens.refreshToken, as: approved.client)
        case .expired, .sweptIdle:
            bridge.clock.advance(by: 2_592_000)
            if end == .sweptIdle { _ = try await bridge.server.sweep() }
            _ = try? await bridge.refresh(next.refreshToken, as: approved.client)
        case .codeNeverUsed: break
        }
    }

    @Test(arguments: End.allCases)
    func `an ended grant holds no key, and its entry goes with it`(end: End) async throws {
        let bridge = try await Harness()
        try await self.end(end, bridge)
        let row = try #require(try bridge.raw().rows("SELECT * FROM grants").first)
        #expect(row["state"] == .text("ended"))
        #expect(row["end_reason"] == .text(end.reason))
        let keys = row.keys.filter { name in
            ["entry", "public_key", "envelope", "code_", "current_", "predecessor_", "family_"].contains { name.hasPrefix($0) }
        }
        #expect(keys.count == 16)
        for column in keys { #expect(row[column] == .null, "\(column)") }
        #expect(try bridge.count("entries") == 0)
        #expect(try bridge.raw().value("SELECT count(*) FROM consents WHERE outcome IS NOT NULL") == .integer(0))
        let last = try #require(try bridge.audit().last)
        #expect(["revoked", "reuse_detected", "expired"].contains(last.action))
        try await bridge.reopen()
        #expect(try bridge.store.grant(GrantID(try #require(row["id"]?.text)))?.hasEnded == true)
    }

    @Test(arguments: End.allCases)
    func `what was erased is in no file once the log was truncated`(end: End) async throws {
        let bridge = try await Harness()
        // A neighbour, so that the pages stay in use.
        let neighbour = try await bridge.connect(token: Harness.bobsToken)
        let kept = try bridge.raw().rows("SELECT id FROM entries").compactMap { $0["id"]?.text }
        let erased = Erased()
        try await self.end(end, bridge, watching: erased)
        #expect(erased.blobs.count >= 3)
        try await bridge.settle()
        for (name, bytes) in try bridge.folder.contents() {
            for (what, blob) in erased.blobs {
                for piece in stride(from: 0, to: blob.count - 24, by: 24).map({ Array(blob[$0..<$0 + 24]) }) {
                    #expect(!bytes.holds(piece), "\(what) in \(name)")
                }
            }
        }
        if end != .expired && end != .sweptIdle {
            #expect(try bridge.raw().rows("SELECT id FROM entries").compactMap { $0["id"]?.text } == kept)
            #expect(try await bridge.opened(with: neighbour.tokens.accessToken) == Harness.bobsToken)
        }
    }

    /// What lay in the rows of the grant just before it ended.
    private final class Erased {
        var blobs: [(String, [UInt8])] = []
    }

    private func end(_ end: End, _ bridge: Harness, watching erased: Erased) async throws {
        // The same steps twice: the first time to see what is there, in a place of its own.
        let approved = try await bridge.approve(try bridge.register(name: "Watched"))
        try collect(from: bridge, into: erased)
        if end == .codeNeverUsed {
            try await bridge.settle()
            try expectFound(erased, bridge)
            bridge.clock.advance(by: 60)
            _ = try await bridge.server.sweep()
            return
        }
        let tokens = try await bridge.exchange(approved)
        let next = try await bridge.refresh(tokens.refreshToken, as: approved.client)
        erased.blobs = []
        try collect(from: bridge, into: erased)
        try await bridge.settle()
        try expectFound(erased, bridge)
        switch end {
        case .revoked: try await bridge.server.revoke(next.refreshToken, by: approved.client, caller: Harness.caller)
        case .codeReplayed: _ = try? await bridge.exchange(approved)
        case .refreshTokenReused:
            _ = try await bridge.refresh(next.refreshToken, as: approved.client)
            _ = try? await bridge.refresh(tokens.refreshToken, as: approved.client)
        case .expired, .sweptIdle:
            bridge.clock.advance(by: 2_591_999)
            _ = try await bridge.refresh(next.refreshToken, as: approved.client)
            try collect(from: bridge, into: erased)
            bridge.clock.advance(by: 2_592_000)
            _ = try await bridge.server.sweep()
        case .codeNeverUsed: break
        }
    }

    private func collect(from bridge: Harness, into erased: Erased) throws {
        let raw = try bridge.raw()
        let grant = try #require(try raw.rows("SELECT * FROM grants ORDER BY rowid DESC LIMIT 1").first)
        for column in ["envelope", "code_locked_key", "current_locked_key", "predecessor_locked_successor"] {
            if let blob = grant[column]?.blob { erased.blobs.append((column, blob)) }
        }
        let entry = try #require(grant["entry"])
        erased.blobs.append(("sealed", try #require(try raw.value("SELECT sealed FROM entries WHERE id = ?", [entry]).blob)))
        if let outcome = try raw.value("SELECT outcome FROM consents WHERE grant_id = ?", [grant["id"] ?? .null]).blob {
            erased.blobs.append(("outcome", outcome))
        }
    }

    private func expectFound(_ erased: Erased, _ bridge: Harness) throws {
        let file = try #require(try bridge.folder.contents()["drawbridge.sqlite"])
        for (what, blob) in erased.blobs { #expect(file.holds(Array(blob.prefix(24))), "\(what) was there before, or this proves nothing") }
    }

    @Test func `an erased claim key is in no file`() async throws {
        let bridge = try await Harness()
        _ = try await bridge.connect()
        let wrapped = try #require(try bridge.raw().value("SELECT wrapped FROM keyring WHERE purpose = 'claim'").blob)
        try await bridge.settle()
        #expect(try bridge.folder.contents().values.contains { $0.holds(wrapped) })
        bridge.clock.advance(by: 1830)
        #expect(try await bridge.server.sweep() == 2, "the key, and the consent")
        try await bridge.settle()
        #expect(try !bridge.folder.contents().values.contains { $0.holds(wrapped) })
    }

    // MARK: The sweep

    @Test func `the sweep goes in steps through as many rows as there are, and around one that was tampered with`() async throws {
        let bridge = try await Harness()
        let client = try await bridge.register()
        let codes: [String] = await inParallel(450) { try await bridge.approve(client).code }.values()
        #expect(codes.count == 450)
        let bad = try #require(try bridge.raw().value("SELECT id FROM grants ORDER BY id LIMIT 1 OFFSET 7").text)
        try bridge.raw().run("UPDATE grants SET granted = granted || ' x' WHERE id = ?", [.text(bad)])
        bridge.clock.advance(by: 60)
        #expect(try await bridge.server.sweep() == 449)
        #expect(try bridge.raw().rows("SELECT id FROM grants WHERE state = 'pending'").map { $0["id"] } == [.text(bad)])
        #expect(try bridge.count("entries") == 1)
        #expect(try await bridge.server.sweep() == 0)
        bridge.clock.advance(by: 540)
        #expect(try await bridge.server.sweep() == 450, "the consents")
        #expect(try bridge.count("consents") == 0)
    }

    @Test func `a spent successor is erased by the sweep, once it is due and was seen`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let next = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        let left = { try bridge.raw().value("SELECT count(*) FROM grants WHERE predecessor_locked_successor IS NOT NULL").integer }
        bridge.clock.advance(by: 120)
        #expect(try await bridge.server.sweep() == 0)
        #expect(try left() == 1)
        bridge.clock.advance(by: -60)
        #expect(try await bridge.authenticate(next.accessToken) != nil)
        #expect(try await bridge.server.sweep() == 0)
        bridge.clock.advance(by: 60)
        #expect(try await bridge.server.sweep() == 1)
        #expect(try left() == 0)
        #expect(try await bridge.server.sweep() == 0)
        await #expect(throws: Rejection.refreshTokenReused) {
            try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        }
    }

    @Test func `ended grants stay as long as their tokens could be presented, and then go`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        try await bridge.server.revoke(connection.tokens.refreshToken, by: connection.client, caller: Harness.caller)
        bridge.clock.advance(by: 7_775_999)
        _ = try await bridge.server.sweep()
        #expect(try bridge.count("grants") == 1)
        bridge.clock.advance(by: 1)
        #expect(try await bridge.server.sweep() == 1)
        #expect(try bridge.count("grants") == 0)
        #expect(try bridge.count("clients") == 1, "a client replays its id for ever")
        await #expect(throws: Rejection.unknownRefreshToken) {
            try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        }
    }
}
