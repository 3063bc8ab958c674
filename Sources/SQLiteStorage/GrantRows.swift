import AuthorizationServer
import Foundation
import GRDB
import OAuth
import Primitives
import SodiumCrypto
import Vault

/// Grants as rows.
extension AuthenticatedRows {
    func grant(_ id: GrantID, _ db: Database) throws -> Stored<Grant>? {
        let statement = try db.cachedStatement(sql: "SELECT * FROM grants WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id.text]) else { return nil }
        return try grant(row)
    }

    /// - Throws: `tampered` also where the columns do not make a grant: nobody here wrote such a row.
    func grant(_ row: Row) throws -> Stored<Grant> {
        let id: String = row["id"]
        guard let state = state(row), let connection = connection(row) else { throw StoreFailure.tampered(table: "grants", row: id) }
        let grant = Grant(
            id: GrantID(id), client: ClientID(row["client"]), subject: Subject(row["subject"]), upstream: UpstreamID(row["upstream"]),
            redirectURI: row["redirect_uri"], requested: ScopeSet(stored: row["requested"]), granted: ScopeSet(stored: row["granted"]),
            resource: ResourceIndicator(stored: row["resource"]), createdAt: UnixTime(row["created_at"]),
            expiresAt: UnixTime(row["expires_at"]), connection: connection, state: state)
        return Stored(value: grant, generation: try check(row, "grants", id: id, columns: grant.decidingColumns))
    }

    /// Writes a grant that changed. One that ended takes its entry along if it was the last on it, and the page that held its code.
    func replace(_ stored: Stored<Grant>, with grant: Grant, _ db: Database) throws {
        try save(grant, over: stored.generation, db)
        if case .pending = stored.value.state {
            try db.execute(sql: "UPDATE consents SET outcome = NULL WHERE grant_id = ?", arguments: [grant.id.text])
        }
        if grant.connection == nil, let entry = stored.value.connection?.entry {
            try db.execute(
                sql: "DELETE FROM entries WHERE id = ? AND NOT EXISTS (SELECT 1 FROM grants WHERE entry = ?)",
                arguments: [entry.text, entry.text])
        }
    }

    func save(_ grant: Grant, over generation: Int64?, _ db: Database) throws {
        let seal = try seal(grant.decidingColumns, "grants", generation: (generation ?? 0) + 1)
        var columns: [(String, (any DatabaseValueConvertible)?)] = [
            ("id", grant.id.text), ("client", grant.client.text), ("subject", grant.subject.text), ("upstream", grant.upstream.text),
            ("redirect_uri", grant.redirectURI), ("requested", grant.requested.stored), ("granted", grant.granted.stored),
            ("resource", grant.resource.text), ("created_at", grant.createdAt.seconds), ("expires_at", grant.expiresAt.seconds),
            ("entry", grant.connection?.entry.text), ("public_key", grant.connection.map { Data($0.publicKey.bytes) }),
            ("envelope_key", grant.connection?.envelope.keyID.text), ("envelope", grant.connection.map { Data($0.envelope.wrapped) }),
            ("mac_key", seal.keyID.text), ("generation", seal.generation), ("mac", Data(seal.mac)),
        ]
        columns += stateColumns(grant.state)
        let names = columns.map(\.0)
        let updates = names.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try db.execute(
            sql: """
                INSERT INTO grants (\(names.joined(separator: ", "))) VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))
                ON CONFLICT (id) DO UPDATE SET \(updates)
                """,
            arguments: StatementArguments(columns.map(\.1)))
    }

    // MARK: Columns of the state

    /// All of them, so that what one state does not have is erased when it is entered.
    private func stateColumns(_ state: Grant.State) -> [(String, (any DatabaseValueConvertible)?)] {
        var (name, reason, endedAt): (String, String?, Int64?) = ("", nil, nil)
        var (pending, family): (PendingCode?, TokenFamily?) = (nil, nil)
        switch state {
        case .pending(let code): (name, pending) = ("pending", code)
        case .active(let tokens): (name, family) = ("active", tokens)
        case .ended(let why, let at): (name, reason, endedAt) = ("ended", why.rawValue, at.seconds)
        }
        return [
            ("state", name), ("end_reason", reason), ("ended_at", endedAt),
            ("code_digest", (pending?.digest ?? family?.spentCode.digest).map { Data($0) }),
            ("code_challenge", pending?.challenge.text ?? family?.spentCode.challenge.text),
            ("code_expires_at", pending?.expiresAt.seconds), ("code_locked_key", pending.map { Data($0.lockedKey) }),
            ("family_generation", family?.generation), ("current_digest", family.map { Data($0.current.digest) }),
            ("current_locked_key", family.map { Data($0.current.lockedKey) }), ("current_issued_at", family?.current.issuedAt.seconds),
            ("current_seen", family?.currentSeen), ("predecessor_digest", (family?.predecessor?.digest).map { Data($0) }),
            ("predecessor_retry_until", family?.predecessor?.retryUntil.seconds),
            ("predecessor_locked_successor", (family?.predecessor?.lockedSuccessor).map { Data($0) }),
        ]
    }

    private func state(_ row: Row) -> Grant.State? {
        switch row["state"] as String {
        case "pending":
            guard let digest = row["code_digest"] as Data?, let challenge = challenge(row), let expiry = row["code_expires_at"] as Int64?,
                let locked = row["code_locked_key"] as Data?
            else { return nil }
            return .pending(
                PendingCode(digest: Array(digest), challenge: challenge, expiresAt: UnixTime(expiry), lockedKey: Array(locked)))
        case "active": return family(row).map { .active($0) }
        case "ended":
            guard let reason = (row["end_reason"] as String?).flatMap(Grant.EndReason.init), let at = row["ended_at"] as Int64? else {
                return nil
            }
            return .ended(reason, at: UnixTime(at))
        default: return nil
        }
    }

    private func family(_ row: Row) -> TokenFamily? {
        guard let code = row["code_digest"] as Data?, let challenge = challenge(row), let generation = row["family_generation"] as Int64?,
            let digest = row["current_digest"] as Data?, let locked = row["current_locked_key"] as Data?,
            let issuedAt = row["current_issued_at"] as Int64?, let seen = row["current_seen"] as Bool?
        else { return nil }
        var predecessor: TokenFamily.Predecessor?
        if let digest = row["predecessor_digest"] as Data? {
            guard let until = row["predecessor_retry_until"] as Int64? else { return nil }
            predecessor = TokenFamily.Predecessor(
                digest: Array(digest), retryUntil: UnixTime(until),
                lockedSuccessor: (row["predecessor_locked_successor"] as Data?).map { Array($0) })
        }
        return TokenFamily(
            spentCode: TokenFamily.SpentCode(digest: Array(code), challenge: challenge), generation: generation,
            current: TokenFamily.Current(digest: Array(digest), lockedKey: Array(locked), issuedAt: UnixTime(issuedAt)),
            predecessor: predecessor, currentSeen: seen)
    }

    private func challenge(_ row: Row) -> CodeChallenge? { (row["code_challenge"] as String?).flatMap(CodeChallenge.init) }

    /// `.some(nil)` for a grant that has ended.
    private func connection(_ row: Row) -> Grant.Connection?? {
        guard let entry = row["entry"] as String? else { return .some(nil) }
        guard let key = (row["public_key"] as Data?).flatMap({ BoxPublicKey(Array($0)) }), let lock = row["envelope_key"] as String?,
            let envelope = row["envelope"] as Data?
        else { return nil }
        return Grant.Connection(
            entry: EntryID(entry), publicKey: key, envelope: RecipientEnvelope(keyID: KeyID(lock), wrapped: Array(envelope)))
    }
}
