package import Primitives

/// Where the wrapped keys of the ring live.
package protocol KeyringStore: Sendable {
    /// Adds a key durably. Other active keys of its purpose become decrypt-only, in the same transaction. A signing key may have been there
    /// before: the new record takes its place.
    /// - Parameter end: when the keys that become decrypt-only are to be erased, unless they have an end already.
    func addKey(_ record: KeyRecord, erasingPredecessorAt end: UnixTime?) async throws(StoreFailure)
    /// Erases keys, on disk too.
    func eraseKeys(_ ids: [KeyID]) async throws(StoreFailure)
}

extension KeyringStore {
    package func addKey(_ record: KeyRecord) async throws(StoreFailure) {
        try await addKey(record, erasingPredecessorAt: nil)
    }
}
