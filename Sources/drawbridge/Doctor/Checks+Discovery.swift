import Primitives

extension Site {
    /// The path at which RFC 9728 §3.1 puts the metadata of this resource.
    var resourceMetadataPath: String { "/.well-known/oauth-protected-resource" + address.path }
    var metadataPath: String { "/.well-known/oauth-authorization-server" }
}

extension Check {
    /// A check of what the 401 says.
    private static func onChallenge(
        _ name: String, _ claim: String, why: String, change: String, method: String = "POST",
        _ judge: @escaping @Sendable (Site, ChallengeReader) -> Verdict
    ) -> Check {
        Check(name, .challenge, claim, why: why, change: change, to: { site in site.mcp(method) }) { site, answer in
            ChallengeReader.bearer(answer).map { judge(site, $0) } ?? .open("there is no Bearer challenge")
        }
    }

    /// A token that must be refused.
    private static func refused(
        _ name: String, _ claim: String, why: String, headers: @escaping @Sendable (Site) -> [(name: String, value: String)]
    ) -> Check {
        Check(
            name, .challenge, claim, why: why, change: "Report this: it is a hole in the bridge, or something in front of it answers.",
            to: { site in site.mcp("POST", headers(site)) },
            judge: { _, answer in Verdict(answer.status == 401, answer.summary) })
    }

    @CheckList static var challenge: [Check] {
        Check(
            "challenge-present", .challenge, "The 401 carries WWW-Authenticate: Bearer",
            why: "It is the first of the three ways to discover the authorization server (MCP authorization, RFC 9728 §5.1).",
            change: "Let the proxy pass WWW-Authenticate unchanged.", to: { site in site.mcp() },
            judge: { _, answer in
                Verdict(
                    ChallengeReader.bearer(answer) != nil, answer.header("WWW-Authenticate").map(EscapedText.oneLine) ?? "no such header")
            })
        Check(
            "challenge-on-get", .challenge, "The 401 to GET carries it too", why: "Some clients ask with GET first (mcp-use).",
            change: "Let the proxy pass WWW-Authenticate unchanged, whatever the method.", to: { site in site.mcp("GET") },
            judge: { _, answer in
                Verdict(
                    ChallengeReader.bearer(answer)?.parameters["resource_metadata"] != nil,
                    answer.header("WWW-Authenticate") ?? "no such header")
            })
        onChallenge(
            "challenge-resource-metadata", "It names the metadata of this resource, on this server",
            why: "Clients follow it, and refuse one that leads elsewhere (RFC 9728 §5.1).",
            change: "Set DRAWBRIDGE_ISSUER to the origin that clients use."
        ) { site, challenge in
            let named = challenge.parameters["resource_metadata"]
            let right = [site.origin + site.resourceMetadataPath, site.origin + "/.well-known/oauth-protected-resource"]
            return Verdict(named.map(right.contains) ?? false, named ?? "no resource_metadata")
        }
        onChallenge(
            "challenge-scope", "It says which scopes to ask for",
            why: "Clients ask for exactly these; without them some ask for openid or for nothing (MCP authorization, RFC 6750 §3).",
            change: "Report this: the profile has no scopes by default."
        ) { _, challenge in Verdict(!(challenge.parameters["scope"] ?? "").isEmpty, challenge.parameters["scope"] ?? "no scope") }
        onChallenge(
            "challenge-no-offline-access", "offline_access is not among them",
            why: "It is no scope of the resource; clients add it themselves (MCP authorization, scope selection).",
            change: "Take offline_access out of the profile's scopes."
        ) { _, challenge in
            let scope = challenge.parameters["scope"] ?? ""
            return Verdict(!scope.split(separator: " ").contains("offline_access"), scope)
        }
        onChallenge(
            "challenge-no-error", "It names no error where no token came",
            why: "An error there makes clients throw away a sign-in that works (RFC 6750 §3.1).",
            change: "Look whether the proxy adds an Authorization header of its own."
        ) { _, challenge in
            Verdict(challenge.parameters["error"] == nil, challenge.parameters["error"].map { "error=\($0)" } ?? "no error")
        }
        Check(
            "query-token-ignored", .challenge, "A token in the query counts as none",
            why: "URLs end up in logs, histories and referrers; OAuth 2.1 §5.1 forbids tokens in them.",
            change: "Look whether the proxy turns a query into an Authorization header.",
            to: { site in site.mcp(query: "?access_token=\(site.unsignedToken)") },
            judge: { _, answer in
                let error = ChallengeReader.bearer(answer)?.parameters["error"]
                return Verdict(answer.status == 401 && error == nil, "\(answer.summary), challenge \(error ?? "without an error")")
            })
        refused(
            "unsigned-token-refused", "A token with alg none is refused",
            why: "Whoever accepts it accepts anybody (RFC 8725 §§2.1, 3.1)."
        ) { [("Authorization", "Bearer \($0.unsignedToken)")] }
        refused(
            "refresh-token-refused", "What looks like a refresh token opens nothing here",
            why: "One kind of token must not do where another belongs (RFC 9068 §4, RFC 8725 §3.12)."
        ) { _ in [("Authorization", "Bearer dbr_" + String(repeating: "A", count: 43))] }
        Check(
            "refused-token-error", .challenge, "A refused token is called invalid_token",
            why: "Clients refresh at this error, and at no other (RFC 6750 §3.1).",
            change: "Let the proxy pass WWW-Authenticate unchanged.",
            to: { site in site.mcp("POST", [("Authorization", "Bearer \(site.unsignedToken)")]) },
            judge: { _, answer in
                guard let challenge = ChallengeReader.bearer(answer) else { return .open("there is no Bearer challenge") }
                let error = challenge.parameters["error"]
                return Verdict(error == "invalid_token", error.map(EscapedText.oneLine) ?? "no error")
            })
    }

