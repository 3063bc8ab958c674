import OAuth
import Primitives
import Vault

extension AuthorizationServer {
    /// A code that waits to be redeemed and was tried too often is burned: whoever holds it is guessing the verifier.
    ///
    /// A code that was redeemed already is not limited. All that is left to win with it is its replay, which ends the grant: refusing to look at
    /// that one because of the invalid ones before it would let a thief keep what he has (RFC 6749 §10.5).
    func countFailure(_ rejection: Rejection, _ code: OpaqueToken, _ grant: Grant, _ caller: Caller) async throws(Rejection) {
        guard case .pending = grant.state, rejection.isGuess, limits.failedTokenRequests.count(for: code.grant) else { return }
        _ = try await updateGrant(code.grant) { grant, now in
            guard case .pending = grant.state else { return GrantChange(()) }
            grant.end(.codeBurned, at: now)
            return GrantChange((), audit: [Self.event(.denied, grant, caller, detail: Grant.EndReason.codeBurned.rawValue)])
        }
    }
}

extension Rejection {
    /// Somebody has the code and not the rest, as opposed to one who comes too late.
    fileprivate var isGuess: Bool {
        switch self {
        case .codeOfAnotherClient, .redirectDiffers, .verifierDiffers: true
        default: false
        }
    }
}
