import Primitives
import Testing

@testable import drawbridge

/// One promise broken, and nothing else.
struct DoctorFault: Sendable, CustomTestStringConvertible {
    /// The check that must notice it.
    let check: String
    let method: String
    /// The paths begin with this.
    let path: String
    /// The request, query and headers and body, contains this; empty: any.
    let mark: String
    let spoil: @Sendable (DemoResponse) -> DemoResponse

    var testDescription: String { check }

    init(
        _ check: String, _ method: String, _ path: String, _ mark: String = "", _ spoil: @escaping @Sendable (DemoResponse) -> DemoResponse
    ) {
        self.check = check
        self.method = method
        self.path = path
        self.mark = mark
        self.spoil = spoil
    }

    func applied(to answer: DemoResponse, of request: DemoRequest, base: String) -> DemoResponse {
        let headers = request.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        let whole = "\(request.url)\n\(headers)\n\(String(decoding: request.body, as: UTF8.self))"
        guard request.method == method, request.url.dropFirst(base.count).hasPrefix(path), mark.isEmpty || whole.contains(mark) else {
            return answer
        }
        return spoil(answer)
    }
}

extension DoctorFault {
    static let all = connection + resource + metadata + registration + authorization + page + token + sharing

    private static let base = "https://bridge.example"
    /// The call without anything that could be taken for a credential.
    private static let bare = "/mcp\nAccept: application/json, text/event-stream\nContent-Type: application/json\n{"
    private static let pointer = #"resource_metadata="https://bridge.example/.well-known/oauth-protected-resource/mcp""#

    private static func challenge(_ check: String, _ value: String?) -> DoctorFault {
        DoctorFault(check, "POST", "/mcp", bare) { $0.with("WWW-Authenticate", value) }
    }

