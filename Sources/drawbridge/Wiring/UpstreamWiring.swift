import AuthorizationServer
import OAuth
import Primitives
import Upstream
import Vault

/// The upstream, in the terms of the authorization server.
struct UpstreamWiring {
    let profile: UpstreamProfile
    let transport: UpstreamTransport
    let accounts: AllowedAccounts

    var gate: UpstreamGate {
        UpstreamGate(
            id: UpstreamID(profile.id), read: read,
            check: { [profile, transport] credential in
                let pasted = UpstreamCredential(secrets: credential.secrets, inputs: credential.inputs)
                switch await profile.verify(pasted, transport: transport) {
                case .good(let identity):
                    // An API without identity has one account for each credential; such profiles come with their own subject.
                    guard let id = identity.subject else { return .unavailable(retryAfter: nil) }
                    return .good(Account(id: id, label: identity.label.map { "@\($0)" } ?? id))
                case .rejected: return .rejected
                case .insufficient: return .insufficient
                case .unavailable(let wait): return .unavailable(retryAfter: wait)
                }
            },
            admits: { [profile, accounts] account in
                let name = account.label.hasPrefix("@") ? String(account.label.dropFirst()) : account.label
                return accounts.allows(upstream: profile.id, id: account.id, name: name)
            })
    }

    private var read: @Sendable ([String: String], [String: String]) -> Result<Credential, PasteProblem> {
        { [profile] secrets, inputs in
            do throws(CredentialProblem) {
                let pasted = try profile.credential(secrets: secrets, inputs: inputs)
                guard let base = try? profile.baseURL(for: pasted) else {
                    return .failure(.badInput(label: profile.inputs.first?.label ?? "address", help: "It gives no usable address."))
                }
                return .success(Credential(origin: base.origin, secrets: pasted.secrets, inputs: pasted.inputs))
            } catch {
                return .failure(PasteProblem(error))
            }
        }
    }

    func vocabulary(tolerated: Set<String>) -> ScopeVocabulary {
        let scopes = profile.scopes
        return ScopeVocabulary(
            atoms: scopes.atoms,
            umbrellas: ScopeCatalogue.umbrellas.map { ScopeVocabulary.Umbrella(name: $0, atoms: scopes.atoms(coveredBy: $0)) },
            defaults: scopes.defaults, tolerated: tolerated)
    }
}

extension PasteProblem {
    init(_ problem: CredentialProblem) {
        switch problem {
        case .missing(let label): self = .missing(label: label)
        case .tooLong(let label, _): self = .tooLong(label: label)
        case .badCharacters(let label): self = .badCharacters(label: label)
        case .badInput(let label, let help): self = .badInput(label: label, help: help)
        }
    }
}
