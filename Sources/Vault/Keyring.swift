package import Primitives
package import SodiumCrypto
import Synchronization

/// The keys of one deployment, unwrapped: the only long-lived secrets in memory.
package final class Keyring: Sendable {
    /// A key together with its id, so that what it seals can say by which key.
    package struct Key: Sendable {
        package let id: KeyID
        package let createdAt: UnixTime
        package let value: SymmetricKey
    }

    struct Slot: Sendable {
        let key: Key
        let purpose: KeyPurpose
        var state: KeyState
        let eraseAt: UnixTime?
    }

    struct Contents: Sendable {
        var slots: [KeyID: Slot] = [:]
        /// Apart from the others: they are of several kinds, and nothing else may be done with them.
        var signing: [KeyID: SigningKey] = [:]

        mutating func insert(_ record: KeyRecord, opened: Secret) throws(DoesNotOpen) {
            if record.purpose == .signing {
                signing[record.id] = SigningKey(
                    id: record.id, createdAt: record.createdAt, form: record.form ?? SigningKeyForm(.edDSA), state: record.state,
                    eraseAt: record.eraseAt, material: opened)
            } else {
                slots[record.id] = try Keyring.slot(record, opened)
            }
        }
    }

    package let deployment: DeploymentID
    let master: MasterKey
    let contents: Mutex<Contents>

    /// Opens every record.
    /// - Throws: `DoesNotOpen` when one of them was not sealed by this master key for this deployment.
    package init(deployment: DeploymentID, master: MasterKey, records: [KeyRecord]) throws(DoesNotOpen) {
        self.deployment = deployment
        self.master = master
        var opened = Contents()
        for record in records { try opened.insert(record, opened: try master.unwrap(record, deployment: deployment)) }
        contents = Mutex(opened)
    }

    /// Purposes that no active key serves yet though one should: all of them in a new deployment, later those that a new version brings.
    package var missingPurposes: [KeyPurpose] {
        contents.withLock { contents in
            KeyPurpose.allCases.filter { purpose in
                purpose.isMadeAtStart && !contents.slots.values.contains { $0.purpose == purpose && $0.state == .active }
            }
        }
    }

    /// A new key of 32 random bytes, not yet part of the ring: it is added once the store has it.
    /// - Parameter eraseAt: when it is to be erased, where that is known from the start.
    package func makeRecord(_ purpose: KeyPurpose, at now: UnixTime, eraseAt: UnixTime? = nil) -> KeyRecord {
        let id = newID()
        let wrapped = master.wrap(Random.secret(SymmetricKey.size), id: id, purpose: purpose, deployment: deployment)
        return KeyRecord(id: id, purpose: purpose, state: .active, createdAt: now, eraseAt: eraseAt, wrapped: wrapped)
    }

    func newID() -> KeyID { KeyID(Hex.encode(Random.bytes(4))) }

    /// Takes in a record that the store holds. An active one demotes its predecessor of the same purpose.
    /// - Parameter end: when a signing key that is demoted by it is to be erased.
    package func add(_ record: KeyRecord, erasingPredecessorAt end: UnixTime? = nil) throws(DoesNotOpen) {
        let opened = try master.unwrap(record, deployment: deployment)
        try contents.withLock { (contents) throws(DoesNotOpen) in
            if record.state == .active {
                for (id, slot) in contents.slots where slot.purpose == record.purpose && slot.state == .active {
                    contents.slots[id]?.state = .decryptOnly
                }
                for (id, key) in contents.signing where record.purpose == .signing && key.state == .active {
                    contents.signing[id]?.state = .decryptOnly
                    contents.signing[id]?.eraseAt = key.eraseAt ?? end
                }
            }
            try contents.insert(record, opened: opened)
        }
    }

    /// Forgets keys. The store erases them first.
    package func erase(_ ids: [KeyID]) {
        contents.withLock { contents in
            for id in ids {
                contents.slots[id] = nil
                contents.signing[id] = nil
            }
        }
    }

    /// The keys whose time has come.
    package func expired(at now: UnixTime) -> [KeyID] {
        contents.withLock { contents in
            let ends = contents.slots.values.map { ($0.key.id, $0.eraseAt) } + contents.signing.values.map { ($0.id, $0.eraseAt) }
            return ends.compactMap { id, end in end.flatMap { $0 <= now ? id : nil } }
        }
    }

    /// The key that seals for this purpose; the newest where two are active. Signing keys are not among these: see `signingKeys`.
    package func active(_ purpose: KeyPurpose) throws(DoesNotOpen) -> Key {
        let found = contents.withLock { contents in
            contents.slots.values.filter { $0.purpose == purpose && $0.state == .active }.map(\.key).max { $0.createdAt < $1.createdAt }
        }
        guard let found else { throw DoesNotOpen() }
        return found
    }

    /// A key that may open what it has sealed. Erased keys and keys of another purpose are not found.
    package func key(_ id: KeyID, for purpose: KeyPurpose) throws(DoesNotOpen) -> Key {
        let slot = contents.withLock { $0.slots[id] }
        guard let slot, slot.purpose == purpose else { throw DoesNotOpen() }
        return slot.key
    }

    /// All keys that open for this purpose, the active one first.
    package func all(_ purpose: KeyPurpose) -> [Key] {
        contents.withLock { contents in
            contents.slots.values.filter { $0.purpose == purpose }
                .sorted { ($0.state == .active ? 0 : 1, $1.key.createdAt) < ($1.state == .active ? 0 : 1, $0.key.createdAt) }
                .map(\.key)
        }
    }

    fileprivate static func slot(_ record: KeyRecord, _ opened: Secret) throws(DoesNotOpen) -> Slot {
        guard let value = SymmetricKey(opened) else { throw DoesNotOpen() }
        // Claim keys come and go; guarded memory is for the few that stay.
        let kept = record.purpose == .claim ? value : value.guarded()
        let key = Key(id: record.id, createdAt: record.createdAt, value: kept)
        return Slot(key: key, purpose: record.purpose, state: record.state, eraseAt: record.eraseAt)
    }
}
