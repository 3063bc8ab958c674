import OAuth
import Primitives
import SodiumCrypto
import Synchronization

/// The `jti`s of assertions that were used and could still be presented again (RFC 7523 §3, 7).
///
/// Kept in memory, at most ten minutes each: what a restart forgets are assertions of the last minutes, which the client's own TLS connection
/// protected. A client that fills its share is refused until some have run out; the others are unharmed.
final class UsedAssertions: Sendable {
    static let perClient = 2048
    static let clients = 1024

    private let used = Mutex<[ClientID: [[UInt8]: UnixTime]]>([:])

    func use(_ assertion: ClientAssertion, of client: ClientID, until end: UnixTime, at now: UnixTime) throws(ClientAssertion.Failure) {
        let digest = SHA256.hash(Array(assertion.tokenID.utf8))
        let isNew = used.withLock { used in
            var own = used[client] ?? [:]
            if own[digest].map({ $0 > now }) ?? false { return false }
            if own.count >= Self.perClient { own = own.filter { $0.value > now } }
            if used[client] == nil, used.count >= Self.clients {
                used = used.compactMapValues { tokens in
                    let live = tokens.filter { $0.value > now }
                    return live.isEmpty ? nil : live
                }
            }
            guard own.count < Self.perClient, used[client] != nil || used.count < Self.clients else { return false }
            own[digest] = end
            used[client] = own
            return true
        }
        guard isNew else { throw .replayed }
    }
}
