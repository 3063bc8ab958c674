import AuthorizationServer
import OAuth
import Primitives
import SQLiteStorage
import SodiumCrypto
import TestKit
import Testing
import Vault

/// Somebody carries away the database, its log and the master key, while the bridge is running.
@Suite struct StolenDiskTests {
    /// What a thief makes of it: the keyring, fully open, and every row.
    private struct Loot {
        let folder: TemporaryFolder
        let keyring: Keyring
        let raw: RawDatabase

        init(_ bridge: Harness) throws {
            folder = try TemporaryFolder()
            for (name, bytes) in try bridge.folder.contents() where !name.hasSuffix("-shm") { try folder.write(bytes, to: name) }
            let stored = try #require(try SQLiteDatabase.deployment(at: folder.file("drawbridge.sqlite")))
            let master = try #require(MasterKey(bridge.masterSecret))
            keyring = try Keyring(deployment: stored.id, master: master, records: stored.keys)
            raw = try RawDatabase(path: folder.file("drawbridge.sqlite"))
        }

        /// Every grant that still has an envelope, with its entry.
        func connections() throws -> [(grant: GrantID, entry: Entry, envelope: RecipientEnvelope)] {
            try raw.rows("SELECT g.id AS g, g.envelope_key, g.envelope, e.* FROM grants g JOIN entries e ON e.id = g.entry").map { row in
                let entry = Entry(
                    id: EntryID(try #require(row["id"]?.text)), subject: Subject(try #require(row["subject"]?.text)),
                    upstream: UpstreamID(try #require(row["upstream"]?.text)), createdAt: UnixTime(row["created_at"]?.integer ?? 0),
                    sealed: try #require(row["sealed"]?.blob))
                let envelope = RecipientEnvelope(
                    keyID: KeyID(try #require(row["envelope_key"]?.text)), wrapped: try #require(row["envelope"]?.blob))
                return (GrantID(try #require(row["g"]?.text)), entry, envelope)
            }
        }

        func open(_ connection: (grant: GrantID, entry: Entry, envelope: RecipientEnvelope), with secretKey: Secret) -> String? {
            let opened = try? Vault(keyring: keyring).open(
                connection.entry, envelope: connection.envelope, secretKey: secretKey,
                of: RecipientName(role: .grant, id: connection.grant.text), origin: UpstreamDouble.origin)
            return opened?.credential.secrets["token"]?.reveal()
        }

        /// Everything there is to try as a key: the keys of the ring, and whatever lies in the rows.
        func candidates() throws -> [Secret] {
            var found = KeyPurpose.allCases.flatMap { keyring.all($0) }.map { $0.value.reveal() }
            for table in ["deployment", "keyring", "clients", "entries", "grants", "consents"] {
                for value in try raw.rows("SELECT * FROM \(table)").flatMap(\.values) {
                    switch value {
                    case .text(let text): found.append(Secret(text))
                    case .blob(let bytes):
                        found += [Secret(bytes), Secret(bytes.prefix(32)), Secret(bytes.suffix(32))]
                        if bytes.count >= 56 { found.append(Secret(bytes[24..<56])) }
                    case .null, .integer: break
                    }
                }
            }
            return found
        }

        /// Every lock in the rows, with whose it is.
        func locks() throws -> [(bytes: [UInt8], owner: String)] {
            let rows =
                try raw.rows("SELECT id, code_locked_key AS a, current_locked_key AS b, predecessor_locked_successor AS c FROM grants")
                + raw.rows("SELECT id, outcome AS a, waiting AS b FROM consents")
            return rows.flatMap { row in ["a", "b", "c"].compactMap { row[$0]?.blob }.map { ($0, row["id"]?.text ?? "") } }
        }

        func unlock(_ lock: (bytes: [UInt8], owner: String), with bearer: Secret) -> Secret? {
            for kind in [BearerKind.authorizationCode, .refreshToken, .predecessor, .browser] {
                if let opened = try? BearerLock.unlock(
                    lock.bytes, with: bearer, kind: kind, owner: lock.owner, deployment: keyring.deployment)
                {
                    return opened
                }
            }
            return nil
        }

        /// The secret key in the sealed claim of an access token, if its claim key is still there.
        func secretKey(in token: Secret) throws -> Secret? {
            let claims = try Forger.parts(token).payload
            let place = SealedClaim.Place(
                grant: try #require(claims["grant_id"]?.string), tokenID: try #require(claims["jti"]?.string),
                expiry: UnixTime(try #require(claims["exp"]?.integer)))
            let sealed = SealedClaim(text: try #require(claims["vault"]?.string))
            guard let opened = try? sealed.open(at: place, keyring: keyring) else { return nil }
            var fields = ByteReader(opened.revealBytes())
            return fields.field().map { Secret($0) }
        }
    }

    /// A session with everything in it: clients in all states, retries, a token that waits, one that was wrong.
    private struct Session {
        let bridge: Harness
        let old: Connection
        let live: TokenResponse
        var bearers: [(String, Secret)] = []

        init() async throws {
            bridge = try await Harness()
            old = try await bridge.connect()
            let second = try await bridge.refresh(old.tokens.refreshToken, as: old.client)
            bridge.clock.advance(by: 1830)
            live = try await bridge.refresh(second.refreshToken, as: old.client)
            _ = try await bridge.opened(with: live.accessToken)
            bridge.clock.advance(by: 120)
            _ = try await bridge.server.sweep()
            let gone = try await bridge.connect(token: Harness.bobsToken)
            try await bridge.server.revoke(gone.tokens.accessToken, by: gone.client, caller: Harness.caller)
            bearers = [
                ("code", Secret(old.approved.code)), ("first refresh token", old.tokens.refreshToken),
                ("expired access token", old.tokens.accessToken), ("second refresh token", second.refreshToken),
                ("second access token", second.accessToken), ("revoked refresh token", gone.tokens.refreshToken),
                ("revoked access token", gone.tokens.accessToken), ("code of a revoked grant", Secret(gone.approved.code)),
                ("cookie of a finished consent", old.approved.shown.browser.secret),
            ]
        }
    }

    @Test func `the database and the master key open nothing`() async throws {
        let bridge = try await Session().bridge
        let waiting = try await bridge.approve(try bridge.register(name: "Waiting"))
        _ = try await bridge.post(try await bridge.show(waiting.client), .check)
        let loot = try Loot(bridge)
        let connections = try loot.connections()
        #expect(connections.count == 2)
        let candidates = try loot.candidates()
        #expect(candidates.count > 100)
        for candidate in candidates {
            for connection in connections { #expect(loot.open(connection, with: candidate) == nil) }
            for lock in try loot.locks() { #expect(loot.unlock(lock, with: candidate) == nil) }
        }
        for connection in connections {
            for key in candidates.compactMap({ SymmetricKey($0) }) {
                var place = ByteWriter(purpose: "drawbridge entry v1")
                for part in [loot.keyring.deployment.text, connection.entry.id.text, connection.entry.upstream.text] { place.append(part) }
                #expect(throws: DoesNotOpen()) { try AEAD.open(connection.entry.sealed, key: key, associatedData: place.bytes) }
            }
        }
    }

    @Test func `nor with every bearer that is spent, expired or revoked`() async throws {
        let session = try await Session()
        let loot = try Loot(session.bridge)
        let connections = try loot.connections()
        #expect(connections.count == 1)
        for (name, bearer) in session.bearers {
            for lock in try loot.locks() { #expect(loot.unlock(lock, with: bearer) == nil, "\(name)") }
            for connection in connections { #expect(loot.open(connection, with: bearer) == nil, "\(name)") }
        }
        let expired = try loot.secretKey(in: session.old.tokens.accessToken)
        #expect(expired == nil, "its claim key was erased")
    }

    @Test func `with a bearer that lives it does open, or these tests would prove nothing`() async throws {
        let session = try await Session()
        let loot = try Loot(session.bridge)
        let connection = try #require(try loot.connections().first)
        let byAccessToken = try #require(try loot.secretKey(in: session.live.accessToken))
        #expect(loot.open(connection, with: byAccessToken) == Harness.token)
        let byRefreshToken = try loot.locks().compactMap { loot.unlock($0, with: session.live.refreshToken) }
        #expect(byRefreshToken == [byAccessToken])
        let other = try Keyrings.full()
        #expect(throws: DoesNotOpen()) {
            try Vault(keyring: other).open(
                connection.entry, envelope: connection.envelope, secretKey: byAccessToken,
                of: RecipientName(role: .grant, id: connection.grant.text), origin: UpstreamDouble.origin)
        }
    }

    @Test func `no file holds a token, a code or a key in any spelling`() async throws {
        let session = try await Session()
        let bridge = session.bridge
        let pending = try await bridge.approve(session.old.client)
        let checked = try await bridge.show(session.old.client)
        _ = try await bridge.post(checked, .check)
        _ = try await bridge.post(checked, token: "vtwn_wrong_token_55e1")
        let secrets =
            session.bearers.map { ($0.0, $0.1.reveal()) } + [
                ("pasted token", Harness.token), ("other pasted token", Harness.bobsToken), ("wrong token", "vtwn_wrong_token_55e1"),
                ("live access token", session.live.accessToken.reveal()), ("live refresh token", session.live.refreshToken.reveal()),
                ("waiting code", pending.code), ("cookie", pending.shown.browser.secret.reveal()),
                ("verifier", pending.shown.pkce.verifier), ("name", "@ada"),
            ]
        var files = try bridge.folder.contents()
        #expect(Set(files.keys).isSuperset(of: ["drawbridge.sqlite", "drawbridge.sqlite-wal"]))
        try await bridge.settle()
        for (name, bytes) in try bridge.folder.contents() { files["settled " + name] = bytes }
        for (name, bytes) in files {
            for (what, secret) in secrets {
                for spelling in Spelling.all(of: secret) where spelling.bytes.count >= 4 {
                    #expect(!bytes.holds(spelling.bytes), "\(what), \(spelling.name), in \(name)")
                }
            }
        }
        let keys = KeyPurpose.allCases.flatMap { bridge.keyring.all($0) }.map { $0.value.reveal().revealBytes() }
        for (name, bytes) in files {
            for key in keys + [bridge.masterSecret.revealBytes()] { #expect(!bytes.holds(key), "a key in \(name)") }
        }
        #expect(files["settled drawbridge.sqlite"]?.holds(Array("keyring".utf8)) == true, "the search finds what is there")
    }
}
