import AuthorizationServer
import Primitives
import Synchronization
import Upstream
import Vault

/// A Val Town in memory: who-am-I, the list of vals, and a few more. It remembers every request that reached it.
final class ValTownDouble: Sendable {
    static let origin = "https://api.val.town"
    /// Ada's, with every permission.
    static let token = "vtwn_canary_5b0e7d21c94f38a6"
    static let bobsToken = "vtwn_bob_77aa01"
    /// Lives, but lacks `Users: Read`.
    static let namelessToken = "vtwn_nameless_31f0"
    /// Nobody's, until `issue` makes it somebody's.
    static let unknownToken = "vtwn_unknown_0000"

    private struct State {
        var accounts = [ValTownDouble.token: "ada", ValTownDouble.bobsToken: "bob", ValTownDouble.namelessToken: ""]
        var requests: [UpstreamRequest] = []
        var outage: UpstreamFailure?
    }

    private let state = Mutex(State())

    /// Every request so far.
    var requests: [UpstreamRequest] { state.withLock { $0.requests } }
    /// How often it was asked anything.
    var calls: Int { requests.count }
    /// How often it was asked whose a token is.
    var questions: Int { requests.count { $0.path == "/v1/me" } }

    /// From now on it does not answer; `nil` ends that.
    func setOutage(_ failure: UpstreamFailure?) { state.withLock { $0.outage = failure } }

    /// A token comes into being.
    func issue(_ token: String, to name: String) { state.withLock { $0.accounts[token] = name } }

    /// A token is deleted at its source.
    func delete(_ token: String) { state.withLock { $0.accounts[token] = nil } }

    var transport: UpstreamTransport {
        UpstreamTransport(
            send: { [self] request throws(UpstreamFailure) in
                let (outage, name) = state.withLock { state in
                    state.requests.append(request)
                    return (state.outage, Self.token(in: request).flatMap { state.accounts[$0] })
                }
                if let outage { throw outage }
                return Self.answer(request, as: name)
            }, wait: { _ in })
    }

    private static func token(in request: UpstreamRequest) -> String? {
        request.headers.first { $0.name == "Authorization" }.map { String($0.value.dropFirst("Bearer ".count)) }
    }

    private static func answer(_ request: UpstreamRequest, as name: String?) -> UpstreamResponse {
        guard let name else { return response(401, ["message": "Unauthorized"]) }
        switch (request.method, request.path) {
        case (.get, "/v1/me"):
            guard !name.isEmpty else { return response(403, ["message": "Insufficient permissions"]) }
            return response(200, ["id": .string("user-" + name), "username": .string(name), "email": "somebody@example.test"])
        case (.get, "/v2/me/vals"):
            return response(200, ["data": [["id": "val-1", "name": .string(name + "sVal")]], "links": ["self": "https://api.val.town/"]])
        case (.post, "/v2/vals"): return response(201, ["id": "val-2", "name": "made"])
        default: return response(404, ["message": "Not found"])
        }
    }

    private static func response(_ status: Int, _ body: JSON) -> UpstreamResponse {
        UpstreamResponse(status: status, headers: [Field("Content-Type", "application/json")], body: body.serialized)
    }
}

extension ValTownDouble {
    /// The upstream as the authorization server takes it.
    func gate(_ profile: UpstreamProfile, admits: @escaping @Sendable (Account) -> Bool) -> UpstreamGate {
        let transport = self.transport
        return UpstreamGate(
            id: UpstreamID(profile.id), read: { secrets, inputs in Self.read(secrets, inputs, profile) },
            check: { credential in
                let pasted = UpstreamCredential(secrets: credential.secrets, inputs: credential.inputs)
                switch await profile.verify(pasted, transport: transport) {
                case .good(let identity):
                    guard let id = identity.subject else { return .unavailable(retryAfter: nil) }
                    return .good(Account(id: id, label: identity.label.map { "@" + $0 } ?? id))
                case .rejected: return .rejected
                case .insufficient: return .insufficient
                case .unavailable(let wait): return .unavailable(retryAfter: wait)
                }
            }, admits: admits)
    }

    private static func read(
        _ secrets: [String: String], _ inputs: [String: String], _ profile: UpstreamProfile
    ) -> Result<Credential, PasteProblem> {
        do throws(CredentialProblem) {
            let pasted = try profile.credential(secrets: secrets, inputs: inputs)
            return .success(Credential(origin: origin, secrets: pasted.secrets, inputs: pasted.inputs))
        } catch {
            switch error {
            case .missing(let label): return .failure(.missing(label: label))
            case .tooLong(let label, _): return .failure(.tooLong(label: label))
            case .badCharacters(let label): return .failure(.badCharacters(label: label))
            case .badInput(let label, let help): return .failure(.badInput(label: label, help: help))
            }
        }
    }
}
