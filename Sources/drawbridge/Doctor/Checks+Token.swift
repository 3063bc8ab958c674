import Primitives

extension Check {
    /// A request to the token endpoint that must be refused.
    private static func refusesToken(
        _ name: String, _ claim: String, status: ClosedRange<Int>, error: String?, why: String,
        to ask: @escaping @Sendable (Site) throws(NothingToAsk) -> DemoRequest
    ) -> Check {
        Check(
            name, .token, claim, why: why, change: "Report this, or look what answers in front of the bridge.", to: ask,
            judge: { _, answer in
                Verdict(status.contains(answer.status) && (error == nil || answer.error == error), answer.summary)
            })
    }

    private static let basic: [(name: String, value: String)] = [
        ("Authorization", "Basic " + Base64.encode(Array("doctor-was-never-here:nor-was-this".utf8)))
    ]

    @CheckList static var token: [Check] {
        refusesToken(
            "token-get", "GET is 405", status: 405...405, error: nil, why: "Codes and secrets would stand in URLs (RFC 6749 §3.2)."
        ) { site in DemoRequest(method: "GET", url: site.endpoint("token_endpoint"), headers: [("Accept", "application/json")]) }
        refusesToken(
            "token-unknown-code", "An unknown code is 400 invalid_grant", status: 400...400, error: "invalid_grant",
            why: "Clients start over at this error, and at no other (RFC 6749 §5.2)."
        ) { site throws(NothingToAsk) in try site.exchange() }
        refusesToken(
            "token-unknown-refresh-token", "An unknown refresh token is 400 invalid_grant", status: 400...400, error: "invalid_grant",
            why: "Clients ask the person again at this error, and at no other (RFC 6749 §5.2)."
        ) { site throws(NothingToAsk) in
            try site.form(
                "token_endpoint", [("grant_type", "refresh_token"), ("refresh_token", "dbr_" + String(repeating: "A", count: 43))])
        }
        refusesToken(
            "token-password-grant", "The password grant is 400 unsupported_grant_type", status: 400...400, error: "unsupported_grant_type",
            why: "It makes clients collect passwords (RFC 9700 §2.4)."
        ) { site throws(NothingToAsk) in
            try site.form("token_endpoint", [("grant_type", "password"), ("username", "doctor"), ("password", "doctor")])
        }
        refusesToken(
            "token-unknown-client", "An unknown client is invalid_client", status: 400...401, error: "invalid_client",
            why: "Clients register again at this error, and at no other (RFC 6749 §5.2)."
        ) { site throws(NothingToAsk) in
            try site.form(
                "token_endpoint",
                [
                    ("grant_type", "authorization_code"), ("code", "dbc_" + String(repeating: "A", count: 43)),
                    ("redirect_uri", Site.redirect), ("code_verifier", Site.codeVerifier), ("client_id", "doctor-was-never-here"),
                ], asClient: false)
        }
        Check(
            "token-basic-challenge", .token, "Wrong Basic credentials are 401 with WWW-Authenticate: Basic",
            why: "Who tried HTTP authentication is answered in kind (RFC 6749 §5.2).",
            change: "Let the proxy pass Authorization and WWW-Authenticate unchanged.",
            to: { site throws(NothingToAsk) in
                try site.form("token_endpoint", [("grant_type", "authorization_code"), ("code", "dbc_A")], headers: basic, asClient: false)
            },
            judge: { _, answer in
                let scheme = answer.values("WWW-Authenticate").compactMap { ChallengeReader($0)?.scheme }.first
                return Verdict(answer.status == 401 && scheme == "basic", "\(answer.summary), challenge \(scheme ?? "none")")
            })
        refusesToken(
            "token-query", "Parameters in the query are refused", status: 400...400, error: "invalid_request",
            why: "URLs end up in logs (RFC 6749 §2.3.1)."
        ) { site throws(NothingToAsk) in
            let request = try site.exchange()
            return DemoRequest(method: "POST", url: request.url + "?client_secret=doctor", headers: request.headers, body: request.body)
        }
        refusesToken(
            "token-content-type", "A body that is no form is refused with 415 or 400", status: 400...415, error: nil,
            why: "What is guessed at is read differently by others (RFC 6749 §3.2)."
        ) { site in
            DemoRequest(
                method: "POST", url: site.endpoint("token_endpoint"), headers: [("Content-Type", "text/plain")],
                body: Array("grant_type=refresh_token".utf8))
        }
        refusesToken(
            "token-limit", "A body of 200 KB is refused with 413", status: 413...413, error: nil,
            why: "Nobody needs it, and everybody may send it."
        ) { site in
            DemoRequest(
                method: "POST", url: site.endpoint("token_endpoint"), headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(("code=" + String(repeating: "A", count: 200_000)).utf8))
        }
        Check(
            "token-not-cached", .token, "Nobody may keep its answers, errors among them",
            why: "They hold tokens (RFC 6749 §5.1).", change: "Let the proxy pass Cache-Control unchanged, and cache nothing.",
            to: { site throws(NothingToAsk) in try site.exchange(headers: [("Cache-Control", "no-cache")]) },
            judge: { _, answer in
                Verdict(answer.list("Cache-Control").contains("no-store"), "Cache-Control: \(answer.header("Cache-Control") ?? "none")")
            })
        Check(
            "token-error-json", .token, "Its errors are JSON that names the error",
            why: "Clients read error and error_description (RFC 6749 §5.2).", change: "Let the proxy pass the bodies of errors unchanged.",
            to: { site throws(NothingToAsk) in try site.form("token_endpoint", []) },
            judge: { _, answer in
                Verdict(
                    (400...401).contains(answer.status) && answer.error != nil && answer.mediaType == "application/json", answer.summary)
            })
    }

    @CheckList static var revocation: [Check] {
        Check(
            "revoke-unknown-token", .revocation, "An unknown token is 200",
            why: "The client wanted it gone, and gone it is (RFC 7009 §2.2).", change: "Let the proxy pass POST /revoke to the bridge.",
            to: { site throws(NothingToAsk) in
                try site.form("revocation_endpoint", [("token", "dbr_" + String(repeating: "A", count: 43))])
            },
            judge: { _, answer in Verdict(answer.status == 200, answer.summary) })
        Check(
            "revoke-get", .revocation, "GET is 405", why: "Tokens would stand in URLs (RFC 7009 §2.1).", change: "Report this.",
            to: { site in DemoRequest(method: "GET", url: site.endpoint("revocation_endpoint"), headers: [("Accept", "application/json")])
            },
            judge: { _, answer in Verdict(answer.status == 405, answer.summary) })
        Check(
            "introspection-authenticated", .revocation, "Introspection tells strangers nothing",
            why: "Otherwise tokens can be tried and people's grants read (RFC 7662 §4).",
            change: "Report this: it is a hole in the bridge, or something in front of it answers.",
            to: { site throws(NothingToAsk) in
                guard site.metadata?["introspection_endpoint"] != nil else { throw NothingToAsk(reason: "it is not offered") }
                return try site.form("introspection_endpoint", [("token", "dbr_" + String(repeating: "A", count: 43))], asClient: false)
            },
            judge: { _, answer in
                let isSilent = answer.json?.object?.members.allSatisfy { $0.key == "active" && $0.value == false } ?? false
                return Verdict((400...401).contains(answer.status) || (answer.status == 200 && isSilent), answer.summary)
            })
    }
}
