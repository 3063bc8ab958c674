import Primitives

@testable import drawbridge

/// A bridge on which the doctor finds nothing to say. Each answer can be spoilt on its way.
struct DoctorSubject: Sendable {
    let base: String
    /// Without OAuth, as with `DRAWBRIDGE_LEGACY=only`.
    var isHeaderOnly = false
    var closedDoor = false
    /// As with `DRAWBRIDGE_REGISTRATION=off`.
    var registersNobody = false

    static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    static let time: Int64 = 784_111_777
    static let header = "X-Api-Token"

    private var isSecure: Bool { base.hasPrefix("https") }
    private var resource: String { base + "/mcp" }

    func answer(_ request: DemoRequest) -> DemoResponse {
        let target = String(request.url.dropFirst(base.count))
        let path = String(target.prefix { $0 != "?" })
        let plain = isHeaderOnly && !["/mcp", "/legacy/mcp", "/healthz"].contains(path) ? json(404, ["error": "not_found"]) : nil
        return shared(plain ?? answer(request, path, query: String(target.dropFirst(path.count + 1))), request, path)
    }

    private func answer(_ request: DemoRequest, _ path: String, query: String) -> DemoResponse {
        switch path {
        case "/healthz": json(200, ["status": "ok"])
        case "/mcp": mcp(request)
        case "/legacy/mcp": closedDoor ? json(404, ["error": "not_found"]) : json(401, ["error": "unauthorized"])
        case "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp": json(200, resourceMetadata)
        case "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp",
            "/mcp/.well-known/oauth-authorization-server":
            json(200, .object(JSONObject(metadata)))
        case "/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp", "/mcp/.well-known/openid-configuration":
            json(
                200,
                .object(
                    JSONObject(
                        metadata + [
                            .init(key: "subject_types_supported", value: ["public"]),
                            .init(key: "id_token_signing_alg_values_supported", value: ["EdDSA"]),
                        ])))
        case "/.well-known/jwks.json":
            json(200, ["keys": [["kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "1", "x": "AA"]]])
        case "/register": registersNobody ? json(403, ["error": "access_denied"]) : register(request)
        case "/authorize": authorize(query)
        case "/token": token(request, query)
        case "/revoke": form(request) { _ in DemoResponse(status: 200, headers: [("Cache-Control", "no-store")], body: []) }
        case "/introspect": json(401, ["error": "invalid_client"])
        default: json(404, ["error": "not_found"])
        }
    }

    private func json(_ status: Int, _ value: JSON, _ headers: [(name: String, value: String)] = []) -> DemoResponse {
        DemoResponse(
            status: status, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")] + headers,
            body: value.serialized)
    }

    private func header(_ name: String, in request: DemoRequest) -> String? { request.headers.first { $0.name == name }?.value }

    /// What every answer carries, and who else may read it.
    private func shared(_ answer: DemoResponse, _ request: DemoRequest, _ path: String) -> DemoResponse {
        var headers = answer.headers + [("Date", Self.date), ("X-Content-Type-Options", "nosniff")]
        let origin = header("Origin", in: request)
        if path == "/mcp" {
            if let origin, origin == base { headers.append(("Access-Control-Allow-Origin", origin)) }
        } else if !["/authorize", "/healthz"].contains(path) {
            headers.append(("Access-Control-Allow-Origin", "*"))
        }
        if path != "/authorize" {
            headers.append(("Access-Control-Expose-Headers", "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version"))
        }
        guard request.method == "OPTIONS" else { return DemoResponse(status: answer.status, headers: headers, body: answer.body) }
        let names = DemoResponse.usualHeaders.sorted() + [Self.header]
        return DemoResponse(
            status: 204,
            headers: headers.filter { $0.name != "Content-Type" } + [("Access-Control-Allow-Headers", names.joined(separator: ", "))],
            body: [])
    }

    // MARK: The resource

    private func mcp(_ request: DemoRequest) -> DemoResponse {
        if let host = header("Host", in: request), host != "bridge.example" { return json(403, ["error": "forbidden"]) }
        if let origin = header("Origin", in: request), origin != base { return json(403, ["error": "forbidden"]) }
        let bearer = header("Authorization", in: request)
        if header(Self.header, in: request) != nil, !closedDoor {
            return bearer == nil ? json(401, ["error": "unauthorized"]) : json(400, ["error": "invalid_request"])
        }
        if isHeaderOnly { return json(401, ["error": "unauthorized"]) }
        let error = bearer == nil ? "" : #"error="invalid_token", "#
        let challenge = #"Bearer \#(error)resource_metadata="\#(base)/.well-known/oauth-protected-resource/mcp", scope="read write""#
        return json(401, ["error": "invalid_token"], [("WWW-Authenticate", challenge)])
    }

    private var resourceMetadata: JSON {
        [
            "resource": .string(resource), "authorization_servers": .strings([base]), "scopes_supported": ["read", "write"],
            "bearer_methods_supported": ["header"],
        ]
    }

    // MARK: The authorization server

    private var metadata: [JSONObject.Member] {
        let endpoints = [
            ("authorization_endpoint", "/authorize"), ("token_endpoint", "/token"), ("registration_endpoint", "/register"),
            ("revocation_endpoint", "/revoke"), ("introspection_endpoint", "/introspect"), ("jwks_uri", "/.well-known/jwks.json"),
        ]
        let lists: [(String, JSON)] = [
            ("scopes_supported", ["read", "write", "offline_access"]), ("response_types_supported", ["code"]),
            ("grant_types_supported", ["authorization_code", "refresh_token"]), ("code_challenge_methods_supported", ["S256"]),
            ("token_endpoint_auth_methods_supported", ["none", "client_secret_post", "client_secret_basic"]),
            ("authorization_response_iss_parameter_supported", true),
        ]
        return [.init(key: "issuer", value: .string(base))]
            + endpoints.filter { !registersNobody || $0.0 != "registration_endpoint" }.map { .init(key: $0, value: .string(base + $1)) }
            + lists.map { .init(key: $0, value: $1) }
    }

    private func register(_ request: DemoRequest) -> DemoResponse {
        guard request.body.count <= 16 << 10 else { return json(413, ["error": "invalid_client_metadata"]) }
        guard let document = try? JSON.parse(request.body) else { return json(400, ["error": "invalid_client_metadata"]) }
        guard document["redirect_uris"]?.strings == [Site.redirect] else { return json(400, ["error": "invalid_redirect_uri"]) }
        let method = document["token_endpoint_auth_method"]?.string ?? "client_secret_post"
        let secret: JSON? = method == "none" ? nil : "0123456789012345678901234567890123456789"
        return json(
            201,
            .object(omittingNil: [
                "client_id": "client", "client_id_issued_at": 784_111_777, "client_secret": secret,
                "client_secret_expires_at": secret.map { _ in 0 }, "client_name": document["client_name"],
                "redirect_uris": [.string(Site.redirect)], "token_endpoint_auth_method": .string(method),
                "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            ]))
    }

    private func page(_ status: Int, _ html: String, _ headers: [(name: String, value: String)] = []) -> DemoResponse {
        DemoResponse(
            status: status,
            headers: [
                ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
                ("X-Frame-Options", "DENY"),
                (
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
                ),
            ] + headers, body: Array(html.utf8))
    }

    static let consent = """
        <!doctype html><html><head><link rel="stylesheet" href="/assets/a.css"></head><body><form method="post" action="/authorize">
        <input type="hidden" name="transaction" value="sealed"><input type="hidden" name="csrf" value="1">
        <input type="password" name="token" autocomplete="off"><button name="decision" value="approve">Approve</button>
        <button name="decision" value="deny" formnovalidate>Deny</button></form></body></html>
        """

    private func authorize(_ query: String) -> DemoResponse {
        guard let asked = try? FormData(parsing: query) else { return page(400, "<p>invalid_request</p>") }
        let refusal: String? =
            if asked["client_id"] != "client" || asked["redirect_uri"] != Site.redirect || !asked.repeated.isEmpty {
                "invalid_request"
            } else if asked["response_type"] != "code" {
                "unsupported_response_type"
            } else if asked["code_challenge"]?.count != 43 || asked["code_challenge_method"] != "S256" {
                "invalid_request"
            } else if asked["resource"] ?? resource != resource {
                "invalid_target"
            } else {
                asked["scope"] == nil ? nil : "invalid_scope"
            }
        if let refusal { return page(400, "<p>\(refusal)</p>") }
        let cookie = isSecure ? "__Host-browser=1; Path=/; HttpOnly; SameSite=Lax; Secure" : "browser=1; Path=/; HttpOnly; SameSite=Lax"
        return page(200, Self.consent, [("Set-Cookie", cookie)])
    }

    private func form(_ request: DemoRequest, _ body: (FormData) -> DemoResponse) -> DemoResponse {
        guard request.method == "POST" else { return json(405, ["error": "invalid_request"], [("Allow", "POST")]) }
        guard header("Content-Type", in: request) == "application/x-www-form-urlencoded" else {
            return json(415, ["error": "invalid_request"])
        }
        guard request.body.count <= 64 << 10 else { return json(413, ["error": "invalid_request"]) }
        guard let form = try? FormData(parsing: request.body) else { return json(400, ["error": "invalid_request"]) }
        return body(form)
    }

    private func token(_ request: DemoRequest, _ query: String) -> DemoResponse {
        form(request) { form in
            if !query.isEmpty { return json(400, ["error": "invalid_request"]) }
            if header("Authorization", in: request) != nil {
                return json(401, ["error": "invalid_client"], [("WWW-Authenticate", #"Basic realm="drawbridge", charset="UTF-8""#)])
            }
            guard form["client_id"] == "client" else { return json(401, ["error": "invalid_client"]) }
            return switch form["grant_type"] {
            case "authorization_code", "refresh_token": json(400, ["error": "invalid_grant"])
            case nil: json(400, ["error": "invalid_request"])
            default: json(400, ["error": "unsupported_grant_type"])
            }
        }
    }
}

extension DemoResponse {
    func with(status: Int) -> DemoResponse { DemoResponse(status: status, headers: headers, body: body) }

    /// - Parameter value: `nil` takes the header away.
    func with(_ name: String, _ value: String?) -> DemoResponse {
        DemoResponse(
            status: status, headers: headers.filter { $0.name != name } + (value.map { [(name, $0)] } ?? []), body: body)
    }

    func with(body text: String) -> DemoResponse { DemoResponse(status: status, headers: headers, body: Array(text.utf8)) }

    /// Another text in the place of one that is in the body.
    func replacing(_ old: String, _ new: String) -> DemoResponse { with(body: text.replacing(old, with: new)) }

    /// Another member in a JSON body.
    func with(member: String, _ value: JSON?) -> DemoResponse {
        var object = json?.object ?? JSONObject()
        object[member] = value
        return with(body: JSON.object(object).text)
    }

    static var consentPage: DemoResponse {
        DemoResponse(status: 200, headers: [("Content-Type", "text/html")], body: Array(DoctorSubject.consent.utf8))
    }
}
