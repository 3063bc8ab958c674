import Primitives

extension Check {
    /// A request that must end on a page here that names the error: no redirect, and nothing to paste a token into.
    /// - Parameter code: `nil` where the standards name none.
    private static func refusesRequest(
        _ name: String, _ claim: String, _ changes: KeyValuePairs<String, String?> = [:], twice: String? = nil, code: String?, why: String
    ) -> Check {
        Check(
            name, .authorization, claim, why: why, change: "Report this: it is a hole in the bridge, or something in front of it answers.",
            to: { site throws(NothingToAsk) in try site.authorize(changes, twice: twice) },
            judge: { _, answer in
                if answer.asksForToken { return .wrong("\(answer.summary), and it asks for a token") }
                if let code, !answer.text.contains(code) { return .wrong("\(answer.summary), without the code \(code)") }
                return Verdict(answer.status == 400 && answer.values("Location").isEmpty, answer.summary)
            })
    }

    @CheckList static var authorization: [Check] {
        Check(
            "authorize", .authorization, "A request that is right gets the consent page",
            why: "Here people decide (OAuth 2.1 §4.1.1).", change: "Let the proxy pass /authorize with its query to the bridge.",
            to: { site throws(NothingToAsk) in try site.authorize() },
            judge: { _, answer in Verdict(answer.status == 200 && answer.mediaType == "text/html", answer.summary) })
        Check(
            "authorize-repeatable", .authorization, "Asking twice does no harm",
            why: "Some clients fetch the page once before they open the browser (fastmcp).", change: "Report this.",
            to: { site throws(NothingToAsk) in try site.authorize(headers: [("Cache-Control", "no-cache")]) },
            judge: { _, answer in Verdict(answer.status == 200 && answer.mediaType == "text/html", answer.summary) })
        Check(
            "authorize-without-state", .authorization, "It works without state, scope and resource",
            why: "Older clients send none of them (MCP 2025-03-26).", change: "Report this.",
            to: { site throws(NothingToAsk) in try site.authorize(["state": nil]) },
            judge: { _, answer in Verdict(answer.status == 200 && answer.mediaType == "text/html", answer.summary) })
        Check(
            "authorize-resource", .authorization, "It works with the resource that was typed",
            why: "Clients name the server for which they want the token (RFC 8707 §2, MCP authorization).",
            change: "Give clients the address that the metadata name, or set DRAWBRIDGE_ISSUER to the origin that they use.",
            to: { site throws(NothingToAsk) in try site.authorize(["resource": site.address.resource]) },
            judge: { _, answer in Verdict(answer.status == 200 && answer.mediaType == "text/html", answer.summary) })
        refusesRequest(
            "authorize-unknown-client", "An unknown client is 400 and no redirect", ["client_id": "doctor-was-never-here"],
            code: nil,
            why: "A redirect would make the bridge send people wherever a stranger says (OAuth 2.1 §4.1.2.1).")
        refusesRequest(
            "authorize-unregistered-redirect", "A redirect that was not registered is 400 and no redirect",
            ["redirect_uri": "https://client.invalid/callback"], code: "invalid_request",
            why: "The code would go to whoever asks for it (RFC 9700 §4.1.1).")
        refusesRequest(
            "authorize-altered-redirect", "One that differs by a slash is another", ["redirect_uri": Site.redirect + "/"],
            code: "invalid_request",
            why: "Redirects are compared character by character; only the port of a loopback one may differ (RFC 9700 §4.1.3).")
        refusesRequest(
            "authorize-repeated-parameter", "A parameter that is there twice is refused", twice: "client_id", code: "invalid_request",
            why: "Two readers take two different ones (RFC 6749 §3.1).")
        refusesRequest(
            "authorize-without-pkce", "A request without PKCE is refused", ["code_challenge": nil, "code_challenge_method": nil],
            code: "invalid_request", why: "A stolen code could be used (RFC 9700 §2.1.1, RFC 7636 §4.4.1).")
        refusesRequest(
            "authorize-plain-pkce", "PKCE with plain is refused", ["code_challenge_method": "plain"], code: "invalid_request",
            why: "The challenge in the URL would be the secret itself (RFC 9700 §2.1.1, RFC 7636 §4.2).")
        refusesRequest(
            "authorize-implicit-plain-pkce", "A missing method counts as plain", ["code_challenge_method": nil], code: "invalid_request",
            why: "RFC 7636 §4.3 says that it means plain.")
        refusesRequest(
            "authorize-short-challenge", "A challenge of 42 characters is refused",
            ["code_challenge": String(Site.codeChallenge.dropLast())],
            code: "invalid_request", why: "S256 always makes 43; anything else is a mistake or an attack (RFC 7636 §4.2).")
        refusesRequest(
            "authorize-implicit-flow", "response_type=token is refused", ["response_type": "token"], code: "unsupported_response_type",
            why: "It puts access tokens into URLs (RFC 9700 §2.1.2).")
        refusesRequest(
            "authorize-foreign-resource", "Another resource is refused", ["resource": "https://client.invalid/mcp"], code: "invalid_target",
            why: "A token for one server must not be good for another (RFC 8707 §2).")
        refusesRequest(
            "authorize-unknown-scope", "A scope that nobody knows is refused when it is alone", ["scope": "no-such-scope"],
            code: "invalid_scope",
            why: "A person cannot decide about it (RFC 6749 §4.1.2.1).")
    }

