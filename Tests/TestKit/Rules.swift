package import AuthorizationServer
import OAuth
import Primitives
import TokenSigning

extension Harness {
    /// The same store and keys under another registration policy: what a restart with another setting gives.
    package func server(under rules: RegistrationRules) async throws -> AuthorizationServer {
        AuthorizationServer(
            configuration: Configuration(
                issuer: configuration.issuer, resource: configuration.resource, scopes: configuration.scopes,
                redirects: configuration.redirects, registration: rules, lifetimes: configuration.lifetimes),
            store: store, keyring: keyring, signer: try await signingKeys.signer(SigningKeys.Choice()), upstream: upstream.gate)
    }

    /// The query of an ordinary authorization request.
    package func query(_ client: AuthenticatedClient, redirect: String = redirect, changing changes: [String: String] = [:]) -> String {
        var parameters = [
            "response_type": "code", "client_id": client.id.text, "redirect_uri": redirect, "scope": "read", "state": "a b&c",
            "code_challenge": PKCEPair().challenge, "code_challenge_method": "S256",
        ]
        parameters.merge(changes) { $1 }
        return FormData(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }).encoded
    }
}
