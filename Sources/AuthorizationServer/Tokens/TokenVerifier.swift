import Synchronization

/// The keys of now, and the claims of tokens whose signature they verified before, by a keyed hash of the token. The sealed claim stays sealed in
/// it. Keys and memory change together, so that nothing is remembered that a key vouched for which is not in use any more.
final class TokenVerifier: Sendable {
    private struct Contents {
        var signer: TokenSigner
        var epoch = 0
        /// Two generations: when the younger one is full the older one goes.
        var young: [[UInt8]: AccessTokenClaims] = [:]
        var old: [[UInt8]: AccessTokenClaims] = [:]
    }

    struct Recollection {
        /// `nil` for a token that was not verified lately.
        let claims: AccessTokenClaims?
        let signer: TokenSigner
        let epoch: Int
    }

    private let capacity: Int
    private let contents: Mutex<Contents>

    init(signer: TokenSigner, capacity: Int) {
        self.capacity = capacity
        contents = Mutex(Contents(signer: signer))
    }

    var signer: TokenSigner { contents.withLock { $0.signer } }

    func update(_ change: (inout TokenSigner) -> Void) {
        contents.withLock { contents in
            change(&contents.signer)
            contents.epoch += 1
            contents.young = [:]
            contents.old = [:]
        }
    }

    func recall(_ digest: [UInt8]) -> Recollection {
        contents.withLock { contents in
            Recollection(claims: contents.young[digest] ?? contents.old[digest], signer: contents.signer, epoch: contents.epoch)
        }
    }

    /// - Parameter epoch: of the recollection whose signer verified the token. After a change of keys it says nothing any more.
    func remember(_ claims: AccessTokenClaims, _ digest: [UInt8], epoch: Int) {
        contents.withLock { contents in
            guard epoch == contents.epoch else { return }
            if contents.young.count >= capacity / 2 {
                contents.old = contents.young
                contents.young = [:]
            }
            contents.young[digest] = claims
        }
    }
}
