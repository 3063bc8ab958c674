import AuthorizationServer
import HTTPTypes
import OAuth
import Primitives

extension Bridge {
    private static let maximumBody = 64 << 10

    /// `POST /token` (RFC 6749 §3.2).
    func token(_ request: Request) async -> Response {
        do throws(Rejection) {
            switch await authenticated(request) {
            case .left(let response): return response
            case .right(let client, let form):
                let parsed: TokenRequest
                do { parsed = try TokenRequest(form: form) } catch { throw .malformed(error) }
                let issued = try await server.issueTokens(parsed, to: client, caller: Caller(address: request.remoteAddress))
                return .json(.ok, issued.json)
            }
        } catch {
            return failure(error)
        }
    }

    /// `POST /revoke` (RFC 7009 §2.1).
    func revoke(_ request: Request) async -> Response {
        do throws(Rejection) {
            switch await authenticated(request) {
            case .left(let response): return response
            case .right(let client, let form):
                guard form.repeated.isEmpty, let token = form["token"] else {
                    throw .malformed(OAuthError(.invalidRequest, "token must be given once."))
                }
                try await server.revoke(Secret(token), by: client, caller: Caller(address: request.remoteAddress))
                return Response(status: .ok, headers: [.cacheControl: "no-store"])
            }
        } catch {
            return failure(error)
        }
    }

    enum Authenticated {
        case left(Response)
        case right(AuthenticatedClient, FormData)
    }

    /// The posted form and the client behind it. Nothing in the query counts: it ends up in logs (RFC 6749 §2.3.1).
    func authenticated(_ request: Request) async -> Authenticated {
        guard request.query ?? "" == "" else {
            return .left(.error(OAuthError(.invalidRequest, "Parameters belong into the body; a query is not accepted here.")))
        }
        let form: FormData
        do throws(FormFailure) {
            form = try await request.form(upTo: Self.maximumBody, acceptsJSON: true)
        } catch {
            return .left(failure(error))
        }
        do throws(Rejection) {
            let headers = request.headers[values: .authorization]
            guard headers.count < 2 else { throw .malformed(OAuthError(.invalidRequest, "The Authorization header may be sent once.")) }
            guard form.repeated.isDisjoint(with: ["client_id", "client_secret", "client_assertion", "client_assertion_type"]) else {
                throw .malformed(OAuthError(.invalidRequest, "What proves the client may be given once."))
            }
            let credentials: ClientCredentials
            do {
                credentials = try ClientCredentials(authorization: headers.first, form: form)
            } catch {
                // RFC 6749 §5.2: a client that tried HTTP authentication is answered in kind.
                throw error.code == .invalidClient && !headers.isEmpty ? .wrongClientSecret(usedHeader: true) : .malformed(error)
            }
            return .right(try await server.clients.authenticate(credentials), form)
        } catch {
            return .left(failure(error))
        }
    }
}
