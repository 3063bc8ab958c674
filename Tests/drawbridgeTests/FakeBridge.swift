import Primitives

@testable import drawbridge

/// As much of a bridge as the demo's journey needs, in memory, with one fault at will.
actor FakeBridge {
    /// Each breaks one promise.
    enum Fault: String, CaseIterable, Sendable {
        case none, unreachable, noChallenge, foreignIssuer, plainPKCE, clientSecret, twoForms, wrongTokenAccepted, redirect303, otherState,
            noIssuer
        case plainJWT, cachedTokens, noTools, otherAccount, valStays, sameRefreshToken, secondSuccessor, accessSurvives, refreshSurvives,
            endlessList
    }

    static let base = "http://localhost:8484"
    static let token = "vtwn_right"
    private let fault: Fault
    private var state = ""
    private var challenge = ""
    private var hasVal = false
    private var generation = 0
    private var revoked = false
    private(set) var posted: [String] = []

    init(_ fault: Fault) { self.fault = fault }

    /// Stands in for SHA-256: both sides only have to agree.
    static func digest(_ bytes: [UInt8]) -> [UInt8] { Array((bytes.reversed() + [UInt8](repeating: 0, count: 32)).prefix(32)) }

    struct Down: Error {}

    func answer(_ request: DemoRequest) throws -> DemoResponse {
        if fault == .unreachable { throw Down() }
        let path = String(request.url.dropFirst(Self.base.count).prefix { $0 != "?" })
        let form = try FormData(parsing: request.body)
        switch (request.method, path) {
        case ("POST", "/mcp"): return try mcp(request)
        case ("GET", "/.well-known/oauth-protected-resource/mcp"):
            return json(200, ["resource": .string(Self.base + "/mcp"), "authorization_servers": [.string(Self.base)]])
        case ("GET", "/.well-known/oauth-authorization-server"): return metadata()
        case ("POST", "/register"): return register()
        case ("GET", "/authorize"): return try authorize(FormData(parsing: String(request.url.drop { $0 != "?" }.dropFirst())))
        case ("POST", "/authorize"): return decide(form, request)
        case ("POST", "/token"): return exchange(form)
        case ("POST", "/revoke"):
            revoked = true
            return json(200, [:])
        default: return json(404, ["error": "not_found"])
        }
    }

    private func json(_ status: Int, _ value: JSON, _ headers: [(name: String, value: String)] = []) -> DemoResponse {
        DemoResponse(status: status, headers: [("Content-Type", "application/json")] + headers, body: value.serialized)
    }

    private func page(_ status: Int, _ html: String) -> DemoResponse {
        DemoResponse(
            status: status, headers: [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "browser=1; Path=/")],
            body: Array(html.utf8))
    }

    // OAuth

    private func metadata() -> DemoResponse {
        func endpoint(_ path: String) -> JSON { .string(Self.base + path) }
        return json(
            200,
            [
                "issuer": .string(fault == .foreignIssuer ? "http://evil.example" : Self.base),
                "code_challenge_methods_supported": fault == .plainPKCE ? ["S256", "plain"] : ["S256"],
                "authorization_endpoint": endpoint("/authorize"), "token_endpoint": endpoint("/token"),
                "registration_endpoint": endpoint("/register"), "revocation_endpoint": endpoint("/revoke"),
            ])
    }

    private func register() -> DemoResponse {
        let secret: JSON? = fault == .clientSecret ? "s" : nil
        return json(
            201,
            .object(omittingNil: ["client_id": "client", "redirect_uris": ["http://127.0.0.1:43117/callback"], "client_secret": secret]))
    }

    private func authorize(_ query: FormData) -> DemoResponse {
        state = query["state"] ?? ""
        challenge = query["code_challenge"] ?? ""
        return page(200, consentForm(alert: ""))
    }

    private func consentForm(alert: String) -> String {
        let form = """
            <form method="post" action="/authorize"><input type="hidden" name="csrf" value="1&amp;2"><input type="password" name="token">
            <input type="checkbox" name="scope" value="vals:read" checked><input type="checkbox" name="scope" value="vals:write">
            <input type="checkbox" name="understood" value="yes" required><button name="decision" value="approve">Approve</button></form>
            """
        return alert + form + (fault == .twoForms ? form : "")
    }

    private func decide(_ form: FormData, _ request: DemoRequest) -> DemoResponse {
        posted.append(form.pairs.map(\.name).joined(separator: " "))
        let isComplete = form["csrf"] == "1&2" && form["understood"] == "yes" && form.values("scope") == ["vals:read"]
        guard isComplete, request.headers.contains(where: { $0.name == "Cookie" && $0.value == "browser=1" }) else {
            return page(403, "<p>forged</p>")
        }
        guard form["token"] == Self.token || fault == .wrongTokenAccepted else {
            return page(422, consentForm(alert: #"<div role="alert">The API refuses this token</div>"#))
        }
        if fault == .redirect303 { return DemoResponse(status: 303, headers: [("Location", "http://127.0.0.1:43117/callback")], body: []) }
        var query = [("code", "dbc_code"), ("state", fault == .otherState ? "x" : state)]
        if fault != .noIssuer { query.append(("iss", Self.base)) }
        let target = "http://127.0.0.1:43117/callback?" + FormData(query).encoded.replacing("&", with: "&amp;")
        return page(200, consentForm(alert: #"<meta http-equiv="refresh" content="0;url=\#(target)">"#))
    }

    private func exchange(_ form: FormData) -> DemoResponse {
        guard !(revoked && fault != .refreshSurvives) else { return json(400, ["error": "invalid_grant"]) }
        if form["grant_type"] == "authorization_code" {
            let proof = Base64URL.encode(Self.digest(Array((form["code_verifier"] ?? "").utf8)))
            guard form["code"] == "dbc_code", proof == challenge else { return json(400, ["error": "invalid_grant"]) }
        } else {
            generation += 1
        }
        return tokens()
    }

    private func tokens() -> DemoResponse {
        let header: JSON = ["typ": fault == .plainJWT ? "JWT" : "at+jwt", "alg": "EdDSA"]
        let claims: JSON = [
            "iss": .string(Self.base), "aud": .string(Self.base + "/mcp"), "client_id": "client", "iat": 100, "exp": 1000,
            "jti": .integer(generation),
        ]
        let access = [header, claims].map { Base64URL.encode($0.serialized) }.joined(separator: ".") + ".sig"
        var refresh = generation == 0 || fault == .sameRefreshToken ? "dbr_0" : "dbr_1"
        if fault == .secondSuccessor, generation > 1 { refresh = "dbr_2" }
        return json(
            200,
            [
                "access_token": .string(access), "token_type": "Bearer", "expires_in": 900, "refresh_token": .string(refresh),
                "scope": "vals:read vals:write",
            ], fault == .cachedTokens ? [] : [("Cache-Control", "no-store")])
    }

    // MCP

    private func mcp(_ request: DemoRequest) throws -> DemoResponse {
        let isAuthorized = request.headers.contains { $0.name == "Authorization" && $0.value.hasPrefix("Bearer ey") }
        if revoked, fault != .accessSurvives {
            return json(401, ["error": "invalid_token"], [("WWW-Authenticate", #"Bearer error="invalid_token""#)])
        }
        guard isAuthorized else {
            let pointer = "Bearer resource_metadata=\"\(Self.base)/.well-known/oauth-protected-resource/mcp\", scope=\"read\""
            return json(401, [:], fault == .noChallenge ? [] : [("WWW-Authenticate", pointer)])
        }
        let call = try JSON.parse(request.body)
        switch call["method"]?.string {
        case "initialize": return result(["protocolVersion": "2025-11-25", "serverInfo": ["name": "fake"]])
        case "tools/list": return list()
        case "tools/call": return tool(call["params"] ?? [:])
        default: return json(404, [:])
        }
    }

    /// As an event stream, which clients must read as well.
    private func result(_ value: JSON) -> DemoResponse {
        let message: JSON = ["jsonrpc": "2.0", "id": 1, "result": value]
        return DemoResponse(
            status: 200, headers: [("content-type", "text/event-stream")], body: Array("event: message\ndata: \(message.text)\n\n".utf8))
    }

    private func list() -> DemoResponse {
        func tool(_ name: String, _ required: [String]) -> JSON {
            ["name": .string(name), "inputSchema": ["properties": ["name": [:], "privacy": [:]], "required": .strings(required)]]
        }
        let tools = [tool("get-my-info", []), tool("create-val", ["name"]), tool("get-val", ["val_id"]), tool("delete-val", ["val_id"])]
        let cursor: JSON? = fault == .endlessList ? "more" : nil
        return result(.object(omittingNil: ["tools": .array(fault == .noTools ? [] : tools), "nextCursor": cursor]))
    }

    private func tool(_ params: JSON) -> DemoResponse {
        switch params["name"]?.string {
        case "get-my-info": return result(["structuredContent": ["username": fault == .otherAccount ? "mallory" : "alice"]])
        case "create-val":
            hasVal = params["arguments"]?["privacy"] == "private"
            return result(["content": [["type": "text", "text": #"{"id":"v1"}"#]]])
        case "get-val" where hasVal && params["arguments"]?["val_id"] == "v1":
            return result(["structuredContent": ["id": "v1", "name": "drawbridge-demo-00010203"]])
        case "delete-val":
            hasVal = fault == .valStays
            return result(["content": []])
        default: return result(["isError": true, "content": [["type": "text", "text": "Val not found"]]])
        }
    }
}
