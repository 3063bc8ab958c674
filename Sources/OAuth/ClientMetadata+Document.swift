package import Primitives

extension ClientMetadata {
    /// Reads a Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document §4). Its members are those of a registration, under
    /// the same rules; unknown ones are ignored.
    ///
    /// A public document can hold no secret, so of the methods only `none`, which is also what a missing one means, and `private_key_jwt`
    /// are left.
    package init(document: JSON, policy: RedirectURI.Policy) throws(OAuthError) {
        let method: TokenEndpointAuthMethod
        switch document["token_endpoint_auth_method"] {
        case nil, .null?, .string("none")?: method = .none
        case .string("private_key_jwt")?: method = .privateKeyJWT
        default:
            throw OAuthError(
                .invalidClientMetadata, "token_endpoint_auth_method of a metadata document must be none or private_key_jwt.")
        }
        self.init(redirectURIs: try Self.redirects(document, policy), authMethod: method, name: try Self.name(document))
        try Self.checkTypes(document)
    }
}
