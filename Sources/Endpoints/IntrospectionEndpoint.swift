import AuthorizationServer
import HTTPTypes
import OAuth
import Primitives

extension Bridge {
    /// `POST /introspect` (RFC 7662 §2.1).
    func introspect(_ request: Request) async -> Response {
        do throws(Rejection) {
            switch await authenticated(request) {
            case .left(let response): return response
            case .right(let client, let form):
                guard form.repeated.isEmpty, let token = form["token"] else {
                    throw .malformed(OAuthError(.invalidRequest, "token must be given once."))
                }
                return .json(.ok, try await server.introspect(Secret(token), by: client).json)
            }
        } catch {
            return failure(error)
        }
    }
}
