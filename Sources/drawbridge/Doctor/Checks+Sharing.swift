import Primitives

extension Site {
    private func preflight(_ url: String, _ method: String) -> DemoRequest {
        DemoRequest(
            method: "OPTIONS", url: url,
            headers: [
                ("Origin", origin), ("Access-Control-Request-Method", method),
                ("Access-Control-Request-Headers", "authorization, content-type, mcp-protocol-version"),
            ])
    }

    /// What a browser asks before a script of this server's own origin may call the MCP endpoint.
    func preflight() -> DemoRequest { preflight(address.resource, "POST") }

    func preflight(of member: String) -> DemoRequest { preflight(endpoint(member), "POST") }

    fileprivate var sharedRequests: [DemoRequest] {
        [
            preflight(), preflight(of: "token_endpoint"), mcp("POST", [("Origin", origin)]),
            get(metadataPath, [("Origin", "https://doctor.invalid")]),
        ]
    }
}

extension Check {
    @CheckList static var sharing: [Check] {
        Check(
            "cors-preflight", .sharing, "The MCP endpoint answers a preflight without a token",
            why: "Browsers send none with it; a 401 there ends every client that runs in a browser (Fetch, CORS protocol).",
            change: "Let the proxy pass OPTIONS unchanged, and add no CORS headers there.", to: { site in site.preflight() },
            judge: { site, answer in
                Verdict(
                    (200...204).contains(answer.status) && [site.origin, "*"].contains(answer.sharedWith),
                    "\(answer.summary), allowed: \(answer.sharedWith ?? "nobody")")
            })
        Check(
            "cors-allowed-headers", .sharing, "It allows the headers that MCP needs",
            why: "Browsers leave out the call otherwise (MCP transports: Authorization, MCP-Protocol-Version, Mcp-Session-Id…).",
            change: "Let the proxy pass Access-Control-Allow-Headers unchanged.", to: { site in site.preflight() },
            judge: { _, answer in
                let missing = DemoResponse.usualHeaders.subtracting(answer.list("Access-Control-Allow-Headers")).sorted()
                return Verdict(missing.isEmpty, missing.isEmpty ? "all" : "without " + missing.joined(separator: ", "))
            })
        Check(
            "cors-exposed-headers", .sharing, "Scripts may read the challenge of a 401",
            why: "Clients in a browser cannot begin with OAuth otherwise (Fetch, Access-Control-Expose-Headers).",
            change: "Let the proxy pass Access-Control-Expose-Headers unchanged.",
            to: { site in site.mcp("POST", [("Origin", site.origin)]) },
            judge: { _, answer in
                Verdict(
                    answer.list("Access-Control-Expose-Headers").contains("www-authenticate"),
                    answer.header("Access-Control-Expose-Headers") ?? "none")
            })
        Check(
            "cors-metadata", .sharing, "Every site may read the metadata",
            why: "Clients in a browser discover from their own origin (MCP authorization).",
            change: "Let the proxy pass Access-Control-Allow-Origin unchanged.",
            to: { site in site.get(site.metadataPath, [("Origin", "https://doctor.invalid")]) },
            judge: { _, answer in Verdict(answer.sharedWith == "*", answer.sharedWith ?? "nobody") })
        Check(
            "cors-token", .sharing, "Every site may call the token endpoint",
            why: "Clients in a browser exchange their code there; nothing depends on cookies (OAuth 2.0 for Browser-Based Applications).",
            change: "Let the proxy pass OPTIONS and Access-Control-Allow-Origin unchanged.",
            to: { site in site.preflight(of: "token_endpoint") },
            judge: { _, answer in
                Verdict(
                    (200...204).contains(answer.status) && answer.sharedWith == "*",
                    "\(answer.summary), allowed: \(answer.sharedWith ?? "nobody")")
            })
        Check(
            "cors-foreign-origin", .sharing, "A site that is not allowed may not read the MCP endpoint's answers",
            why: "Otherwise any page reads what this bridge tells programs (Fetch, CORS protocol).",
            change: "Name the origins that may in DRAWBRIDGE_ALLOWED_ORIGINS, and add no CORS headers in the proxy.",
            to: { site in site.mcp("POST", [("Origin", "https://doctor.invalid")]) },
            judge: { _, answer in Verdict(answer.sharedWith == nil, answer.sharedWith ?? "nobody") })
        Check(
            "cors-no-credentials", .sharing, "No answer is shared together with cookies",
            why: "A page elsewhere could act as whoever is signed in here (Fetch, Access-Control-Allow-Credentials).",
            change: "Add no CORS headers in the proxy.", asking: { site in site.sharedRequests },
            judge: { _, answers in
                let wrong = answers.first { $0.header("Access-Control-Allow-Credentials") != nil }
                return Verdict(wrong == nil, wrong == nil ? "none is" : "Access-Control-Allow-Credentials is sent")
            })
        Check(
            "cors-not-on-pages", .sharing, "The consent page is shared with nobody",
            why: "A script elsewhere could read its CSRF token (RFC 9700 §2.6).", change: "Add no CORS headers in the proxy.",
            to: { site throws(NothingToAsk) in try site.authorize(headers: [("Origin", "https://doctor.invalid")]) },
            judge: { _, answer in Verdict(answer.sharedWith == nil, answer.sharedWith ?? "nobody") })
    }