    /// A check of the document that describes the resource.
    private static func onResource(
        _ name: String, _ claim: String, why: String, change: String, _ judge: @escaping @Sendable (Site, JSON) -> Verdict
    ) -> Check {
        Check(name, .resource, claim, why: why, change: change, to: { site in site.get(site.resourceMetadataPath) }) { site, answer in
            guard answer.status == 200, let document = answer.json, document.object != nil else {
                return .open("there is no such document")
            }
            return judge(site, document)
        }
    }

    @CheckList static var resource: [Check] {
        Check(
            "resource-metadata", .resource, "It is served where the address of the resource leads",
            why: "Clients build this path when a challenge did not reach them (RFC 9728 §3.1).",
            change: "Let the proxy pass /.well-known/ to the bridge.", to: { site in site.get(site.resourceMetadataPath) },
            judge: { _, answer in
                Verdict(answer.status == 200 && answer.json?.object != nil && answer.mediaType == "application/json", answer.summary)
            })
        Check(
            "resource-metadata-root", .resource, "It is served at the root too, and is the same",
            why: "Some clients look only there (mcp-cli).", change: "Let the proxy pass /.well-known/ to the bridge.",
            asking: { site in [site.get("/.well-known/oauth-protected-resource"), site.get(site.resourceMetadataPath)] },
            judge: { _, answers in
                let resource = answers[0].json?["resource"]
                let isSame = resource == answers[1].json?["resource"] ?? resource
                return Verdict(answers[0].status == 200 && resource != nil && isSame, isSame ? answers[0].summary : "another one")
            })
        onResource(
            "resource-is-the-typed-address", "Its resource is the address that was typed, character by character",
            why: "Clients compare both and stop when they differ (RFC 9728 §3.3).",
            change: "Give clients the address that the document names, or set DRAWBRIDGE_ISSUER to the origin that they use."
        ) { site, document in
            let resource = document["resource"]?.string
            return Verdict(resource == site.address.resource, "\(resource ?? "none"); typed was \(site.address.resource)")
        }
        onResource(
            "resource-authorization-server", "It names one authorization server, this one",
            why: "Clients sign in there, and take the first (RFC 9728 §2).", change: "Set DRAWBRIDGE_ISSUER to the origin that clients use."
        ) { site, document in
            let servers = document["authorization_servers"]?.strings ?? []
            return Verdict(servers == [site.origin], servers.isEmpty ? "none" : servers.joined(separator: ", "))
        }
        onResource(
            "resource-scopes", "It lists scopes, without offline_access",
            why: "Clients without a challenge ask for all of these; offline_access is none of them (RFC 9728 §2, MCP authorization).",
            change: "Report this, or take offline_access out of the profile's scopes."
        ) { _, document in
            let scopes = document["scopes_supported"]?.strings ?? []
            return Verdict(!scopes.isEmpty && !scopes.contains("offline_access"), scopes.isEmpty ? "none" : scopes.joined(separator: " "))
        }
        onResource(
            "resource-token-in-header", "Tokens are taken in the header alone",
            why: "OAuth 2.1 §5.1 leaves no other place but a form body, and MCP none.", change: "Report this."
        ) { _, document in
            let methods = document["bearer_methods_supported"]?.strings ?? []
            return Verdict(methods == ["header"], methods.isEmpty ? "nothing said" : methods.joined(separator: " "))
        }
    }
}
