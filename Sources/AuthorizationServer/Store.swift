package import OAuth
package import Primitives
package import Vault

/// Everything that a person's approval writes, at once or not at all.
package struct Approval: Sendable {
    package let client: ClientRow
    package let entry: Entry
    package let grant: Grant
}

/// What a transition of a consent record leads to.
package struct ConsentChange<Result: Sendable>: Sendable {
    package let result: Result
    package var approval: Approval?
    package var audit: [AuditEvent]

    package init(_ result: Result, approval: Approval? = nil, audit: [AuditEvent] = []) {
        self.result = result
        self.approval = approval
        self.audit = audit
    }
}

/// What a transition of a grant leads to.
package struct GrantChange<Result: Sendable>: Sendable {
    package let result: Result
    package var audit: [AuditEvent]

    package init(_ result: Result, audit: [AuditEvent] = []) {
        self.result = result
        self.audit = audit
    }
}

/// Grants, entries, consents and the audit log, in whole transactions.
///
/// Every method that changes something is one transaction, durable when it returns, together with its audit events: where they cannot be written,
/// nothing is. The time a transition gets is the store's own, so that several instances agree on it. Transitions are pure and may run again.
/// Invariants that every store keeps: a row whose MAC does not hold is never handed out; an ended grant holds no key and no envelope; an entry
/// goes with its last grant.
package protocol AuthorizationStore: KeyringStore {
    /// The time that this store's transactions go by.
    func time() throws(StoreFailure) -> UnixTime

    func client(_ id: ClientID) throws(StoreFailure) -> ClientRow?

    /// Reads, changes and writes the row of one client; `nil` means that there is none. A row is never removed here.
    func updateClient<Result: Sendable>(
        _ id: ClientID, _ transition: @escaping @Sendable (inout ClientRow?, UnixTime) -> ClientChange<Result>
    ) async throws(StoreFailure) -> Result

    func consent(_ id: ConsentID) throws(StoreFailure) -> ConsentRecord?

    /// Reads, changes and writes the record of one consent; `nil` before and after means that there is none.
    func updateConsent<Result: Sendable>(
        _ id: ConsentID, _ transition: @escaping @Sendable (inout ConsentRecord?, UnixTime) -> ConsentChange<Result>
    ) async throws(StoreFailure) -> Result

    func grant(_ id: GrantID) throws(StoreFailure) -> Grant?
    /// A grant with the row of its client, as one moment has them.
    func holding(_ id: GrantID) throws(StoreFailure) -> Holding?
    func entry(_ id: EntryID) throws(StoreFailure) -> Entry?

    /// - Returns: `nil` where there is no such grant; the transition has not run then.
    func updateGrant<Result: Sendable>(
        _ id: GrantID, _ transition: @escaping @Sendable (inout Grant, UnixTime) -> GrantChange<Result>
    ) async throws(StoreFailure) -> Result?

    /// Writes events durably.
    func record(_ events: [AuditEvent]) async throws(StoreFailure)

    /// Hands an event to a bounded queue that is written with the next commits, for what happens too often to wait for the disk.
    /// - Throws: when the queue is full or its last commit failed. Then what the event tells of must not happen.
    func enqueue(_ event: AuditEvent) throws(StoreFailure)

    /// Ends what has expired and removes what nobody can ask for any more, in bounded steps.
    /// - Returns: how many rows changed.
    func sweep(lifetimes: Lifetimes) async throws(StoreFailure) -> Int
}
