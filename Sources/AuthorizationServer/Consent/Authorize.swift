package import OAuth
package import Primitives

/// A valid authorization request, ready to be shown to a person. Nothing has been written for it.
package struct ConsentRequest: Sendable {
    package let client: Client
    package let redirect: ValidatedRedirectURI
    package let transaction: AuthorizationTransaction
    /// The transaction sealed for this browser: a hidden field of the form.
    package let sealed: String
    package let csrfToken: String
}

/// Why an authorization request is not shown to anybody.
package enum AuthorizationRefusal: Error, Sendable {
    /// The client or its redirect URI is not known: an error page here, never a redirect (RFC 6749 §4.1.2.1).
    case page(OAuthError)
    /// The redirect is one of a client that is known, so the error is told to it at once: `url` carries error, state and iss.
    case redirect(OAuthError, url: String)
    /// The redirect is the client's own, so the error may be told to it. Nobody vouches for clients that merely registered, so that happens by a
    /// link on a page here and not by a redirect: `url` carries error, state and iss.
    case client(OAuthError, Client, url: String)
    case server(Rejection)
}

extension AuthorizationRefusal {
    /// What concerns the client is told on a page; what failed in here is not the client's business.
    package init(_ rejection: Rejection) {
        if case .clientDocument(let failure) = rejection {
            self = .page(OAuthError(.invalidClient, "The client_id names a metadata document that is not accepted: \(failure.reason)."))
            return
        }
        switch rejection.wireError.code {
        case .serverError, .temporarilyUnavailable: self = .server(rejection)
        default: self = .page(rejection.wireError)
        }
    }
}

extension AuthorizationServer {
    /// Checks an authorization request (RFC 6749 §4.1.1). Repeatable: it has no effect at all.
    package func begin(query: String, browser: BrowserBinding) async throws(AuthorizationRefusal) -> ConsentRequest {
        let parameters: AuthorizationParameters
        do { parameters = try AuthorizationParameters(query: query) } catch { throw .page(error) }
        let (client, redirect) = try await clientAndRedirect(parameters)
        let details: AuthorizationParameters.Details
        do {
            details = try parameters.details(scopes: configuration.scopes, resource: configuration.resource)
        } catch {
            let url = answer(redirect, state: parameters.state, [("error", error.code.rawValue), ("error_description", error.description)])
            throw configuration.registration.known.isShapeOfKnownClient(redirect.url) || client.verifiedHost(at: redirect) != nil
                ? .redirect(error, url: url) : .client(error, client, url: url)
        }
        do {
            let transaction = AuthorizationTransaction(
                id: ConsentID(Base64URL.encode(random(16))), client: client.id, redirectURI: redirect.text, state: details.state,
                requested: details.scope.remembering(details.unknownScope), challenge: details.challenge, resource: configuration.resource,
                expiresAt: try now() + configuration.lifetimes.consent)
            return ConsentRequest(
                client: client, redirect: redirect, transaction: transaction, sealed: try sealer.seal(transaction, for: browser),
                csrfToken: try sealer.csrfToken(for: browser))
        } catch {
            throw .server(error)
        }
    }

    private func clientAndRedirect(
        _ parameters: AuthorizationParameters
    ) async throws(AuthorizationRefusal) -> (Client, ValidatedRedirectURI) {
        guard let id = parameters.clientID else { throw .page(OAuthError(.invalidRequest, "client_id is missing.")) }
        let client: Client
        do { client = try await clients.current(ClientID(id)) } catch { throw AuthorizationRefusal(error) }
        guard let redirect = client.metadata.redirect(matching: parameters.redirectURI) else {
            throw .page(OAuthError(.invalidRequest, "redirect_uri is not one that this client has registered."))
        }
        // Whose document is hosted where the answer goes needs no other proof, and on this computer none is possible.
        if client.document != nil, redirect.url.scheme != "https" || client.verifiedHost(at: redirect) != nil { return (client, redirect) }
        do throws(Rejection) {
            try configuration.registration.check(authorizing: redirect) { () throws(Rejection) in try clients.row(client.id) != nil }
        } catch {
            throw AuthorizationRefusal(error)
        }
        return (client, redirect)
    }

    /// The client's redirect URI with an answer: `state` as it came, and always `iss` (RFC 9207).
    func answer(_ redirect: ValidatedRedirectURI, state: String?, _ parameters: [(String, String)]) -> String {
        redirect.adding(parameters + (state.map { [("state", $0)] } ?? []) + [("iss", configuration.issuer.text)])
    }

    package func now() throws(Rejection) -> UnixTime {
        do { return try store.time() } catch { throw .store(error) }
    }
}
