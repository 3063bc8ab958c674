package import AuthorizationServer
import Primitives
import Synchronization
package import Vault

/// An upstream that knows what it is told, and counts how often it is asked.
package final class UpstreamDouble: Sendable {
    package static let id = UpstreamID("example")
    package static let origin = "https://api.example.test"

    private struct State {
        var answers: [String: AccountCheck] = [:]
        var outage: AccountCheck?
        var excluded: Set<String> = []
        var calls = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// How often who-am-I was called.
    package var calls: Int { state.withLock { $0.calls } }

    /// What who-am-I says of a token from now on. Others are rejected.
    package func answer(_ check: AccountCheck, to token: String) {
        state.withLock { $0.answers[token] = check }
    }

    /// From now on nobody can tell anything; `nil` ends it.
    package func setOutage(_ answer: AccountCheck?) {
        state.withLock { $0.outage = answer }
    }

    /// An account that may not use this bridge.
    package func exclude(accountID: String) {
        state.withLock { _ = $0.excluded.insert(accountID) }
    }

    /// As the authorization server takes it.
    package var gate: UpstreamGate {
        UpstreamGate(
            id: Self.id, read: { secrets, inputs in Self.read(secrets, inputs) }, check: { [self] in check($0) },
            admits: { [self] account in state.withLock { !$0.excluded.contains(account.id) } })
    }

    private func check(_ credential: Credential) -> AccountCheck {
        state.withLock { state in
            state.calls += 1
            return state.outage ?? credential.secrets["token"].flatMap { state.answers[$0.reveal()] } ?? .rejected
        }
    }

    /// One secret, trimmed; visible ASCII of 4 KiB at most.
    private static func read(_ secrets: [String: String], _ inputs: [String: String]) -> Result<Credential, PasteProblem> {
        let text = (secrets["token"] ?? "").split(whereSeparator: \.isWhitespace)
        guard let token = text.first else { return .failure(.missing(label: "Token")) }
        guard token.utf8.count <= 4096 else { return .failure(.tooLong(label: "Token")) }
        guard text.count == 1, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return .failure(.badCharacters(label: "Token"))
        }
        return .success(Credential(origin: origin, secrets: ["token": Secret(String(token))], inputs: inputs))
    }
}
