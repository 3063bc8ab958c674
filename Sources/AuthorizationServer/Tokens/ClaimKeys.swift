import Primitives
import Vault

/// Hands out the key that seals access tokens' private claims, and replaces it before it gets old.
///
/// A claim key seals for one access-token lifetime and opens for one more and the leeway; then it is erased. When it is made, the time of its
/// end is already fixed, so an expired access token opens nothing even if no other is ever issued.
actor ClaimKeys {
    private let keyring: Keyring
    private let store: any AuthorizationStore
    private let lifetimes: Lifetimes

    init(keyring: Keyring, store: any AuthorizationStore, lifetimes: Lifetimes) {
        self.keyring = keyring
        self.store = store
        self.lifetimes = lifetimes
    }

    /// The present key; a new one is durable before it is used.
    func current() async throws(StoreFailure) -> Keyring.Key {
        let now = try store.time()
        if let key = try? keyring.active(.claim), isFresh(key, at: now) { return key }
        let record = keyring.makeRecord(.claim, at: now, eraseAt: now + 2 * lifetimes.accessToken + lifetimes.leeway)
        try await store.addKey(record)
        // The actor was free while the store wrote: another request may have been faster. Both keys are good.
        do {
            try keyring.add(record)
            return try keyring.active(.claim)
        } catch {
            throw .corrupt("a new claim key does not open")
        }
    }

    /// Erases every key of the ring whose time has come: claim keys, and signing keys that others have replaced.
    /// - Returns: which were erased.
    func eraseExpired() async throws(StoreFailure) -> [KeyID] {
        let expired = keyring.expired(at: try store.time())
        guard !expired.isEmpty else { return [] }
        try await store.eraseKeys(expired)
        keyring.erase(expired)
        return expired
    }

    /// A key from the future belongs to a clock that has since been set back: its end would come too late.
    private func isFresh(_ key: Keyring.Key, at now: UnixTime) -> Bool {
        now < key.createdAt + lifetimes.accessToken && key.createdAt <= now + lifetimes.leeway
    }
}
