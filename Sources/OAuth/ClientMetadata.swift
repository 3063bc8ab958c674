import Primitives

/// How a client proves itself at the token endpoint (RFC 7591 §2).
package enum TokenEndpointAuthMethod: String, Sendable, CaseIterable {
    case none
    case clientSecretPost = "client_secret_post"
    case clientSecretBasic = "client_secret_basic"
    /// Clients of metadata documents alone: whoever merely registers has no place where a key could be looked up again (RFC 7523 §2.2).
    case privateKeyJWT = "private_key_jwt"

    /// Whether this server hands out a secret for it.
    package var hasSecret: Bool {
        switch self {
        case .clientSecretPost, .clientSecretBasic: true
        case .none, .privateKeyJWT: false
        }
    }
}

/// What a client says of itself when it registers (RFC 7591 §2), as far as this server keeps it.
package struct ClientMetadata: Sendable, Equatable {
    package static let maximumRedirects = 10
    package static let maximumDocumentSize = 16 << 10

    package let redirectURIs: [RedirectURI]
    package let authMethod: TokenEndpointAuthMethod
    package let name: String?

    package init(redirectURIs: [RedirectURI], authMethod: TokenEndpointAuthMethod, name: String?) {
        self.redirectURIs = redirectURIs
        self.authMethod = authMethod
        self.name = name
    }

    /// Reads a registration request (RFC 7591 §3.1). Unknown members are ignored.
    package init(registration body: [UInt8], policy: RedirectURI.Policy) throws(OAuthError) {
        let document: JSON
        do {
            document = try JSON.parse(body, maximumSize: Self.maximumDocumentSize, maximumDepth: 16)
        } catch {
            throw OAuthError(.invalidClientMetadata, "The registration must be a JSON object of at most 16 KiB: \(error.reason.rawValue).")
        }
        guard document.object != nil else { throw OAuthError(.invalidClientMetadata, "The registration must be a JSON object.") }
        self.init(
            redirectURIs: try Self.redirects(document, policy), authMethod: try Self.method(document), name: try Self.name(document))
        try Self.checkTypes(document)
    }

    static func redirects(_ document: JSON, _ policy: RedirectURI.Policy) throws(OAuthError) -> [RedirectURI] {
        guard let texts = document["redirect_uris"]?.strings, !texts.isEmpty else {
            throw OAuthError(.invalidRedirectURI, "redirect_uris must be an array of one redirect URI or more.")
        }
        guard texts.count <= maximumRedirects else {
            throw OAuthError(.invalidRedirectURI, "redirect_uris may hold \(maximumRedirects) redirect URIs at most.")
        }
        var redirects: [RedirectURI] = []
        for text in texts { redirects.append(try RedirectURI(registering: text, policy: policy)) }
        return redirects
    }

    /// Left out, it is `client_secret_post`: the Python SDK 1.x leaves it out and then sends its secret in the body.
    private static func method(_ document: JSON) throws(OAuthError) -> TokenEndpointAuthMethod {
        guard let value = document["token_endpoint_auth_method"], !value.isNull else { return .clientSecretPost }
        guard let method = value.string.flatMap(TokenEndpointAuthMethod.init), method != .privateKeyJWT else {
            throw OAuthError(
                .invalidClientMetadata, "token_endpoint_auth_method must be none, client_secret_post or client_secret_basic.")
        }
        return method
    }

    static func name(_ document: JSON) throws(OAuthError) -> String? {
        guard let value = document["client_name"], !value.isNull else { return nil }
        guard let name = value.string else { throw OAuthError(.invalidClientMetadata, "client_name must be a string.") }
        guard name.utf8.count <= 256 else { throw OAuthError(.invalidClientMetadata, "client_name may have 256 bytes at most.") }
        return name.isEmpty ? nil : name
    }

    /// Grant and response types: what is listed must include what works here; the rest is left out of the answer.
    static func checkTypes(_ document: JSON) throws(OAuthError) {
        if let value = document["grant_types"], !value.isNull {
            guard let types = value.strings else { throw OAuthError(.invalidClientMetadata, "grant_types must be an array of strings.") }
            guard types.isEmpty || types.contains("authorization_code") else {
                throw OAuthError(
                    .invalidClientMetadata, "grant_types must include authorization_code: this server has no other way to start.")
            }
        }
        if let value = document["response_types"], !value.isNull {
            guard let types = value.strings else { throw OAuthError(.invalidClientMetadata, "response_types must be an array of strings.") }
            guard types.isEmpty || types.contains("code") else {
                throw OAuthError(.invalidClientMetadata, "response_types must include code.")
            }
        }
    }
}