    /// A check of a header of the consent page.
    private static func onPage(
        _ name: String, _ claim: String, why: String, change: String, _ judge: @escaping @Sendable (DemoResponse) -> Verdict
    ) -> Check {
        Check(
            name, .page, claim, why: why, change: change, to: { site throws(NothingToAsk) in try site.authorize() },
            judge: { _, answer in
                guard answer.status == 200, answer.mediaType == "text/html" else { return .open("there is no consent page") }
                return judge(answer)
            })
    }

    private static func onHeader(_ name: String, _ header: String, _ value: String, why: String) -> Check {
        onPage(name, "It is sent with \(header): \(value)", why: why, change: "Let the proxy pass \(header) unchanged.") { answer in
            Verdict(answer.list(header).contains(value.lowercased()), answer.header(header).map(EscapedText.oneLine) ?? "no such header")
        }
    }

    /// A directive of the Content-Security-Policy.
    private static func onPolicy(_ name: String, _ directive: String, _ value: String, why: String) -> Check {
        onPage(
            name, "Its Content-Security-Policy has \(directive) \(value)", why: why,
            change: "Let the proxy pass Content-Security-Policy unchanged."
        ) { answer in
            let directives = (answer.header("Content-Security-Policy") ?? "").split(separator: ";").map { String($0).trimmed.lowercased() }
            let found = directives.first { $0.hasPrefix(directive + " ") }
            return Verdict(found == "\(directive) \(value)", found ?? "no such directive")
        }
    }

    /// A check of what is on the page.
    private static func onMarkup(
        _ name: String, _ claim: String, why: String, _ judge: @escaping @Sendable (PageReading) -> Verdict
    ) -> Check {
        onPage(name, claim, why: why, change: "Undo changes to templates/, and let nothing in front of the bridge rewrite pages.") {
            answer in
            PageReading(answer).map(judge) ?? .open("the page's markup cannot be read")
        }
    }

    @CheckList static var page: [Check] {
        onPolicy(
            "page-csp", "default-src", "'none'",
            why: "What slips into the page then cannot load or run anything (RFC 9700 §4.16, CSP 3).")
        onPolicy("page-csp-form-action", "form-action", "'self'", why: "The pasted token can be posted nowhere else (CSP 3 §6.4.1).")
        onPolicy(
            "page-csp-frame-ancestors", "frame-ancestors", "'none'",
            why: "In a frame somebody else decides where people click (RFC 9700 §4.16).")
        onHeader("page-frame-options", "X-Frame-Options", "DENY", why: "The same, for older browsers (RFC 7034).")
        onHeader(
            "page-not-cached", "Cache-Control", "no-store",
            why: "The page belongs to one person and one request; a shared cache would mix them (RFC 9111 §5.2.2.5).")
        onHeader(
            "page-no-referrer", "Referrer-Policy", "no-referrer",
            why: "The request's parameters must not leave with a link (RFC 9700 §4.2.4).")
        onHeader("page-nosniff", "X-Content-Type-Options", "nosniff", why: "No answer is to be taken for a script (Fetch §3.6).")
        onMarkup(
            "page-one-form", "It has one form, and that is posted",
            why: "Whoever fills it in knows what is decided, and nothing of it stands in a URL."
        ) {
            page in
            let forms = page.all("form")
            return Verdict(forms.count == 1 && forms[0].attributes["method"]?.lowercased() == "post", "\(forms.count) forms")
        }
        onMarkup(
            "page-form-stays-here", "The form is posted to this server", why: "The pasted token must go nowhere else."
        ) { page in
            let actions = page.all("form").compactMap { $0.attributes["action"] } + page.elements.compactMap { $0.attributes["formaction"] }
            let away = actions.filter { !($0.isEmpty || $0.hasPrefix("/") && !$0.hasPrefix("//")) }
            return Verdict(away.isEmpty, EscapedText.oneLine((away.first ?? actions.first) ?? "no action"))
        }
        onMarkup(
            "page-token-field", "The field for the token hides it and is empty",
            why: "Browsers would offer it again to whoever sits there next, and onlookers would read it."
        ) { page in
            let fields = page.controls(named: "token")
            let isRight =
                fields.count == 1
                && fields.allSatisfy { field in
                    field.attributes["type"]?.lowercased() == "password" && (field.attributes["value"] ?? "").isEmpty
                        && ["off", "new-password"].contains(field.attributes["autocomplete"]?.lowercased())
                }
            return Verdict(
                isRight,
                fields.isEmpty
                    ? "no field named token"
                    : "\(fields.count) of them, \(fields[0].attributes["type"] ?? "text"), autocomplete \(fields[0].attributes["autocomplete"] ?? "on")"
            )
        }
        onMarkup(
            "page-sealed-request", "The request travels sealed, with a CSRF token",
            why: "What stands readable in the form can be altered before it is posted (RFC 6749 §10.12, RFC 9700 §4.7)."
        ) { page in
            let hidden = page.all("input").filter { $0.attributes["type"]?.lowercased() == "hidden" }.compactMap { $0.attributes["name"] }
            let open = hidden.filter { ["client_id", "redirect_uri", "state", "code_challenge", "resource"].contains($0) }
            return Verdict(hidden.count >= 2 && open.isEmpty, hidden.isEmpty ? "no hidden field" : hidden.joined(separator: ", "))
        }
        onMarkup(
            "page-decisions", "It can be approved and denied", why: "A person who cannot say no has not agreed (OAuth 2.1 §4.1.1)."
        ) { page in
            let decisions = page.controls(named: "decision").compactMap { $0.attributes["value"] }
            return Verdict(
                Set(decisions).isSuperset(of: ["approve", "deny"]), decisions.isEmpty ? "no decision" : decisions.joined(separator: ", "))
        }
        onMarkup(
            "page-no-script", "It has no script", why: "A script on this page reads the token as it is pasted (RFC 9700 §4.16)."
        ) { page in Verdict(page.scripts.isEmpty, page.scripts.isEmpty ? "none" : page.scripts.joined(separator: ", ")) }
        onMarkup(
            "page-nothing-from-elsewhere", "A browser fetches nothing from elsewhere for it",
            why: "Who serves a picture learns who signs in where, and can change what people see."
        ) { page in
            let away = page.fetched.filter { !($0.hasPrefix("/") && !$0.hasPrefix("//")) && !$0.hasPrefix("data:") }
            return Verdict(away.isEmpty, away.isEmpty ? "\(page.fetched.count) files of this server" : EscapedText.oneLine(away[0]))
        }
    }

