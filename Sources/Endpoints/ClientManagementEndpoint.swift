import AuthorizationServer
import HTTPTypes
import OAuth
import Primitives

extension Bridge {
    /// `GET`, `PUT` and `DELETE /register/{client_id}` (RFC 7592 §2), for clients with a secret.
    func manageClient(_ id: ClientID, _ request: Request) async -> Response {
        let caller = Caller(address: request.remoteAddress)
        do throws(Rejection) {
            let managed = try await server.manage(id, token: registrationToken(request))
            switch request.method {
            case .put:
                switch await registrationDocument(request) {
                case .failure(let refusal): return refusal.response
                case .success(let document):
                    return .json(.ok, registrationAnswer(try await server.update(managed, with: document, caller: caller)))
                }
            case .delete:
                try await server.delete(managed, caller: caller)
                return Response(status: .noContent, headers: [.cacheControl: "no-store"])
            default: return .json(.ok, registrationAnswer(managed.registered))
            }
        } catch {
            var response = failure(error)
            // RFC 7592 §2.1: a client that may not see its record.
            if error == .clientBlocked { response.status = .forbidden }
            return response
        }
    }

    private func registrationToken(_ request: Request) -> Secret? {
        guard case .bearer(let token) = AuthorizationHeader(request.headers[values: .authorization]) else { return nil }
        return token
    }
}
