import Primitives

/// What the client has after the person said yes.
struct DemoApproval: Sendable {
    let code: String
    /// Of PKCE (RFC 7636 §4.1): proves that who exchanges the code is who asked for it.
    let verifier: String
}

extension DemoJourney {
    static let scope = "read write delete"

    /// Both sides of the consent page: the client's request, the person's browser.
    func consent(to client: DemoClient, at server: DemoServer) async throws(DemoFailure) -> DemoApproval {
        let verifier = nonce(32)
        let state = nonce(12)
        var browser = DemoBrowser(url: authorizationURL(client, server, verifier: verifier, state: state))
        try await report.check("The client sends the browser to a page that asks for the token") { () throws(DemoFailure) -> Int in
            try await open(&browser)
        } detail: { powers in
            ", with \(powers) powers to tick"
        }
        try await report.check("A wrong token is refused, with the reason, and can be tried again") { () throws(DemoFailure) -> String? in
            try await submitWrongToken(&browser)
        } detail: { reason in
            reason.map { ": “\($0)”" } ?? ""
        }
        let sentTo = try await report.check("The right token is approved: a 200 page sends the browser on") { () throws(DemoFailure) in
            try await submitRightToken(&browser)
        }
        return try await report.check("The client gets a code, with its own state and the issuer's name") { () throws(DemoFailure) in
            let code = try readCallback(sentTo, client, server, state: state)
            return DemoApproval(code: code, verifier: verifier)
        }
    }

    private func authorizationURL(_ client: DemoClient, _ server: DemoServer, verifier: String, state: String) -> String {
        let query = FormData([
            ("response_type", "code"), ("client_id", client.id), ("redirect_uri", client.redirect), ("scope", Self.scope), ("state", state),
            ("resource", server.resource), ("code_challenge", Base64URL.encode(sha256(Array(verifier.utf8)))),
            ("code_challenge_method", "S256"),
        ])
        return server.authorization + "?" + query.encoded
    }

    /// - Returns: how many scopes the page offers.
    private func open(_ browser: inout DemoBrowser) async throws(DemoFailure) -> Int {
        let response = try await send(browser.opening())
        guard response.status == 200 else { throw DemoFailure(expected: "the consent page, with status 200", response: response) }
        let form = try browser.show(response)
        guard let field = form.controls(named: "token").first, field.type == "password" else {
            throw DemoFailure(expected: "a password field named token", got: form.controls.map(\.name).joined(separator: ", "))
        }
        let scopes = form.controls(named: "scope")
        try require(scopes.contains(where: \.isChecked), "boxes named scope, ticked as asked", got: "\(scopes.count) boxes, none ticked")
        return scopes.count
    }

    /// - Returns: the reason, where the page announces it.
    private func submitWrongToken(_ browser: inout DemoBrowser) async throws(DemoFailure) -> String? {
        let response = try await send(browser.approving(token: "vtwn_" + nonce(24), base: baseURL))
        try require(response.status < 500, "the form again", got: "status \(response.status)")
        _ = try browser.show(response)
        try require(browser.page?.refresh == nil, "no way on for a wrong token", got: "a page that sends the browser on")
        return browser.page?.alert.map { String($0.prefix(60)) }
    }

    /// - Returns: where the page sends the browser.
    private func submitRightToken(_ browser: inout DemoBrowser) async throws(DemoFailure) -> String {
        let response = try await send(browser.approving(token: apiToken, base: baseURL))
        // A redirect after this POST would be blocked by browsers, and a 307 would send the token along.
        guard response.status == 200, let target = try DemoBrowser.page(response).refresh else {
            throw DemoFailure(expected: "a page with status 200 that sends the browser on", response: response)
        }
        return target
    }

    private func readCallback(_ url: String, _ client: DemoClient, _ server: DemoServer, state: String) throws(DemoFailure) -> String {
        let shown = String(url.prefix { $0 != "?" })
        guard shown == client.redirect, let query = try? FormData(parsing: String(url.dropFirst(shown.count + 1))) else {
            throw DemoFailure(expected: "the registered redirect, \(client.redirect)", got: shown)
        }
        guard let code = query["code"] else {
            throw DemoFailure(expected: "a code", got: query["error"] ?? "neither a code nor an error")
        }
        try require(query["state"] == state, "state as the client sent it", got: query["state"] == nil ? "none" : "another")
        // RFC 9207 §2.4: otherwise an answer of another server could pass for this one's.
        try require(query["iss"] == server.issuer, "iss \(server.issuer)", got: query["iss"] ?? "none")
        return code
    }
}
