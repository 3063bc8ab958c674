/// Why a store could not do what it was asked. None of these says anything about a token: the answer is 503 or `server_error`, never `invalid_grant`.
package enum StoreFailure: Error, Sendable, Equatable {
    /// Disk full, read-only, locked, an I/O error: nothing was changed, and it may work later.
    case unavailable(String)
    /// A row does not carry the MAC that its columns ask for: somebody else wrote it. It is not used.
    case tampered(table: String, row: String)
    /// The schema, a column or a key is not what this program writes.
    case corrupt(String)
}
