package import OAuth
package import Primitives
package import Vault

/// A client as the store keeps it: from its first approval on, or from the moment it is blocked.
package struct ClientRow: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case active
        /// By the operator: nothing of it works until it is unblocked.
        case blocked(at: UnixTime)
        /// By the client itself (RFC 7592 §2.3), for good: the id goes on describing itself, so the row stays to say that it is void.
        case deleted(at: UnixTime)
    }

    package let id: ClientID
    package let createdAt: UnixTime
    package private(set) var state: State
    /// What the client has said of itself since (RFC 7592 §2.2), which then wins over its id; of a metadata document, what it said when it was
    /// approved. Canonical JSON, as in the id. `nil`: the id holds.
    /// Of a client whose id is the URL of a document: what the document said at the first approval, which counts where it cannot be fetched.
    package private(set) var replacement: String?

    package init(id: ClientID, createdAt: UnixTime, state: State = .active, replacement: String? = nil) {
        self.id = id
        self.createdAt = createdAt
        self.state = state
        self.replacement = replacement
    }

    package mutating func replace(with replacement: String) {
        guard state == .active else { return }
        self.replacement = replacement
    }

    /// A client that has deleted itself stays deleted.
    /// - Returns: whether that changed anything.
    package mutating func block(at now: UnixTime) -> Bool {
        guard state == .active else { return false }
        state = .blocked(at: now)
        return true
    }

    /// - Returns: whether that changed anything.
    package mutating func unblock() -> Bool {
        guard case .blocked = state else { return false }
        state = .active
        return true
    }

    package mutating func delete(at now: UnixTime) {
        guard state == .active else { return }
        state = .deleted(at: now)
        replacement = nil
    }

    /// The columns under the row's MAC. A row of an active client that has changed nothing has the two that the first schema had.
    package var decidingColumns: [UInt8] {
        var row = ByteWriter(purpose: id.text)
        row.append(createdAt.seconds)
        guard state != .active || replacement != nil else { return row.bytes }
        switch state {
        case .active: row.append("active")
        case .blocked(let at):
            row.append("blocked")
            row.append(at.seconds)
        case .deleted(let at):
            row.append("deleted")
            row.append(at.seconds)
        }
        row.append(optional: replacement)
        return row.bytes
    }
}

/// What a transition of a client's row leads to.
package struct ClientChange<Result: Sendable>: Sendable {
    package let result: Result
    /// Ends every grant of the client, each with an event of its own.
    package var endsGrants: Grant.EndReason?
    package var audit: [AuditEvent]

    package init(_ result: Result, endsGrants: Grant.EndReason? = nil, audit: [AuditEvent] = []) {
        self.result = result
        self.endsGrants = endsGrants
        self.audit = audit
    }
}

/// A grant and the row of the client that holds it, read together: both decide whether a bearer works.
package struct Holding: Sendable {
    package let grant: Grant
    package let client: ClientRow

    package init(grant: Grant, client: ClientRow) {
        self.grant = grant
        self.client = client
    }
}
