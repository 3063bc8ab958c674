import AuthorizationServer
import HTTPTypes
import OAuth
import Primitives

extension HTTPField.Name {
    static let frameOptions = Self("X-Frame-Options").unsafelyUnwrapped
    static let referrerPolicy = Self("Referrer-Policy").unsafelyUnwrapped
    static let fetchSite = Self("Sec-Fetch-Site").unsafelyUnwrapped
    static let protocolVersion = Self("MCP-Protocol-Version").unsafelyUnwrapped
    static let mcpMethod = Self("Mcp-Method").unsafelyUnwrapped
    static let mcpName = Self("Mcp-Name").unsafelyUnwrapped
}

extension Response {
    /// A JSON answer that nobody may keep.
    static func json(_ status: HTTPResponse.Status, _ value: JSON) -> Response {
        Response(status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"], body: .bytes(value.serialized))
    }

    /// A public document.
    static func document(_ bytes: [UInt8]) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json", .cacheControl: "public, max-age=300"], body: .bytes(bytes))
    }

    /// A page: no script, nothing from elsewhere, no frame around it, and never kept (RFC 9700 §4.16, RFC 6749 §10.13).
    static func page(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .referrerPolicy: "no-referrer", .frameOptions: "DENY",
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            ],
            body: .bytes(Array(html.utf8)))
    }

    /// An OAuth error as JSON (RFC 6749 §5.2).
    static func error(_ error: OAuthError, status: HTTPResponse.Status? = nil) -> Response {
        .json(status ?? error.code.status, ["error": .string(error.code.rawValue), "error_description": .string(error.description)])
    }
}

extension OAuthErrorCode {
    /// The status at endpoints that answer in JSON. A new code does not build until somebody decides.
    var status: HTTPResponse.Status {
        switch self {
        case .invalidClient, .invalidToken: .unauthorized
        case .insufficientScope: .forbidden
        case .serverError, .temporarilyUnavailable: .serviceUnavailable
        case .invalidRequest, .invalidGrant, .unauthorizedClient, .unsupportedGrantType, .unsupportedResponseType, .invalidScope,
            .accessDenied,
            .invalidRedirectURI, .invalidClientMetadata, .invalidTarget, .interactionRequired:
            .badRequest
        }
    }
}

extension Bridge {
    /// The one way from what went wrong inside to what a client reads.
    func failure(_ rejection: Rejection) -> Response {
        report(rejection)
        var response = Response.error(rejection.wireError)
        switch rejection {
        case .unknownClient(usedHeader: true), .wrongClientSecret(usedHeader: true):
            response.headers[.wwwAuthenticate] = #"Basic realm="drawbridge", charset="UTF-8""#
        case .keyMissing, .store: response.headers[.retryAfter] = "5"
        case .clientDocument(let failure): if failure.isTemporary { response.headers[.retryAfter] = "60" }
        case .tooManyFailures(let seconds):
            response.status = .tooManyRequests
            response.headers[.retryAfter] = String(seconds)
        case .registrationTokenInvalid:
            response.headers[.wwwAuthenticate] = #"Bearer realm="registration", error="invalid_token""#
        // Known, and not allowed (RFC 7592 §2).
        case .registrationClosed, .clientNotKept: response.status = .forbidden
        case .clientBlocked, .redirectNotKnown, .malformed, .unknownClient, .wrongClientSecret, .badClientAssertion, .clientMetadataTooLong,
            .unknownCode,
            .codeOfAnotherClient, .codeExpired,
            .codeReplayed, .redirectDiffers, .verifierDiffers, .unknownRefreshToken, .refreshTokenOfAnotherClient, .refreshTokenReused,
            .refreshTokenExpired, .grantEnded, .scopeNeverAsked:
            break
        }
        return response
    }

    func failure(_ failure: BodyFailure) -> Response {
        switch failure {
        case .tooLarge: .error(OAuthError(.invalidRequest, "The body is larger than this endpoint accepts."), status: .contentTooLarge)
        case .tooSlow: .error(OAuthError(.invalidRequest, "The body did not arrive in time."), status: .requestTimeout)
        case .disconnected: .error(OAuthError(.invalidRequest, "The body ended too early."))
        }
    }

    /// 429 (RFC 6585 §4).
    func tooMany(_ explanation: String, retryAfter seconds: Int) -> Response {
        var response = Response.json(
            .tooManyRequests,
            ["error": "too_many_requests", "error_description": .string("\(explanation) Try again in \(seconds) seconds.")])
        response.headers[.retryAfter] = String(seconds)
        return response
    }

    func notFound(_ request: Request) -> Response {
        guard wantsPage(request) else {
            return .json(.notFound, ["error": "not_found", "error_description": "There is nothing at this path."])
        }
        return simplePage(
            "Nothing here", ["There is no page at this address. If a program sent you here, its settings may name another address."],
            status: .notFound)
    }

    func methodNotAllowed(_ route: Route, _ request: Request) -> Response {
        let allowed = route.methods.map(\.rawValue).joined(separator: ", ")
        var response = Response.error(
            OAuthError(.invalidRequest, "This endpoint answers \(allowed) only."), status: .methodNotAllowed)
        response.headers[.allow] = allowed
        return response
    }

    /// A browser rather than a program.
    func wantsPage(_ request: Request) -> Bool { request.headers[.accept]?.contains("text/html") ?? false }
}