    private static let connection: [DoctorFault] = [
        .init("clock", "POST", "/mcp") { $0.with("Date", "Sun, 06 Nov 1994 08:50:08 GMT") },
        .init("health", "GET", "/healthz") { $0.with(status: 502) },
        .init("unknown-path-404", "GET", "/no-such-path") { $0.with(body: "<h1>nginx</h1>") },
        .init("unused-well-known-404", "GET", "/.well-known/oauth-authorization-server/no-such") { $0.with(status: 502) },
        .init("mcp-post-401", "POST", "/mcp", bare) { $0.with(status: 400) },
        .init("mcp-get-401", "GET", "/mcp") { answer in answer.status == 401 ? answer.with(status: 405) : answer },
        .init("mcp-delete-401", "DELETE", "/mcp") { $0.with(status: 405) },
        .init("mcp-any-accept", "POST", "/mcp", "Accept: */*") { $0.with(status: 406) },
        .init("mcp-refusal-json", "POST", "/mcp", "Accept: application/json\n") { $0.with(body: "Unauthorized") },
        .init("foreign-origin-403", "POST", "/mcp", "Origin: https://doctor.invalid") { $0.with(status: 401) },
        .init("foreign-host-refused", "POST", "/mcp", "Host: doctor.invalid") { $0.with(status: 401) },
        challenge("challenge-present", nil),
        .init("challenge-on-get", "GET", "/mcp") { $0.with("WWW-Authenticate", nil) },
        challenge("challenge-resource-metadata", #"Bearer resource_metadata="https://other.example/.well-known/x", scope="read""#),
        challenge("challenge-scope", "Bearer \(pointer)"),
        challenge("challenge-no-offline-access", #"Bearer \#(pointer), scope="read offline_access""#),
        challenge("challenge-no-error", #"Bearer error="invalid_token", \#(pointer), scope="read""#),
        .init("query-token-ignored", "POST", "/mcp?access_token=") { $0.with("WWW-Authenticate", #"Bearer error="invalid_token""#) },
        .init("unsigned-token-refused", "POST", "/mcp", "Bearer eyJ") { answer in answer.status == 401 ? answer.with(status: 200) : answer
        },
        .init("refresh-token-refused", "POST", "/mcp", "Bearer dbr_") { $0.with(status: 200) },
        .init("refused-token-error", "POST", "/mcp", "Bearer eyJ") { $0.with("WWW-Authenticate", "Bearer \(pointer)") },
    ]

    private static func document(_ check: String, _ member: String, _ value: JSON?, at path: String = "/.well-known/oauth-protected")
        -> DoctorFault
    {
        DoctorFault(check, "GET", path) { $0.with(member: member, value) }
    }

    private static let resource: [DoctorFault] = [
        .init("resource-metadata", "GET", "/.well-known/oauth-protected-resource/mcp") { $0.with(status: 404) },
        document("resource-is-the-typed-address", "resource", "https://bridge.example"),
        document("resource-authorization-server", "authorization_servers", ["https://bridge.example", "https://other.example"]),
        document("resource-scopes", "scopes_supported", ["read", "offline_access"]),
        document("resource-token-in-header", "bearer_methods_supported", ["header", "query"]),
        // The root alone: the other path begins the same.
        .init("resource-metadata-root", "GET", "/.well-known/oauth-protected-resource", "resource\n") {
            $0.with(member: "resource", "https://bridge.example/other")
        },
    ]

    private static func server(_ check: String, _ member: String, _ value: JSON?) -> DoctorFault {
        document(check, member, value, at: "/.well-known/oauth-authorization-server")
    }

    private static let metadata: [DoctorFault] = [
        .init("metadata", "GET", "/.well-known/oauth-authorization-server", "server\n") { $0.with("Content-Type", "text/plain") },
        .init("metadata-issuer", "GET", "/") { answer in
            answer.json?["issuer"] == nil ? answer : answer.with(member: "issuer", "https://bridge.example/")
        },
        server("metadata-endpoints", "revocation_endpoint", nil),
        server("metadata-endpoints-here", "token_endpoint", "https://other.example/token"),
        server("metadata-endpoints-https", "token_endpoint", "http://bridge.example/token"),
        server("metadata-pkce", "code_challenge_methods_supported", ["S256", "plain"]),
        server("metadata-response-types", "response_types_supported", ["code", "token"]),
        server("metadata-grant-types", "grant_types_supported", ["authorization_code"]),
        server("metadata-iss-parameter", "authorization_response_iss_parameter_supported", nil),
        server("metadata-auth-methods", "token_endpoint_auth_methods_supported", ["client_secret_basic"]),
        server("metadata-scopes", "scopes_supported", []),
        server("metadata-offline-access", "scopes_supported", ["read"]),
        server("metadata-jwks-uri", "jwks_uri", nil),
        server("metadata-no-nulls", "op_policy_uri", .null),
        .init("metadata-variants", "GET", "/mcp/.well-known/oauth-authorization-server") { $0.with(status: 404) },
        document("openid-configuration", "subject_types_supported", nil, at: "/.well-known/openid-configuration"),
        .init("openid-configuration-variants", "GET", "/.well-known/openid-configuration/mcp") { $0.with(status: 500) },
        .init("jwks", "GET", "/.well-known/jwks.json") { $0.with(body: #"{"keys":[]}"#) },
        .init("jwks-public-only", "GET", "/.well-known/jwks.json") { $0.replacing(#""x":"#, #""d":"AA","x":"#) },
        .init("jwks-key-members", "GET", "/.well-known/jwks.json") { $0.replacing(#""use":"sig","#, "") },
        .init("jwks-algorithms", "GET", "/.well-known/jwks.json") { $0.replacing("EdDSA", "RS1") },
    ]

    private static func registered(_ check: String, _ member: String, _ value: JSON?) -> DoctorFault {
        DoctorFault(check, "POST", "/register", #""none""#) { answer in answer.status == 201 ? answer.with(member: member, value) : answer }
    }

    private static func accepted(_ check: String, _ redirect: String) -> DoctorFault {
        DoctorFault(check, "POST", "/register", redirect) { $0.with(status: 201) }
    }

    private static let registration: [DoctorFault] = [
        .init("registration", "POST", "/register", #""none""#) { answer in answer.status == 201 ? answer.with(status: 200) : answer },
        .init("registration-not-cached", "POST", "/register") { $0.with("Cache-Control", "private") },
        registered("registration-echo", "token_endpoint_auth_method", "client_secret_post"),
        registered("registration-no-nulls", "logo_uri", .null),
        registered("registration-times", "client_id_issued_at", "784111777"),
        registered("registration-public-without-secret", "client_secret", "secret"),
        .init("registration-secret", "POST", "/register", "client_secret_basic") { $0.with(member: "client_secret", nil) },
        accepted("registration-refuses-javascript", "javascript:"), accepted("registration-refuses-fragment", "#fragment"),
        accepted("registration-refuses-remote-http", "http://client.invalid"), accepted("registration-refuses-wildcard", "https://*."),
        accepted("registration-refuses-userinfo", "claude.ai@"), accepted("registration-refuses-port", ":99999"),
        accepted("registration-refuses-lookalike", "//127.1:"), accepted("registration-refuses-answer-parameters", "?code=mine"),
        accepted("registration-limit", "client_uri"),
        .init("registration-error-json", "POST", "/register") { answer in
            answer.error == "invalid_client_metadata" && answer.status == 400 ? answer.with("Content-Type", "text/html") : answer
        },
    ]

    private static func admitted(_ check: String, _ mark: String) -> DoctorFault {
        DoctorFault(check, "GET", "/authorize", mark) { _ in .consentPage }
    }

    /// Where a parameter is missing, a mark on what is left.
    private static let withoutMethod = "code_challenge=\(Site.codeChallenge)&state"

    private static let authorization: [DoctorFault] = [
        .init("authorize-repeatable", "GET", "/authorize", "Cache-Control: no-cache") { $0.with(status: 400) },
        .init("authorize-without-state", "GET", "/authorize", "method=S256\n") { $0.with(status: 400) },
        .init("authorize-resource", "GET", "/authorize", "bridge.example%2Fmcp") { $0.with(status: 400) },
        admitted("authorize-unregistered-redirect", "client.invalid%2Fcallback"), admitted("authorize-altered-redirect", "callback%2F&"),
        admitted("authorize-plain-pkce", "=plain"), admitted("authorize-implicit-plain-pkce", withoutMethod),
        admitted("authorize-short-challenge", "\(Site.codeChallenge.dropLast())&"), admitted("authorize-implicit-flow", "=token&"),
        admitted("authorize-foreign-resource", "client.invalid%2Fmcp"), admitted("authorize-unknown-scope", "scope=no-such-scope"),
        admitted("authorize-without-pkce", "callback&state="), admitted("authorize-repeated-parameter", "&client_id=client\n"),
        .init("authorize-unknown-client", "GET", "/authorize", "doctor-was-never-here") { answer in
            answer.with(status: 302).with("Location", "https://client.invalid/?error=unauthorized_client")
        },
    ]

    private static func consent(_ check: String, _ spoil: @escaping @Sendable (DemoResponse) -> DemoResponse) -> DoctorFault {
        DoctorFault(check, "GET", "/authorize") { answer in answer.status == 200 ? spoil(answer) : answer }
    }

    private static func markup(_ check: String, _ old: String, _ new: String) -> DoctorFault {
        consent(check) { $0.replacing(old, new) }
    }

    private static func cookie(_ check: String, _ value: String?) -> DoctorFault { consent(check) { $0.with("Set-Cookie", value) } }

    private static let page: [DoctorFault] = [
        consent("page-csp") { $0.with("Content-Security-Policy", "form-action 'self'; frame-ancestors 'none'") },
        consent("page-csp-form-action") {
            $0.with("Content-Security-Policy", "default-src 'none'; form-action 'self' https:; frame-ancestors 'none'")
        },
        consent("page-csp-frame-ancestors") { $0.with("Content-Security-Policy", "default-src 'none'; form-action 'self'") },
        consent("page-frame-options") { $0.with("X-Frame-Options", "SAMEORIGIN") },
        consent("page-not-cached") { $0.with("Cache-Control", "private, max-age=60") },
        consent("page-no-referrer") { $0.with("Referrer-Policy", "origin") },
        consent("page-nosniff") { $0.with("X-Content-Type-Options", nil) },
        markup("page-one-form", "</body>", "<form method=\"post\" action=\"/search\"></form></body>"),
        markup("page-form-stays-here", "action=\"/authorize\"", "action=\"//other.example/authorize\""),
        markup("page-token-field", "autocomplete=\"off\"", ""),
        markup("page-sealed-request", "name=\"transaction\"", "name=\"redirect_uri\""),
        markup("page-decisions", "value=\"deny\"", "value=\"later\""),
        markup("page-no-script", "</body>", "<script>1</script></body>"),
        markup("page-nothing-from-elsewhere", "</body>", "<img src=\"https://other.example/logo.svg\"></body>"),
        cookie("cookie", nil), cookie("cookie-http-only", "__Host-browser=1; Path=/; SameSite=Lax; Secure"),
        cookie("cookie-same-site", "__Host-browser=1; Path=/; HttpOnly; SameSite=None; Secure"),
        cookie("cookie-secure", "__Host-browser=1; Path=/; HttpOnly; SameSite=Lax"),
        cookie("cookie-host-prefix", "browser=1; Path=/; HttpOnly; SameSite=Lax; Secure; Domain=example"),
    ]

    private static let token: [DoctorFault] = [
        .init("token-get", "GET", "/token") { $0.with(status: 404) },
        .init("token-unknown-code", "POST", "/token", "code=dbc_AA") { answer in
            answer.error == "invalid_grant" ? answer.with(member: "error", "invalid_code") : answer
        },
        .init("token-unknown-refresh-token", "POST", "/token", "refresh_token=dbr_") { $0.with(status: 401) },
        .init("token-password-grant", "POST", "/token", "=password") { $0.with(member: "error", "invalid_grant") },
        .init("token-unknown-client", "POST", "/token", "client_id=doctor") { $0.with(member: "error", "invalid_request") },
        .init("token-basic-challenge", "POST", "/token", "Basic ") { $0.with("WWW-Authenticate", nil) },
        .init("token-query", "POST", "/token?") { $0.with(member: "error", "invalid_grant") },
        .init("token-content-type", "POST", "/token", "text/plain") { $0.with(status: 500) },
        .init("token-limit", "POST", "/token", "code=AAAA") { $0.with(status: 400) },
        .init("token-not-cached", "POST", "/token") { $0.with("Cache-Control", nil) },
        .init("token-error-json", "POST", "/token") { answer in
            answer.error == "invalid_request" && answer.status == 400 ? answer.with("Content-Type", "text/html") : answer
        },
        .init("revoke-unknown-token", "POST", "/revoke") { $0.with(status: 400) },
        .init("revoke-get", "GET", "/revoke") { $0.with(status: 200) },
        .init("introspection-authenticated", "POST", "/introspect") { $0.with(status: 200).with(body: #"{"active":true}"#) },
    ]

    private static let sharing: [DoctorFault] = [
        .init("cors-preflight", "OPTIONS", "/mcp") { $0.with(status: 401) },
        .init("cors-allowed-headers", "OPTIONS", "/mcp") {
            $0.with("Access-Control-Allow-Headers", "authorization, content-type, X-Api-Token")
        },
        .init("cors-exposed-headers", "POST", "/mcp", "Origin: https://bridge.example") { $0.with("Access-Control-Expose-Headers", nil) },
        .init("cors-metadata", "GET", "/.well-known/oauth-authorization-server", "Origin:") { $0.with("Access-Control-Allow-Origin", nil) },
        .init("cors-token", "OPTIONS", "/token") { $0.with("Access-Control-Allow-Origin", "https://bridge.example") },
        .init("cors-foreign-origin", "POST", "/mcp", "Origin: https://doctor.invalid") { $0.with("Access-Control-Allow-Origin", "*") },
        .init("cors-no-credentials", "OPTIONS", "/token") { $0.with("Access-Control-Allow-Credentials", "true") },
        .init("cors-not-on-pages", "GET", "/authorize", "Origin:") { $0.with("Access-Control-Allow-Origin", "https://doctor.invalid") },
        .init("header-door", "POST", "/legacy/mcp") { $0.with("WWW-Authenticate", "Bearer") },
        .init("header-wrong-token", "POST", "/mcp", "X-Api-Token") { answer in answer.status == 401 ? answer.with(status: 200) : answer },
        .init("header-no-challenge", "POST", "/mcp", "X-Api-Token") { $0.with("WWW-Authenticate", "Bearer \(pointer)") },
        .init("header-api-answers", "POST", "/mcp", "X-Api-Token") { answer in answer.status == 401 ? answer.with(status: 503) : answer },
        .init("two-credentials", "POST", "/mcp", "X-Api-Token") { answer in answer.status == 400 ? answer.with(status: 401) : answer },
    ]
}
