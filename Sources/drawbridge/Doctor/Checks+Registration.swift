import Primitives

extension Check {
    /// A check of the answer to a registration that is right.
    private static func onRegistration(
        _ name: String, _ claim: String, why: String, change: String, _ judge: @escaping @Sendable (DemoResponse, JSON) -> Verdict
    ) -> Check {
        Check(name, .registration, claim, why: why, change: change, to: { site in site.register() }) { _, answer in
            guard answer.status == 201, let document = answer.json, document.object != nil else { return .open("nothing was registered") }
            return judge(answer, document)
        }
    }

    /// A redirect URI that must not be registered.
    private static func refusesRedirect(_ name: String, _ claim: String, _ redirect: String, why: String) -> Check {
        Check(
            name, .registration, claim, why: why, change: "Report this: it is a hole in the bridge, or something in front of it answers.",
            to: { site in site.register(["redirect_uris": [.string(redirect)]]) },
            judge: { _, answer in
                Verdict(answer.status == 400 && ["invalid_redirect_uri", "invalid_client_metadata"].contains(answer.error), answer.summary)
            })
    }

    @CheckList static var registration: [Check] {
        Check(
            "registration", .registration, "A public client with a loopback redirect can register: 201 with a client id",
            why: "Most clients know no other way to introduce themselves (RFC 7591 §3.2.1).",
            change: "Let the proxy pass POST /register to the bridge.", to: { site in site.register() },
            judge: { _, answer in
                Verdict(answer.status == 201 && !(answer.json?["client_id"]?.string ?? "").isEmpty, answer.summary)
            })
        onRegistration(
            "registration-not-cached", "Nobody may keep the answer",
            why: "It may hold a secret (RFC 7591 §3.2.1).", change: "Let the proxy pass Cache-Control unchanged, and cache nothing."
        ) { answer, _ in
            Verdict(answer.list("Cache-Control").contains("no-store"), "Cache-Control: \(answer.header("Cache-Control") ?? "none")")
        }
        onRegistration(
            "registration-echo", "It says what was registered",
            why: "Clients check the redirect and the method and stop when these are missing (RFC 7591 §3.2.1).", change: "Report this."
        ) { _, document in
            let same =
                document["redirect_uris"]?.strings == [Site.redirect] && document["client_name"]?.string == "drawbridge doctor"
                && document["token_endpoint_auth_method"]?.string == "none" && document["grant_types"]?.strings != nil
                && document["response_types"]?.strings == ["code"]
            return Verdict(same, same ? "all of it" : "something else or less")
        }
        onRegistration(
            "registration-no-nulls", "What is absent is left out",
            why: "Strict clients refuse null where a text or list may stand (RFC 7591 §3.2.1).",
            change: "Report this."
        ) { _, document in
            let nulls = document.object?.members.filter(\.value.isNull).map(\.key) ?? []
            return Verdict(nulls.isEmpty, nulls.isEmpty ? "no null" : EscapedText.oneLine(nulls.joined(separator: ", ")))
        }
        onRegistration(
            "registration-times", "Times are whole seconds", why: "Clients read them as integers (RFC 7591 §3.2.1).", change: "Report this."
        ) { _, document in
            let times = ["client_id_issued_at", "client_secret_expires_at"].compactMap { document[$0] }
            return Verdict(times.allSatisfy { $0.integer != nil }, times.isEmpty ? "none are given" : "\(times.count) given")
        }
        onRegistration(
            "registration-public-without-secret", "A client that asked for none gets no secret",
            why: "A client that has one tries to use it, and one on somebody's computer cannot keep it (RFC 7591 §2).",
            change: "Report this."
        ) { _, document in
            let secret = document["client_secret"]
            return Verdict(secret == nil, secret == nil ? "none" : "a secret")
        }
        Check(
            "registration-secret", .registration, "A client that asks for one gets a secret",
            why: "Without it a client with client_secret_basic cannot exchange a code (RFC 7591 §3.2.1).", change: "Report this.",
            to: { site in site.register(["token_endpoint_auth_method": "client_secret_basic"]) },
            judge: { _, answer in
                let length = answer.json?["client_secret"]?.string?.utf8.count ?? 0
                return Verdict(
                    answer.status == 201 && length >= 22 && answer.json?["client_secret_expires_at"]?.integer != nil,
                    "\(answer.summary), \(length == 0 ? "no secret" : "a secret of \(length) characters")")
            })
        refusesRedirect(
            "registration-refuses-javascript", "javascript: is no redirect", "javascript:alert(1)",
            why: "The browser would run it on the bridge's own page (RFC 9700 §4.1).")
        refusesRedirect(
            "registration-refuses-fragment", "A redirect has no fragment", Site.redirect + "#fragment",
            why: "RFC 6749 §3.1.2 forbids it; what stands behind it never reaches the client's server.")
        refusesRedirect(
            "registration-refuses-remote-http", "A redirect to another computer is https", "http://client.invalid/callback",
            why: "Whoever listens on the way has the code (OAuth 2.1 §2.3.1).")
        refusesRedirect(
            "registration-refuses-wildcard", "A redirect has no wildcard", "https://*.client.invalid/callback",
            why: "Redirects are compared character by character; patterns let others in (RFC 9700 §4.1.3).")
        refusesRedirect(
            "registration-refuses-userinfo", "A redirect has no user name", "https://claude.ai@client.invalid/callback",
            why: "It shows one host and leads to another (RFC 3986 §7.6).")
        refusesRedirect(
            "registration-refuses-port", "A redirect's port is a port", "http://127.0.0.1:99999/callback",
            why: "Readers of such URLs differ in what they make of it, and differences lead codes astray.")
        refusesRedirect(
            "registration-refuses-lookalike", "A loopback redirect is spelt 127.0.0.1, [::1] or localhost", "http://127.1:43117/callback",
            why: "Other spellings are one address to a browser and another to a check (RFC 8252 §7.3).")
        refusesRedirect(
            "registration-refuses-answer-parameters", "A redirect carries no code of its own", Site.redirect + "?code=mine",
            why: "The client would read the wrong one of two (RFC 9700 §4.1, §4.5).")
        Check(
            "registration-limit", .registration, "A registration of 40 KB is refused with 413",
            why: "Anybody may register; large documents are an attack (RFC 7591 §5).",
            change: "Look what answers in front of the bridge.",
            to: { site in site.register(["client_uri": .string("https://client.invalid/" + String(repeating: "a", count: 40_000))]) },
            judge: { _, answer in Verdict(answer.status == 413, answer.summary) })
        Check(
            "registration-error-json", .registration, "A registration that is no JSON is refused in JSON",
            why: "Clients read error and error_description (RFC 7591 §3.2.2).",
            change: "Let the proxy pass the bodies of errors unchanged.",
            to: { site in
                DemoRequest(
                    method: "POST", url: site.endpoint("registration_endpoint"), headers: [("Content-Type", "application/json")],
                    body: Array("{".utf8))
            },
            judge: { _, answer in
                Verdict(answer.status == 400 && answer.error != nil && answer.mediaType == "application/json", answer.summary)
            })
    }
}
