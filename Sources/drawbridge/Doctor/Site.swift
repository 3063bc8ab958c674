import Primitives

/// The server that is looked at: where it is, and what it says of itself.
struct Site: Sendable {
    let address: SiteAddress
    /// RFC 8414 metadata; `nil` when none could be read.
    var metadata: JSON?
    /// The id of a public client that was registered for the visit.
    var client: String?
    /// The header that takes API tokens; `nil` when the server names none.
    var tokenHeader: String?
    /// A 401 that starts no OAuth: the bridge serves header tokens alone.
    var isHeaderOnly = false
    /// Registration is neither offered nor answered (`DRAWBRIDGE_REGISTRATION=off`).
    var isRegistrationOff = false
    /// Why there is nothing to look at.
    var obstacle: String?
    /// The times right before and right after the first answer, in seconds since 1970.
    var asked: ClosedRange<Int64> = 0...0

    var origin: String { address.origin.text }

    /// Nobody listens there: no code ever gets to it.
    static let redirect = "http://127.0.0.1:43117/callback"
    /// What PKCE's specification shows (RFC 7636 appendix B): it protects nothing, and nothing is to be protected.
    static let codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    static let codeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    /// A JWT that nobody signed (RFC 8725 §2.1), otherwise just as an access token would be.
    var unsignedToken: String {
        let header: JSON = ["alg": "none", "typ": "at+jwt"]
        let claims: JSON = [
            "iss": .string(origin), "aud": .string(address.resource), "sub": "doctor", "client_id": "doctor", "scope": "read",
            "iat": .integer(asked.lowerBound), "exp": .integer(asked.lowerBound + 600), "jti": "doctor",
        ]
        return [header, claims].map { Base64URL.encode($0.serialized) }.joined(separator: ".") + "."
    }
}

/// The address as a person gives it to a client.
struct SiteAddress: Sendable {
    let origin: WebOrigin
    /// Begins with a slash, ends with none.
    let path: String

    var resource: String { origin.text + path }

    /// Nothing is sent in clear to another computer.
    var mayBeAsked: Bool { origin.isSecure || origin.isLoopback }

    /// - Parameter text: an origin, or the address of an MCP endpoint.
    init(_ text: String) throws(StartFailure) {
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
            throw StartFailure("\(EscapedText.oneLine(text)) is no web address. Write it whole, as in https://bridge.example/mcp")
        }
        guard let url = try? StrictURL(text), let place = url.origin, let origin = try? WebOrigin(place) else {
            throw StartFailure(
                "\(EscapedText.oneLine(text)) cannot be read as a URL without guessing. Write it as in https://bridge.example/mcp")
        }
        guard url.query == nil, url.fragment == nil else {
            throw StartFailure("The address of an MCP server has no query and no fragment. Write it as in https://bridge.example/mcp")
        }
        var path = url.path[...]
        while path.hasSuffix("/") { path.removeLast() }
        self.origin = origin
        self.path = path.isEmpty ? "/mcp" : String(path)
    }
}

// MARK: Requests

extension Site {
    func get(_ path: String, _ headers: [(name: String, value: String)] = []) -> DemoRequest {
        DemoRequest(method: "GET", url: origin + path, headers: [("Accept", "application/json")] + headers)
    }

    /// A call to the MCP endpoint, without credentials unless `headers` has some.
    func mcp(
        _ method: String = "POST", _ headers: [(name: String, value: String)] = [], accept: String = "application/json, text/event-stream",
        query: String = ""
    ) -> DemoRequest {
        mcp(at: address.resource + query, method, headers, accept: accept)
    }

    func legacy(_ headers: [(name: String, value: String)] = []) -> DemoRequest {
        mcp(at: origin + "/legacy/mcp", "POST", headers, accept: "application/json, text/event-stream")
    }

    private func mcp(at url: String, _ method: String, _ headers: [(name: String, value: String)], accept: String) -> DemoRequest {
        let call: JSON = ["jsonrpc": "2.0", "id": 1, "method": "tools/list"]
        let type: [(name: String, value: String)] = method == "POST" ? [("Content-Type", "application/json")] : []
        return DemoRequest(
            method: method, url: url, headers: [("Accept", accept)] + type + headers, body: method == "POST" ? call.serialized : [])
    }

