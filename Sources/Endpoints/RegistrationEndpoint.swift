import AuthorizationServer
import HTTPTypes
import OAuth
import Primitives

extension Bridge {
    /// `POST /register` (RFC 7591 §3). Nothing is written: the id describes the client.
    func register(_ request: Request) async -> Response {
        guard request.mediaType == "application/json", (request.headers[.contentEncoding]?.lowercased() ?? "identity") == "identity" else {
            return .error(
                OAuthError(.invalidClientMetadata, "The registration must be application/json and not compressed."),
                status: .unsupportedMediaType)
        }
        let body: [UInt8]
        do throws(BodyFailure) {
            body = try await request.body.collect(upTo: ClientMetadata.maximumDocumentSize)
        } catch {
            return failure(error)
        }
        do throws(Rejection) {
            let metadata: ClientMetadata
            do { metadata = try ClientMetadata(registration: body, policy: server.configuration.redirects) } catch {
                throw .malformed(error)
            }
            let (client, secret) = try server.clients.register(metadata)
            return .json(.created, answer(client, secret))
        } catch {
            return failure(error)
        }
    }

    /// RFC 7591 §3.2.1: what was registered, as it is served here. What is absent is left out.
    private func answer(_ client: Client, _ secret: Secret?) -> JSON {
        .object(omittingNil: [
            "client_id": .string(client.id.text),
            "client_id_issued_at": (try? server.now()).map { .integer($0.seconds) },
            "client_secret": secret.map { .string($0.reveal()) },
            "client_secret_expires_at": secret.map { _ in 0 },
            "client_name": client.metadata.name.map { .string($0) },
            "redirect_uris": .strings(client.metadata.redirectURIs.map(\.text)),
            "token_endpoint_auth_method": .string(client.metadata.authMethod.rawValue),
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        ])
    }
}
