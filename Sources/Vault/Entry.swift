package import Primitives
import SodiumCrypto

package enum EntryKind {}
package typealias EntryID = Identifier<EntryKind>

/// One pasted credential, sealed. Immutable: a new token makes a new entry.
package struct Entry: Sendable, Equatable {
    package let id: EntryID
    package let subject: Subject
    package let upstream: UpstreamID
    package let createdAt: UnixTime
    /// The proven credential under the entry's data key, which is nowhere but in the envelopes of its recipients.
    package let sealed: [UInt8]

    package init(id: EntryID, subject: Subject, upstream: UpstreamID, createdAt: UnixTime, sealed: [UInt8]) {
        self.id = id
        self.subject = subject
        self.upstream = upstream
        self.createdAt = createdAt
        self.sealed = sealed
    }

    /// The columns under the row's MAC.
    package var decidingColumns: [UInt8] {
        var row = ByteWriter(purpose: id.text)
        row.append(subject.text)
        row.append(upstream.text)
        row.append(createdAt.seconds)
        row.append(sealed)
        return row.bytes
    }
}

/// The key of one entry. It exists in the clear only while a credential is being sealed, handed to another recipient, or used.
package struct DataKey: Sendable {
    let value: SymmetricKey

    static func random() -> DataKey { DataKey(value: .random()) }

    func seal(_ content: ProvenCredential, entry: EntryID, upstream: UpstreamID, deployment: DeploymentID) -> [UInt8] {
        AEAD.seal(content.encoded, key: value, associatedData: Self.place(entry, upstream, deployment))
    }

    func open(_ entry: Entry, deployment: DeploymentID) throws(DoesNotOpen) -> ProvenCredential {
        let bytes = try AEAD.open(entry.sealed, key: value, associatedData: Self.place(entry.id, entry.upstream, deployment))
        guard let content = ProvenCredential(decoding: bytes) else { throw DoesNotOpen() }
        return content
    }

    private static func place(_ entry: EntryID, _ upstream: UpstreamID, _ deployment: DeploymentID) -> [UInt8] {
        var data = ByteWriter(purpose: "drawbridge entry v1")
        data.append(deployment.text)
        data.append(entry.text)
        data.append(upstream.text)
        return data.bytes
    }
}
