import Primitives

/// Tells the calls of one credential from those of others, for as long as the process runs: a hash under a key that it makes at its start
/// (SipHash). Nothing leads back from it to the credential.
package struct CredentialTag: Sendable, Hashable {
    private let hash: Int

    package init(_ credential: UpstreamCredential) {
        var hasher = Hasher()
        for (id, secret) in credential.secrets.sorted(by: { $0.key < $1.key }) {
            hasher.combine(id)
            secret.withBytes { hasher.combine(bytes: $0) }
        }
        for (id, value) in credential.inputs.sorted(by: { $0.key < $1.key }) {
            hasher.combine(id)
            hasher.combine(value)
        }
        hash = hasher.finalize()
    }
}
