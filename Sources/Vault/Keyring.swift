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

    private struct Slot: Sendable {
        let key: Key
        let purpose: KeyPurpose
        var state: KeyState
        let eraseAt: UnixTime?
    }

    package let deployment: DeploymentID
    private let master: MasterKey
    private let slots: Mutex<[KeyID: Slot]>

    /// Opens every record.
    /// - Throws: `DoesNotOpen` when one of them was not sealed by this master key for this deployment.
    package init(deployment: DeploymentID, master: MasterKey, records: [KeyRecord]) throws(DoesNotOpen) {
        self.deployment = deployment
        self.master = master
        var opened: [KeyID: Slot] = [:]
        for record in records {
            let value = try master.unwrap(record, deployment: deployment)
            opened[record.id] = Self.slot(record, value)
        }
        slots = Mutex(opened)
    }

    /// Purposes that no active key serves yet: all of them in a new deployment, none later. Claim keys are not among them: they are made when the
    /// first token is, since one without a fixed end would let expired access tokens open for ever.
    package var missingPurposes: [KeyPurpose] {
        slots.withLock { slots in
            KeyPurpose.allCases.filter { purpose in
                purpose != .claim && !slots.values.contains { $0.purpose == purpose && $0.state == .active }
            }
        }
    }

    /// A new key, not yet part of the ring: it is added once the store has it.
    /// - Parameter eraseAt: when it is to be erased, where that is known from the start.
    package func makeRecord(_ purpose: KeyPurpose, at now: UnixTime, eraseAt: UnixTime? = nil) -> KeyRecord {
        let id = KeyID(Hex.encode(Random.bytes(4)))
        let wrapped = master.wrap(.random(), id: id, purpose: purpose, deployment: deployment)
        return KeyRecord(id: id, purpose: purpose, state: .active, createdAt: now, eraseAt: eraseAt, wrapped: wrapped)
    }

    /// Takes in a record that the store holds. An active one demotes its predecessor of the same purpose.
    package func add(_ record: KeyRecord) throws(DoesNotOpen) {
        let value = try master.unwrap(record, deployment: deployment)
        slots.withLock { slots in
            if record.state == .active {
                for (id, slot) in slots where slot.purpose == record.purpose && slot.state == .active {
                    slots[id]?.state = .decryptOnly
                }
            }
            slots[record.id] = Self.slot(record, value)
        }
    }

    /// Forgets keys. The store erases them first.
    package func erase(_ ids: [KeyID]) {
        slots.withLock { slots in
            for id in ids { slots[id] = nil }
        }
    }

    /// The keys whose time has come.
    package func expired(at now: UnixTime) -> [KeyID] {
        slots.withLock { slots in
            slots.values.filter { $0.eraseAt.map { $0 <= now } ?? false }.map(\.key.id)
        }
    }

    /// The key that seals for this purpose; the newest where two are active.
    package func active(_ purpose: KeyPurpose) throws(DoesNotOpen) -> Key {
        let found = slots.withLock { slots in
            slots.values.filter { $0.purpose == purpose && $0.state == .active }.map(\.key).max { $0.createdAt < $1.createdAt }
        }
        guard let found else { throw DoesNotOpen() }
        return found
    }

    /// A key that may open what it has sealed. Erased keys and keys of another purpose are not found.
    package func key(_ id: KeyID, for purpose: KeyPurpose) throws(DoesNotOpen) -> Key {
        let slot = slots.withLock { $0[id] }
        guard let slot, slot.purpose == purpose else { throw DoesNotOpen() }
        return slot.key
    }

    /// All keys that open for this purpose, the active one first.
    package func all(_ purpose: KeyPurpose) -> [Key] {
        slots.withLock { slots in
            slots.values.filter { $0.purpose == purpose }
                .sorted { ($0.state == .active ? 0 : 1, $1.key.createdAt) < ($1.state == .active ? 0 : 1, $0.key.createdAt) }
                .map(\.key)
        }
    }

    private static func slot(_ record: KeyRecord, _ value: SymmetricKey) -> Slot {
        // Claim keys come and go; guarded memory is for the few that stay.
        let kept = record.purpose == .claim ? value : value.guarded()
        let key = Key(id: record.id, createdAt: record.createdAt, value: kept)
        return Slot(key: key, purpose: record.purpose, state: record.state, eraseAt: record.eraseAt)
    }
}
