import Primitives

/// What a client finds out about the server before anything else.
struct DemoServer: Sendable {
    let issuer: String
    let resource: String
    let authorization: String
    let token: String
    let registration: String
    let revocation: String
}

/// A registered client.
struct DemoClient: Sendable {
    let id: String
    let redirect: String
}

extension DemoJourney {
    /// RFC 9728 §5, then RFC 8414 §3.
    func discover() async throws(DemoFailure) -> DemoServer {
        let pointer = try await report.check("Without a token /mcp answers 401 and says where to read on") { () throws(DemoFailure) in
            try await challenge()
        }
        let (resource, server) = try await report.check("The protected resource names its authorization server") {
            () throws(DemoFailure) -> (resource: String, server: String) in
            let document = try json(await get(pointer), status: 200, "the resource's metadata")
            let resource = try text("resource", in: document)
            try require(resource == baseURL + "/mcp", "resource \(baseURL)/mcp", got: resource)
            let servers = document["authorization_servers"]?.strings ?? []
            guard let server = servers.first, servers.count == 1 else {
                throw DemoFailure(expected: "one authorization server", got: servers.joined(separator: ", "))
            }
            return (resource, server)
        } detail: { found in
            ": \(found.server)"
        }
        return try await report.check("The server's metadata agrees: its own name, PKCE with S256, every endpoint") {
            () throws(DemoFailure) in
            try await metadata(of: server, resource: resource)
        }
    }

    /// The URL in `WWW-Authenticate`.
    private func challenge() async throws(DemoFailure) -> String {
        let request: JSON = ["jsonrpc": "2.0", "id": 1, "method": "tools/list"]
        let response = try await post(json: request, to: baseURL + "/mcp", headers: [("Accept", "application/json, text/event-stream")])
        guard response.status == 401, let header = response.header("WWW-Authenticate"), header.lowercased().hasPrefix("bearer") else {
            throw DemoFailure(expected: "401 with WWW-Authenticate: Bearer", response: response)
        }
        guard let start = header.firstRange(of: "resource_metadata=\"")?.upperBound else {
            throw DemoFailure(expected: "resource_metadata in WWW-Authenticate (RFC 9728 §5.1)", got: header)
        }
        // RFC 6750 §3.1: no error code where no credentials were sent.
        try require(!header.contains("error="), "a challenge without an error", got: header)
        let pointer = String(header[start...].prefix { $0 != "\"" })
        try requireOurs(pointer)
        return pointer
    }

    private func metadata(of server: String, resource: String) async throws(DemoFailure) -> DemoServer {
        try requireOurs(server + "/")
        let document = try json(await get(server + "/.well-known/oauth-authorization-server"), status: 200, "the server's metadata")
        let issuer = try text("issuer", in: document)
        // RFC 8414 §3.3: string-identical, or the metadata is somebody else's.
        try require(issuer == server, "issuer \(server)", got: issuer)
        let methods = document["code_challenge_methods_supported"]?.strings ?? []
        try require(methods == ["S256"], "code_challenge_methods_supported: S256", got: methods.joined(separator: ", "))
        var endpoints: [String] = []
        for name in ["authorization_endpoint", "token_endpoint", "registration_endpoint", "revocation_endpoint"] {
            let endpoint = try text(name, in: document)
            try requireOurs(endpoint)
            endpoints.append(endpoint)
        }
        return DemoServer(
            issuer: issuer, resource: resource, authorization: endpoints[0], token: endpoints[1], registration: endpoints[2],
            revocation: endpoints[3])
    }

    /// The demo pastes a token into what it finds: nothing beyond this server gets it.
    private func requireOurs(_ url: String) throws(DemoFailure) {
        try require(url.hasPrefix(baseURL + "/"), "a URL under \(baseURL)", got: url)
    }

    /// RFC 7591 §3.1, as a public client with a loopback redirect (RFC 8252 §7.3).
    func register(at server: DemoServer) async throws(DemoFailure) -> DemoClient {
        // Nobody listens there: the journey reads the page that would send a browser on.
        let redirect = "http://127.0.0.1:43117/callback"
        return try await report.check("POST /register gives a client id and, to a client without a secret, none") {
            () throws(DemoFailure) in
            let request: JSON = [
                "client_name": "Drawbridge demo", "redirect_uris": [.string(redirect)], "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            ]
            let answer = try json(await post(json: request, to: server.registration), status: 201, "the registration")
            let id = try text("client_id", in: answer)
            try require(answer["client_secret"] == nil, "no client_secret for the method none", got: "one")
            let redirects = answer["redirect_uris"]?.strings ?? []
            try require(redirects == [redirect], "redirect_uris as sent", got: redirects.joined(separator: ", "))
            return DemoClient(id: id, redirect: redirect)
        }
    }
}
