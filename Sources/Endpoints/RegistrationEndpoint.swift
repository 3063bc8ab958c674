import AuthorizationServer
import HTTPTypes
import OAuth
import Primitives

extension Bridge {
    /// `POST /register` (RFC 7591 §3). Nothing is written: the id describes the client.
    func register(_ request: Request) async -> Response {
        switch await registrationDocument(request) {
        case .failure(let refusal): return refusal.response
        case .success(let document):
            do throws(Rejection) {
                return .json(.created, registrationAnswer(try server.register(document), issuedAt: try? server.now()))
            } catch {
                return failure(error)
            }
        }
    }

    /// The body of a registration, or of a change of one.
    func registrationDocument(_ request: Request) async -> Result<[UInt8], RefusedDocument> {
        guard request.mediaType == "application/json", (request.headers[.contentEncoding]?.lowercased() ?? "identity") == "identity" else {
            let error = OAuthError(.invalidClientMetadata, "The registration must be application/json and not compressed.")
            return .failure(RefusedDocument(response: .error(error, status: .unsupportedMediaType)))
        }
        do throws(BodyFailure) {
            let document = try await request.body.collect(upTo: ClientMetadata.maximumDocumentSize)
            // By bytes and not by number: a registration leaves nothing behind, and what it costs is the reading.
            if let wait = server.limits.registeredBytes.take(document.count, for: Caller(address: request.remoteAddress).network) {
                return .failure(
                    RefusedDocument(response: tooMany("Registrations from this network take up too much time.", retryAfter: wait)))
            }
            return .success(document)
        } catch {
            return .failure(RefusedDocument(response: failure(error)))
        }
    }

    /// RFC 7591 §3.2.1, RFC 7592 §3: what is registered, as it is served here. What is absent is left out.
    /// - Parameter issuedAt: at registration; an id does not say how old it is.
    func registrationAnswer(_ registered: RegisteredClient, issuedAt: UnixTime? = nil) -> JSON {
        let client = registered.client
        return .object(omittingNil: [
            "client_id": .string(client.id.text),
            "client_id_issued_at": issuedAt.map { .integer($0.seconds) },
            "client_secret": registered.secret.map { .string($0.reveal()) },
            "client_secret_expires_at": registered.secret.map { _ in 0 },
            "registration_client_uri": registered.management.map { .string($0.uri) },
            "registration_access_token": registered.management.map { .string($0.token.reveal()) },
            "client_name": client.metadata.name.map { .string($0) },
            "redirect_uris": .strings(client.metadata.redirectURIs.map(\.text)),
            "token_endpoint_auth_method": .string(client.metadata.authMethod.rawValue),
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        ])
    }
}

/// A registration that was not read; it is answered already.
struct RefusedDocument: Error {
    let response: Response
}
