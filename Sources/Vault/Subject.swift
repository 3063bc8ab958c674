package import Primitives
package import SodiumCrypto

package enum SubjectKind {}
/// A person's account at an upstream, as tokens and logs know it: a keyed hash, so that nobody can read or guess the account from it.
package typealias Subject = Identifier<SubjectKind>

extension Keyring {
    /// The subject of an account: upstream and origin belong to it, since another tenant may use the same account id.
    package func subject(upstream: UpstreamID, origin: String, account: Account) throws(DoesNotOpen) -> Subject {
        var message = ByteWriter(purpose: "drawbridge subject v1")
        message.append(upstream.text)
        message.append(origin)
        message.append(account.id)
        let digest = KeyedHash.hash(message.bytes, key: try active(.subject).value)
        return Subject(Base64URL.encode(digest.prefix(24)))
    }
}
