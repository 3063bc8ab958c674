import Primitives

/// What the token endpoint gave.
struct DemoTokens: Sendable {
    let access: String
    let refresh: String
    let scopes: [String]
    /// In seconds.
    let expiresIn: Int64
}

extension DemoJourney {
    /// RFC 6749 §4.1.3 with RFC 7636 §4.5.
    func exchange(_ approval: DemoApproval, of client: DemoClient, at server: DemoServer) async throws(DemoFailure) -> DemoTokens {
        let form = [
            ("grant_type", "authorization_code"), ("client_id", client.id), ("code", approval.code), ("code_verifier", approval.verifier),
            ("redirect_uri", client.redirect), ("resource", server.resource),
        ]
        let tokens = try await report.check("POST /token gives both tokens") { () throws(DemoFailure) -> DemoTokens in
            try readTokens(await post(form: form, to: server.token))
        } detail: { tokens in
            ", good for \(tokens.expiresIn) s: \(Self.short(tokens.scopes))"
        }
        try await report.check("The access token is signed for this server alone, for this client, and says when it ends") {
            () throws(DemoFailure) in
            try inspect(tokens, client, server)
        }
        return tokens
    }

    /// RFC 6749 §5.1.
    private func readTokens(_ response: DemoResponse) throws(DemoFailure) -> DemoTokens {
        let answer = try json(response, status: 200, "tokens")
        try require(response.header("Cache-Control")?.contains("no-store") == true, "Cache-Control: no-store", got: "none")
        let type = try text("token_type", in: answer)
        try require(type.lowercased() == "bearer", "token_type Bearer", got: type)
        guard let expiresIn = answer["expires_in"]?.integer, expiresIn > 0 else {
            throw DemoFailure(expected: "expires_in as a number of seconds", got: answer["expires_in"]?.text ?? "none")
        }
        return DemoTokens(
            access: try text("access_token", in: answer), refresh: try text("refresh_token", in: answer),
            scopes: try text("scope", in: answer).split(separator: " ").map(String.init), expiresIn: expiresIn)
    }

    /// RFC 9068 §2. The signature is the server's affair: to a client the token is opaque.
    private func inspect(_ tokens: DemoTokens, _ client: DemoClient, _ server: DemoServer) throws(DemoFailure) {
        let parts = tokens.access.split(separator: ".", omittingEmptySubsequences: false).map { part in
            Base64URL.decode(part).flatMap { try? JSON.parse($0) }
        }
        guard parts.count == 3, let header = parts[0], let claims = parts[1] else {
            throw DemoFailure(expected: "a compact JWT", got: "\(parts.count) parts")
        }
        let type = header["typ"]?.string ?? "none"
        try require(type.lowercased() == "at+jwt", "typ at+jwt", got: type)
        for (claim, value) in [("iss", server.issuer), ("aud", server.resource), ("client_id", client.id)] {
            let found = claims[claim]?.string ?? claims[claim]?.strings?.joined(separator: " ") ?? "none"
            try require(found == value, "\(claim) \(value)", got: found)
        }
        guard let issued = claims["iat"]?.integer, let ends = claims["exp"]?.integer, ends - issued == tokens.expiresIn else {
            throw DemoFailure(
                expected: "exp \(tokens.expiresIn) s after iat",
                got: "iat \(claims["iat"]?.text ?? "none"), exp \(claims["exp"]?.text ?? "none")")
        }
    }

    private static func short(_ scopes: [String]) -> String {
        scopes.count <= 4 ? scopes.joined(separator: " ") : scopes.prefix(3).joined(separator: " ") + " and \(scopes.count - 3) more"
    }

    // Refresh and the end

    /// RFC 6749 §6, with rotation (RFC 9700 §4.14.2).
    func refresh(_ old: DemoTokens, of client: DemoClient, at server: DemoServer) async throws(DemoFailure) -> DemoTokens {
        let form = [("grant_type", "refresh_token"), ("client_id", client.id), ("refresh_token", old.refresh)]
        let new = try await report.check("Both tokens are new") { () throws(DemoFailure) in
            let new = try readTokens(await post(form: form, to: server.token))
            try require(new.access != old.access, "another access token", got: "the same")
            try require(new.refresh != old.refresh, "another refresh token", got: "the same")
            return new
        }
        try await report.check("Asked again, as after a lost answer, the same refresh token gives the same successor") {
            () throws(DemoFailure) in
            let again = try readTokens(await post(form: form, to: server.token))
            try require(again.refresh == new.refresh, "the same refresh token as before", got: "another")
        }
        try await report.check("The new access token works") { () throws(DemoFailure) in
            _ = try await tools(server, new)
        }
        return new
    }

    /// RFC 7009 §2.1: the refresh token's end is the end of everything that came from it.
    func revoke(_ tokens: DemoTokens, of client: DemoClient, at server: DemoServer) async throws(DemoFailure) {
        try await report.check("POST /revoke ends the connection") { () throws(DemoFailure) in
            let form = [("token", tokens.refresh), ("token_type_hint", "refresh_token"), ("client_id", client.id)]
            let response = try await post(form: form, to: server.revocation)
            guard response.status == 200 else { throw DemoFailure(expected: "200", response: response) }
        }
        try await report.check("The access token is refused, though its time is not over") { () throws(DemoFailure) in
            let response = try await mcp("tools/list", era: .modern, server, tokens)
            guard response.status == 401, response.header("WWW-Authenticate")?.contains("invalid_token") == true else {
                throw DemoFailure(expected: "401 with invalid_token", response: response)
            }
        }
        try await report.check("The refresh token is refused") { () throws(DemoFailure) in
            let form = [("grant_type", "refresh_token"), ("client_id", client.id), ("refresh_token", tokens.refresh)]
            let answer = try json(await post(form: form, to: server.token), status: 400, "an error")
            try require(answer["error"]?.string == "invalid_grant", "invalid_grant", got: answer["error"]?.text ?? "none")
        }
    }
}
