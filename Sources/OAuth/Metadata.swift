package import Primitives

/// Authorization server metadata (RFC 8414 §2). Discovery clients of OpenID Connect get the same document with what they insist on.
package struct AuthorizationServerMetadata: Sendable {
    private let issuer: String
    private let scopes: [String]
    private let signingAlgorithm: String
    private let takesRegistrations: Bool

    /// - Parameter takesRegistrations: whether anybody may register here.
    package init(issuer: WebOrigin, scopes: ScopeVocabulary, signingAlgorithm: String, takesRegistrations: Bool = true) {
        self.issuer = issuer.text
        self.scopes = scopes.names + ["offline_access"]
        self.signingAlgorithm = signingAlgorithm
        self.takesRegistrations = takesRegistrations
    }

    package var json: JSON { .object(JSONObject(members)) }

    /// For `/.well-known/openid-configuration`: no ID token is ever issued, but the members are required there.
    package var openIDConfiguration: JSON {
        .object(
            JSONObject(
                members + [
                    .init(key: "subject_types_supported", value: ["public"]),
                    .init(key: "id_token_signing_alg_values_supported", value: .strings([signingAlgorithm])),
                ]))
    }

    private var members: [JSONObject.Member] {
        // RFC 8414 §2 requires the algorithms wherever private_key_jwt is among the methods.
        let assertionAlgorithms = JSON.strings(ClientAssertion.algorithms)
        let methods = JSON.strings(TokenEndpointAuthMethod.allCases.map(\.rawValue))
        // RFC 7662 §2.1: introspection is for clients that prove who they are.
        let proofs = JSON.strings(TokenEndpointAuthMethod.allCases.filter { $0 != .none }.map(\.rawValue))
        let members: [JSONObject.Member] = [
            .init(key: "issuer", value: .string(issuer)),
            .init(key: "authorization_endpoint", value: .string(issuer + "/authorize")),
            .init(key: "token_endpoint", value: .string(issuer + "/token")),
            .init(key: "registration_endpoint", value: .string(issuer + "/register")),
            .init(key: "revocation_endpoint", value: .string(issuer + "/revoke")),
            .init(key: "introspection_endpoint", value: .string(issuer + "/introspect")),
            .init(key: "jwks_uri", value: .string(issuer + "/.well-known/jwks.json")),
            .init(key: "scopes_supported", value: .strings(scopes)),
            .init(key: "response_types_supported", value: ["code"]),
            .init(key: "response_modes_supported", value: ["query"]),
            .init(key: "grant_types_supported", value: ["authorization_code", "refresh_token"]),
            .init(key: "token_endpoint_auth_methods_supported", value: methods),
            .init(key: "token_endpoint_auth_signing_alg_values_supported", value: assertionAlgorithms),
            .init(key: "revocation_endpoint_auth_methods_supported", value: methods),
            .init(key: "revocation_endpoint_auth_signing_alg_values_supported", value: assertionAlgorithms),
            .init(key: "introspection_endpoint_auth_methods_supported", value: proofs),
            .init(key: "introspection_endpoint_auth_signing_alg_values_supported", value: assertionAlgorithms),
            .init(key: "code_challenge_methods_supported", value: ["S256"]),
            .init(key: "authorization_response_iss_parameter_supported", value: true),
            .init(key: "client_id_metadata_document_supported", value: true),
            .init(key: "service_documentation", value: .string(issuer + "/")),
        ]
        return takesRegistrations ? members : members.filter { $0.key != "registration_endpoint" }
    }
}

/// Protected resource metadata (RFC 9728 §2). `offline_access` is not a scope of the resource and stays out.
package struct ProtectedResourceMetadata: Sendable {
    package let json: JSON

    package init(resource: ResourceIndicator, issuer: WebOrigin, scopes: ScopeVocabulary, name: String) {
        json = [
            "resource": .string(resource.text), "authorization_servers": .strings([issuer.text]),
            "scopes_supported": .strings(scopes.names), "bearer_methods_supported": ["header"], "resource_name": .string(name),
            "resource_documentation": .string(issuer.text + "/"),
        ]
    }
}
