/// Where the wrapped keys of the ring live.
package protocol KeyringStore: Sendable {
    /// Adds a key durably. Other active keys of its purpose become decrypt-only, in the same transaction.
    func addKey(_ record: KeyRecord) async throws(StoreFailure)
    /// Erases keys, on disk too.
    func eraseKeys(_ ids: [KeyID]) async throws(StoreFailure)
}
