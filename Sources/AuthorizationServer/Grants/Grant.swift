package import OAuth
package import Primitives
package import SodiumCrypto
package import Vault

/// One client's connection to one account: what was granted, to whom, and the token family that stands for it. A recipient of a vault entry.
package struct Grant: Sendable, Equatable {
    package enum EndReason: String, Sendable {
        case revoked
        case codeReplayed = "code_replayed"
        case refreshTokenReused = "refresh_token_reused"
        case expired
        case codeNeverUsed = "code_never_used"
        case clientDeleted = "client_deleted"
        /// Too many failed exchanges.
        case codeBurned = "code_burned"
    }

    package enum State: Sendable, Equatable {
        /// Approved; the client has not fetched its tokens yet.
        case pending(PendingCode)
        case active(TokenFamily)
        case ended(EndReason, at: UnixTime)
    }

    /// How the grant opens its entry. Gone when the grant ends: then there is nothing left to open it with.
    package struct Connection: Sendable, Equatable {
        package let entry: EntryID
        package let publicKey: BoxPublicKey
        package let envelope: RecipientEnvelope

        package init(entry: EntryID, publicKey: BoxPublicKey, envelope: RecipientEnvelope) {
            self.entry = entry
            self.publicKey = publicKey
            self.envelope = envelope
        }
    }

    package let id: GrantID
    package let client: ClientID
    package let subject: Subject
    package let upstream: UpstreamID
    /// As the authorization request named it.
    package let redirectURI: String
    package let requested: ScopeSet
    /// What the person ticked: a subset of what was requested.
    package private(set) var granted: ScopeSet
    package let resource: ResourceIndicator
    package let createdAt: UnixTime
    /// Absolute.
    package let expiresAt: UnixTime
    package private(set) var connection: Connection?
    package private(set) var state: State

    package init(
        id: GrantID, client: ClientID, subject: Subject, upstream: UpstreamID, redirectURI: String, requested: ScopeSet, granted: ScopeSet,
        resource: ResourceIndicator, createdAt: UnixTime, expiresAt: UnixTime, connection: Connection?, state: State
    ) {
        self.id = id
        self.client = client
        self.subject = subject
        self.upstream = upstream
        self.redirectURI = redirectURI
        self.requested = requested
        self.granted = granted
        self.resource = resource
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.connection = connection
        self.state = state
    }

    /// The name under which the vault knows this grant.
    package var recipient: RecipientName { RecipientName(role: .grant, id: id.text) }

    package var family: TokenFamily? {
        guard case .active(let family) = state else { return nil }
        return family
    }

    package var hasEnded: Bool {
        guard case .ended = state else { return false }
        return true
    }

    /// Ends the grant: every wrap of its key goes with its state. Ending twice keeps the first reason.
    package mutating func end(_ reason: EndReason, at now: UnixTime) {
        guard !hasEnded else { return }
        connection = nil
        state = .ended(reason, at: now)
    }

    /// Erases the locked successor of a refresh token that may not be presented again.
    package mutating func eraseSpentSuccessor(at now: UnixTime) {
        guard var family, family.eraseSpentSuccessor(at: now) else { return }
        state = .active(family)
    }

    mutating func update(family: TokenFamily) {
        state = .active(family)
    }
}

/// An authorization code that waits to be redeemed.
package struct PendingCode: Sendable, Equatable {
    package let digest: [UInt8]
    package let challenge: CodeChallenge
    package let expiresAt: UnixTime
    /// The grant's secret key, locked under the code.
    package let lockedKey: [UInt8]

    package init(digest: [UInt8], challenge: CodeChallenge, expiresAt: UnixTime, lockedKey: [UInt8]) {
        self.digest = digest
        self.challenge = challenge
        self.expiresAt = expiresAt
        self.lockedKey = lockedKey
    }
}

extension Grant {
    /// The columns under the row's MAC: all that decide. The locks are left out, since each is sealed to this grant anyway.
    package var decidingColumns: [UInt8] {
        var row = ByteWriter(purpose: id.text)
        for text in [
            client.text, subject.text, upstream.text, redirectURI, requested.stored, granted.stored, resource.text,
        ] { row.append(text) }
        row.append(createdAt.seconds)
        row.append(expiresAt.seconds)
        row.append(optional: connection?.entry.text)
        row.append(optional: connection?.publicKey.bytes)
        switch state {
        case .pending(let code):
            row.append("pending")
            row.append(code.digest)
            row.append(code.challenge.text)
            row.append(code.expiresAt.seconds)
        case .active(let family):
            row.append("active")
            family.write(to: &row)
        case .ended(let reason, let at):
            row.append("ended")
            row.append(reason.rawValue)
            row.append(at.seconds)
        }
        return row.bytes
    }
}