    /// A check of every cookie that comes with the consent page.
    private static func onCookies(
        _ name: String, _ claim: String, why: String, secureOnly: Bool = false, _ judge: @escaping @Sendable (CookieReading) -> Bool
    ) -> Check {
        Check(
            name, .cookie, claim, why: why,
            change: "Let the proxy pass Set-Cookie unchanged, and set DRAWBRIDGE_ISSUER to the https origin.",
            to: { site throws(NothingToAsk) in try site.authorize() },
            judge: { site, answer in
                if secureOnly, !site.address.origin.isSecure { return .open("browsers allow it over https alone") }
                let cookies = CookieReading.all(answer)
                guard let first = cookies.first else { return .open("no cookie came") }
                let wrong = cookies.first { !judge($0) }
                return Verdict(wrong == nil, EscapedText.oneLine((wrong ?? first).description))
            })
    }

    @CheckList static var cookie: [Check] {
        Check(
            "cookie", .cookie, "The page is bound to the browser by a cookie",
            why: "Otherwise somebody else's request could be approved in this browser (RFC 9700 §4.7).",
            change: "Let the proxy pass Set-Cookie unchanged.", to: { site throws(NothingToAsk) in try site.authorize() },
            judge: { _, answer in
                guard answer.status == 200 else { return .open("there is no consent page") }
                let cookies = CookieReading.all(answer)
                return Verdict(
                    !cookies.isEmpty, cookies.isEmpty ? "no cookie" : EscapedText.oneLine(cookies.map(\.name).joined(separator: ", ")))
            })
        onCookies(
            "cookie-http-only", "No script can read it", why: "HttpOnly keeps it from whatever slips into a page (RFC 6265 §4.1.2.6)."
        ) {
            $0.attributes["httponly"] != nil
        }
        onCookies(
            "cookie-same-site", "Other sites cannot make a browser send it with a form",
            why: "SameSite is the first guard against forged answers (RFC 6265bis §8.8)."
        ) {
            ["lax", "strict"].contains($0.attributes["samesite"]?.lowercased())
        }
        onCookies(
            "cookie-secure", "It never travels in clear", why: "Without Secure it is sent over http as well (RFC 6265 §4.1.2.5).",
            secureOnly: true
        ) {
            $0.attributes["secure"] != nil
        }
        onCookies(
            "cookie-host-prefix", "No other host can set it",
            why: "The prefix __Host- keeps subdomains from planting their own (RFC 6265bis §4.1.3.2).",
            secureOnly: true
        ) { $0.name.hasPrefix("__Host-") && $0.attributes["path"] == "/" && $0.attributes["domain"] == nil }
    }
}

extension CookieReading {
    /// Without its value.
    var description: String {
        ([name] + attributes.sorted { $0.key < $1.key }.map { $0.value.isEmpty ? $0.key : "\($0.key)=\($0.value)" }).joined(separator: "; ")
    }
}
