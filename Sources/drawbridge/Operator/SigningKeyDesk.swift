import AuthorizationServer
import Primitives
import SQLiteStorage
import TokenSigning
import Vault

/// What the commands about signing keys work with, while no server runs.
struct SigningKeyDesk {
    private let state: OpenedState
    private let keys: SigningKeys
    private let settings: Settings

    /// Opens the state, does the work, and leaves nothing erased behind in the write-ahead log.
    static func open(_ place: StateOptions, _ work: (SigningKeyDesk) async throws -> Void) async throws {
        let settings = try place.settings()
        let state = try await OpenedState.forCommand(settings)
        do {
            // What has run out while nothing was running is nobody's key any more.
            let expired = state.keyring.expired(at: state.clock())
            try await state.store.eraseKeys(expired)
            state.keyring.erase(expired)
            try await work(SigningKeyDesk(state: state, keys: settings.signingKeys(of: state), settings: settings))
        } catch {
            try? await state.close()
            throw error
        }
        try await state.close()
    }

    /// The one that signs first.
    var all: [SigningKey] { state.keyring.signingKeys }

    /// - Parameter id: the whole of it, or a beginning that no other has.
    func find(_ id: String) throws(StartFailure) -> SigningKey {
        let found = all.filter { $0.id.text.hasPrefix(id) && !id.isEmpty }
        guard let key = found.first, found.count == 1 else {
            throw StartFailure(found.isEmpty ? "There is no signing key \(EchoedValue.name(id))." : "Several signing keys begin so.")
        }
        return key
    }

    /// - Throws: where the key that signs is the operator's own: it can only be changed where it is kept.
    func checkMayRotate() throws(StartFailure) {
        guard settings.signingKey == nil else {
            throw StartFailure(
                "The key that signs is your own. Put another one where it comes from (\(SettingKey.signingKey.environmentName)) and start the"
                    + " bridge: the old one verifies until its tokens have expired.")
        }
    }

    func rotate() async throws -> SigningKey {
        try checkMayRotate()
        return try find(try await keys.rotate(to: settings.signingAlgorithm).text)
    }

    /// Erases a key at once. Where it is the one that signs, a new one takes its place first.
    /// - Returns: the key that signs now.
    func retire(_ key: SigningKey) async throws -> SigningKey? {
        if key.state == .active { _ = try await rotate() }
        _ = try await keys.erase(key.id)
        return all.first
    }
}

extension SigningKey {
    var json: JSON {
        .object(omittingNil: [
            "id": .string(id.text), "algorithm": .string(form.algorithm.rawValue), "state": state == .active ? "signs" : "verifies",
            "own": .bool(form.isPublicOnly), "created_at": .integer(createdAt.seconds), "erase_at": eraseAt.map { .integer($0.seconds) },
        ])
    }

    var row: [String] {
        let use = state == .active ? "signs" : "verifies" + (eraseAt.map { " until \($0.iso)" } ?? "")
        return [id.text, form.algorithm.rawValue, form.isPublicOnly ? "your own" : "made here", createdAt.iso, use]
    }
}