    /// Not a token of anything: it is what a person might paste by mistake.
    private static let wrongToken = "drawbridge-doctor-has-no-token"

    private static func tokenHeader(_ site: Site) throws(NothingToAsk) -> (name: String, value: String) {
        guard let name = site.tokenHeader else { throw NothingToAsk(reason: "the server names no header for tokens") }
        return (name, wrongToken)
    }

    /// Whether the door for header tokens is there at all.
    private static func isClosed(_ legacy: DemoResponse) -> Bool { legacy.status == 404 }

    @CheckList static var header: [Check] {
        Check(
            "header-door", .header, "The door for header tokens starts no OAuth",
            why: "A client that uses it would leave its token aside and open a browser (RFC 9728 §5.1).",
            change: "Point clients with a token at /legacy/mcp, or close the door with DRAWBRIDGE_LEGACY=off.",
            to: { site in site.legacy() },
            judge: { _, answer in
                if isClosed(answer) { return .right("closed") }
                return Verdict(
                    answer.status == 401 && answer.values("WWW-Authenticate").isEmpty,
                    "\(answer.summary), \(answer.header("WWW-Authenticate") ?? "no challenge")")
            })
        Check(
            "header-wrong-token", .header, "A wrong token in the header is refused",
            why: "Its owner must learn of it, and nobody else be let in.", change: "Report this.",
            asking: { site throws(NothingToAsk) in [try site.mcp("POST", [tokenHeader(site)]), site.legacy()] },
            judge: { _, answers in
                if answers[0].status == 503 { return .open("the API behind the bridge could not be asked") }
                if answers[0].status == 429 { return .open("too many wrong tokens came from here before") }
                return Verdict(answers[0].status == 401, answers[0].summary)
            })
        Check(
            "header-no-challenge", .header, "That refusal starts no OAuth",
            why: "A client with a token in its settings cannot sign in, and would only try (RFC 9728 §5.1).", change: "Report this.",
            asking: { site throws(NothingToAsk) in [try site.mcp("POST", [tokenHeader(site)]), site.legacy()] },
            judge: { _, answers in
                if isClosed(answers[1]) { return .open("the door for header tokens is closed") }
                return Verdict(
                    answers[0].values("WWW-Authenticate").isEmpty,
                    answers[0].header("WWW-Authenticate").map(EscapedText.oneLine) ?? "no challenge")
            })
        Check(
            "header-api-answers", .header, "The API behind the bridge answers", as: .warning,
            why: "Nobody can connect and no tool works without it.", change: "Look at the bridge's log, and at the API's own status.",
            asking: { site throws(NothingToAsk) in [try site.mcp("POST", [tokenHeader(site)])] },
            judge: { _, answers in Verdict(answers[0].status != 503, answers[0].summary) })
        Check(
            "two-credentials", .header, "Two credentials at once are 400",
            why: "Two readers would take two different ones (RFC 6750 §2).", change: "Report this.",
            asking: { site throws(NothingToAsk) in
                [try site.mcp("POST", [tokenHeader(site), ("Authorization", "Bearer \(site.unsignedToken)")]), site.legacy()]
            },
            judge: { _, answers in
                if isClosed(answers[1]) { return .open("the door for header tokens is closed") }
                return Verdict(answers[0].status == 400, answers[0].summary)
            })
    }
}
