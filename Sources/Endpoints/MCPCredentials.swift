import AuthorizationServer
import HTTPTypes
import MCP
import OAuth
import Primitives
import Upstream
import Vault

/// Who calls `/mcp`, and what that allows.
enum MCPIdentity {
    case known(ToolAccess)
    case refused(Response)
}

extension Bridge {
    func identify(_ request: Request, _ door: MCPDoor) async -> MCPIdentity {
        let authorizations = request.headers[values: .authorization]
        guard authorizations.count < 2 else { return .refused(twoCredentials()) }
        let authorization = AuthorizationHeader(authorizations)
        let headerTokens = self.headerTokens(request)
        if !headerTokens.isEmpty {
            guard headerTokens.count == 1, case .absent = authorization else { return .refused(twoCredentials()) }
            return await identify(headerToken: headerTokens[0], request)
        }
        switch authorization {
        case .absent: return .refused(door == .both && servesOAuth ? challenge(nil) : plainRefusal("Send your API token in \(headerName)."))
        case .malformed:
            return .refused(
                door == .both && servesOAuth
                    ? challenge(OAuthError(.invalidToken, "The Authorization header must be Bearer and one token."))
                    : plainRefusal("The Authorization header is not used here; send your API token in \(headerName)."))
        case .bearer(let token): return await identify(bearer: token, request, door)
        }
    }

    private func identify(bearer token: Secret, _ request: Request, _ door: MCPDoor) async -> MCPIdentity {
        do throws(Rejection) {
            if door == .both, servesOAuth, let verified = try await server.authenticate(token) {
                return .known(access(verified, Caller(address: request.remoteAddress)))
            }
        } catch {
            return .refused(failure(error))
        }
        if settings.legacy == .headerAndBearer, !isOurs(token) { return await identify(headerToken: token, request) }
        return .refused(
            door == .both && servesOAuth
                ? challenge(OAuthError(.invalidToken, "The access token is malformed, expired, revoked or meant for another resource."))
                : plainRefusal("Send your API token in \(headerName)."))
    }

    private func identify(headerToken token: Secret, _ request: Request) async -> MCPIdentity {
        guard !isOurs(token) else { return .refused(plainRefusal("This is a token of this bridge and not one of \(profile.name).")) }
        let caller = Caller(address: request.remoteAddress)
        let verdict: HeaderVerdict
        do throws(Rejection) {
            verdict = try await server.headerTokens.verdict(token, field: profile.secrets.first?.id ?? "token", caller: caller)
        } catch {
            return .refused(failure(error))
        }
        switch verdict {
        case .good(let credential, let subject): return .known(access(credential, subject, caller))
        case .unreadable, .rejected: return .refused(plainRefusal("\(profile.name) does not know this token."))
        case .tooManyWrongTokens(let wait):
            return .refused(tooMany("Too many wrong tokens came from this network.", retryAfter: wait))
        case .insufficient:
            let names = profile.consent.permissions.joined(separator: ", ")
            return .refused(
                .json(
                    .forbidden,
                    ["error": "insufficient_permission", "error_description": .string("The token lacks the permission \(names).")]))
        case .notAdmitted:
            return .refused(
                .json(.forbidden, ["error": "access_denied", "error_description": "This bridge is not open to the account of this token."]))
        case .unavailable(let wait):
            var response = Response.json(
                .serviceUnavailable,
                [
                    "error": "temporarily_unavailable",
                    "error_description": .string("\(profile.name) could not be asked about the token. Try again."),
                ])
            response.headers[.retryAfter] = String(wait ?? 5)
            return .refused(response)
        }
    }

    private var servesOAuth: Bool { settings.legacy != .only }
    private var headerName: String { profile.legacyHeader ?? "the header of its profile" }

    /// The values of the profile's header, where that door is open; a closed door makes the header invisible.
    private func headerTokens(_ request: Request) -> [Secret] {
        guard settings.legacy != .off, let header = profile.legacyHeader, let name = HTTPField.Name(header) else { return [] }
        // A client whose variable is not set sends the header empty: that is no credential.
        return request.headers[values: name].filter { !$0.isEmpty }.map { Secret($0) }
    }

    /// Tokens that this bridge made: they are never sent to the API as if they were its own.
    private func isOurs(_ token: Secret) -> Bool {
        let text = token.reveal()
        if text.hasPrefix("dbr_") || text.hasPrefix("dbc_") { return true }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]).flatMap({ try? JSON.parse($0) }) else { return false }
        let issuer = Base64URL.decode(parts[1]).flatMap { try? JSON.parse($0) }?["iss"]?.string
        return header["typ"]?.string?.lowercased().hasSuffix("at+jwt") ?? false || issuer == server.configuration.issuer.text
    }

    private func twoCredentials() -> Response {
        .json(
            .badRequest,
            ["error": "invalid_request", "error_description": "Send one credential: an access token or an API token, not both."])
    }

    /// A plain 401 that starts nobody's OAuth.
    private func plainRefusal(_ reason: String) -> Response {
        .json(.unauthorized, ["error": "unauthorized", "error_description": .string(reason)])
    }
}
