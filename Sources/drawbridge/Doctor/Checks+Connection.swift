import Primitives

extension Check {
    @CheckList static var connection: [Check] {
        Check(
            "https", .connection, "Everything goes over https, except on this computer",
            why: "Pasted API tokens, codes and access tokens would travel readable (OAuth 2.1 §1.5).",
            change: "Put a reverse proxy that speaks https in front, and set DRAWBRIDGE_ISSUER to its https origin.",
            asking: { _ in [] },
            judge: { site, _ in
                if site.address.origin.isSecure {
                    return .right(site.obstacle == nil ? "https, with a certificate that this computer trusts" : "https")
                }
                return Verdict(site.address.mayBeAsked, site.address.mayBeAsked ? "http, on this computer" : "http")
            })
        Check(
            "reachable", .connection, "The server answers",
            why: "A client that gets no answer shows the bridge as broken. A certificate that is not trusted counts as none.",
            change:
                "Look whether the bridge runs, whether the proxy knows it, and whether the certificate fits the name and is not expired.",
            asking: { _ in [] },
            judge: { site, _ in
                guard let obstacle = site.obstacle else { return .right("it does") }
                return site.address.mayBeAsked ? .wrong(obstacle) : .open(obstacle)
            })
        Check(
            "clock", .connection, "Its clock agrees with this computer's, within 30 seconds",
            why:
                "Tokens are good from one second to another; clocks that differ make fresh ones look expired or not yet valid (RFC 7519 §4.1).",
            change: "Let both computers keep their time with NTP (timedatectl set-ntp true).", to: { site in site.mcp() },
            judge: { site, answer in
                guard let date = answer.header("Date") else { return .open("the answer has no Date") }
                guard let seconds = HTTPTime.seconds(date) else { return .wrong("a Date that is none: \(EscapedText.oneLine(date))") }
                let skew = seconds < site.asked.lowerBound ? seconds - site.asked.lowerBound : max(0, seconds - site.asked.upperBound)
                return Verdict(abs(skew) <= 30, skew == 0 ? "it does" : "\(abs(skew)) s \(skew < 0 ? "behind" : "ahead")")
            })
        Check(
            "health", .connection, "GET /healthz answers 200",
            why: "Load balancers and supervisors ask there whether the process lives.",
            change: "Let the proxy pass every path to the bridge.", to: { site in site.get("/healthz") },
            judge: { _, answer in Verdict(answer.status == 200, answer.summary) })
        Check(
            "unknown-path-404", .connection, "A path that does not exist is 404, as JSON to a program",
            why: "Clients try several paths during discovery and go on only after a clean 404.",
            change: "Let the proxy pass every path to the bridge, without error pages or redirects of its own.",
            to: { site in site.get("/no-such-path") },
            judge: { _, answer in Verdict(answer.status == 404 && answer.error != nil, answer.summary) })
        Check(
            "unused-well-known-404", .connection, "A well-known path that is not used is 404",
            why: "A 5xx or a redirect there ends the discovery of some clients (RFC 8414 §3, RFC 9728 §3).",
            change: "Let the proxy pass /.well-known/ to the bridge; certificate tools need only /.well-known/acme-challenge/.",
            to: { site in site.get("/.well-known/oauth-authorization-server/no-such-issuer") },
            judge: { _, answer in Verdict(answer.status == 404, answer.summary) })
    }

    @CheckList static var endpoint: [Check] {
        for method in ["POST", "GET", "DELETE"] {
            Check(
                "mcp-\(method.lowercased())-401", .endpoint, "Without a token \(method) is answered 401",
                why: "401 is what makes a client begin with OAuth; some ask with GET first (MCP authorization, RFC 6750 §3.1).",
                change: "Give clients the address that ends in /mcp, and let the proxy pass \(method) and the answer's status unchanged.",
                to: { site in site.mcp(method) }, judge: { _, answer in Verdict(answer.status == 401, answer.summary) })
        }
        Check(
            "mcp-any-accept", .endpoint, "A client that accepts anything is not refused for it",
            why: "Clients that send Accept: */* would see 406 and never reach OAuth (RFC 9110 §12.5.1).",
            change: "Let the proxy pass Accept unchanged.", to: { site in site.mcp(accept: "*/*") },
            judge: { _, answer in Verdict(answer.status == 401, answer.summary) })
        Check(
            "mcp-refusal-json", .endpoint, "The 401 has a JSON body that names an error, and nobody may keep it",
            why: "Clients show the reason, and a cached refusal would outlive the sign-in (RFC 6750 §3, RFC 9111 §3).",
            change: "Let the proxy pass the bodies of errors and Cache-Control unchanged.",
            to: { site in site.mcp(accept: "application/json") },
            judge: { _, answer in
                Verdict(
                    answer.error != nil && answer.mediaType == "application/json" && answer.list("Cache-Control").contains("no-store"),
                    "\(answer.summary), Cache-Control: \(answer.header("Cache-Control") ?? "none")")
            })
        Check(
            "foreign-origin-403", .endpoint, "A page of another site is refused with 403",
            why: "Otherwise any page that somebody opens could call a bridge on their own computer (MCP transports, DNS rebinding).",
            change: "Name the origins that may in DRAWBRIDGE_ALLOWED_ORIGINS, and not *.",
            to: { site in site.mcp("POST", [("Origin", "https://doctor.invalid")]) },
            judge: { _, answer in Verdict(answer.status == 403, answer.summary) })
        Check(
            "foreign-host-refused", .endpoint, "Another host name is not served",
            why: "A page can point a name of its own at this server and then read its answers (DNS rebinding).",
            change: "Name the hosts in DRAWBRIDGE_ALLOWED_HOSTS, and not *; a proxy passes Host on unchanged.",
            to: { site in site.mcp("POST", [("Host", "doctor.invalid")]) },
            judge: { _, answer in Verdict([400, 403, 404, 421].contains(answer.status), answer.summary) })
    }
}