    /// The URL of an endpoint: from the metadata when it lies on this server, else where it belongs. Nothing is sent anywhere else.
    func endpoint(_ member: String) -> String {
        let named = metadata?[member]?.string
        if let named, isHere(named) { return named }
        return origin + (Self.canonicalPaths[member] ?? "/")
    }

    static let canonicalPaths = [
        "authorization_endpoint": "/authorize", "token_endpoint": "/token", "registration_endpoint": "/register",
        "revocation_endpoint": "/revoke", "introspection_endpoint": "/introspect", "jwks_uri": "/.well-known/jwks.json",
    ]

    func isHere(_ url: String) -> Bool {
        guard let url = try? StrictURL(url) else { return false }
        return url.origin == origin && url.fragment == nil
    }

    /// RFC 7591 §3.1.
    /// - Parameter changes: members that are other than in a registration that is right.
    func register(_ changes: KeyValuePairs<String, JSON?> = [:]) -> DemoRequest {
        var document = JSONObject([
            .init(key: "client_name", value: "drawbridge doctor"), .init(key: "redirect_uris", value: [.string(Self.redirect)]),
            .init(key: "token_endpoint_auth_method", value: "none"),
            .init(key: "grant_types", value: ["authorization_code", "refresh_token"]), .init(key: "response_types", value: ["code"]),
            // Unknown members are ignored (RFC 7591 §2).
            .init(key: "example_of_an_unknown_member", value: true),
        ])
        for (key, value) in changes { document[key] = value }
        return DemoRequest(
            method: "POST", url: endpoint("registration_endpoint"),
            headers: [("Content-Type", "application/json"), ("Accept", "application/json")], body: JSON.object(document).serialized)
    }

    /// An authorization request as a browser makes it.
    /// - Parameter changes: parameters that are other than in a request that is right; `nil` leaves one out.
    func authorize(
        _ changes: KeyValuePairs<String, String?> = [:], twice: String? = nil, headers: [(name: String, value: String)] = []
    ) throws(NothingToAsk) -> DemoRequest {
        // A request of another client can be made without one of our own.
        let isOurs = !changes.contains { $0.key == "client_id" }
        var query = [
            ("response_type", "code"), ("client_id", isOurs ? try registeredClient : ""), ("redirect_uri", Self.redirect),
            ("code_challenge", Self.codeChallenge), ("code_challenge_method", "S256"), ("state", "doctor"),
        ]
        for (name, value) in changes {
            let place = query.firstIndex { $0.0 == name } ?? query.count
            query.removeAll { $0.0 == name }
            if let value { query.insert((name, value), at: place) }
        }
        if let twice, let pair = query.first(where: { $0.0 == twice }) { query.append(pair) }
        return DemoRequest(
            method: "GET", url: endpoint("authorization_endpoint") + "?" + FormData(query).encoded,
            headers: [("Accept", "text/html,application/xhtml+xml")] + headers)
    }

    private var registeredClient: String {
        get throws(NothingToAsk) {
            guard let client else {
                throw NothingToAsk(reason: isRegistrationOff ? "registration is off here" : "no client could be registered")
            }
            return client
        }
    }

    /// A form for the token endpoint or its neighbours, from the registered client.
    func form(
        _ member: String, _ pairs: [(String, String)], headers: [(name: String, value: String)] = [], asClient: Bool = true
    ) throws(NothingToAsk) -> DemoRequest {
        let all = pairs + (asClient ? [("client_id", try registeredClient)] : [])
        return DemoRequest(
            method: "POST", url: endpoint(member),
            headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")] + headers,
            body: Array(FormData(all).encoded.utf8))
    }

    /// An exchange that is right but for its code.
    func exchange(headers: [(name: String, value: String)] = []) throws(NothingToAsk) -> DemoRequest {
        try form(
            "token_endpoint",
            [
                ("grant_type", "authorization_code"), ("code", "dbc_" + String(repeating: "A", count: 43)),
                ("redirect_uri", Self.redirect), ("code_verifier", Self.codeVerifier),
            ], headers: headers)
    }
}
