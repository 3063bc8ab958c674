import Primitives

extension Site {
    func keys() -> DemoRequest { DemoRequest(method: "GET", url: endpoint("jwks_uri"), headers: [("Accept", "application/json")]) }
}

extension Check {
    /// A check of the authorization server's metadata.
    private static func onMetadata(
        _ name: String, _ claim: String, as severity: Severity = .failure, why: String, change: String,
        _ judge: @escaping @Sendable (Site, JSON) -> Verdict
    ) -> Check {
        Check(name, .metadata, claim, as: severity, why: why, change: change, to: { site in site.get(site.metadataPath) }) { site, answer in
            guard answer.status == 200, let document = answer.json, document.object != nil else {
                return .open("there is no such document")
            }
            return judge(site, document)
        }
    }

    private static func words(_ member: String, of document: JSON) -> [String] { document[member]?.strings ?? [] }

    private static func said(_ words: [String]) -> String { words.isEmpty ? "none" : EscapedText.oneLine(words.joined(separator: " ")) }

    private static let endpoints = ["authorization_endpoint", "token_endpoint", "registration_endpoint", "revocation_endpoint"]

    private static func urls(of document: JSON) -> [(name: String, url: String)] {
        (endpoints + ["introspection_endpoint", "jwks_uri"]).compactMap { name in document[name]?.string.map { (name, $0) } }
    }

    @CheckList static var metadata: [Check] {
        Check(
            "metadata", .metadata, "It is served at /.well-known/oauth-authorization-server, as application/json",
            why: "Without it clients guess the endpoints, and most give up (RFC 8414 §3).",
            change: "Let the proxy pass /.well-known/ to the bridge.", to: { site in site.get(site.metadataPath) },
            judge: { _, answer in
                Verdict(answer.status == 200 && answer.json?.object != nil && answer.mediaType == "application/json", answer.summary)
            })
        onMetadata(
            "metadata-issuer", "Its issuer is this server's origin, character by character",
            why: "A client that finds another one must not use the document (RFC 8414 §3.3).",
            change: "Set DRAWBRIDGE_ISSUER to the origin that clients use, without a slash at its end."
        ) { site, document in
            Verdict(document["issuer"]?.string == site.origin, document["issuer"]?.string.map(EscapedText.oneLine) ?? "none")
        }
        onMetadata(
            "metadata-endpoints", "It names the endpoints to authorize, exchange, register and revoke",
            why: "A client uses nothing that is not named (RFC 8414 §2, RFC 7591 §3).", change: "Report this."
        ) { site, document in
            let missing = endpoints.filter { document[$0]?.string == nil && !(site.isRegistrationOff && $0 == "registration_endpoint") }
            return Verdict(missing.isEmpty, missing.isEmpty ? "all of them" : "without " + missing.joined(separator: ", "))
        }
        onMetadata(
            "metadata-endpoints-here", "All endpoints are on this server",
            why: "An endpoint elsewhere is how a mix-up gets hold of codes and tokens (RFC 9700 §4.4).",
            change: "Set DRAWBRIDGE_ISSUER to the origin that clients use."
        ) { site, document in
            let away = urls(of: document).filter { place in
                guard let url = try? StrictURL(place.url) else { return true }
                return url.host != site.address.origin.host || url.port != (try? StrictURL(site.origin))?.port
            }
            return Verdict(away.isEmpty, away.isEmpty ? "they are" : said(away.map { "\($0.name) \($0.url)" }))
        }
        onMetadata(
            "metadata-endpoints-https", "All endpoints are https, except on this computer",
            why: "Clients refuse others, and codes and tokens would travel readable (OAuth 2.1 §1.5).",
            change: "Set DRAWBRIDGE_ISSUER to the https origin of the proxy; forwarded headers do not change it."
        ) { site, document in
            let clear = site.address.origin.isLoopback ? [] : urls(of: document).filter { !$0.url.hasPrefix("https://") }
            return Verdict(clear.isEmpty, clear.isEmpty ? "they are" : said(clear.map(\.name)))
        }
        onMetadata(
            "metadata-pkce", "PKCE is offered with S256 and nothing else",
            why: "MCP clients refuse a server that does not say so; plain protects against nobody (RFC 7636 §4.2, RFC 9700 §2.1.1).",
            change: "Report this, or look what rewrites the document."
        ) { _, document in
            let methods = words("code_challenge_methods_supported", of: document)
            return Verdict(methods == ["S256"], said(methods))
        }
        onMetadata(
            "metadata-response-types", "The only response type is code",
            why: "Everything else puts tokens into URLs (RFC 9700 §2.1.2).", change: "Report this, or look what rewrites the document."
        ) { _, document in
            let types = words("response_types_supported", of: document)
            return Verdict(types == ["code"], said(types))
        }
        onMetadata(
            "metadata-grant-types", "Grants are authorization_code and refresh_token",
            why: "Clients without a refresh token ask people again and again; password and implicit are forbidden (OAuth 2.1 §10).",
            change: "Report this, or look what rewrites the document."
        ) { _, document in
            let types = words("grant_types_supported", of: document)
            return Verdict(
                Set(types).isSuperset(of: ["authorization_code", "refresh_token"])
                    && Set(types).isDisjoint(with: ["password", "implicit"]), said(types))
        }
        onMetadata(
            "metadata-iss-parameter", "It promises iss in the answer to the client",
            why: "Clients of several servers notice by it when one answers for another (RFC 9207 §3).",
            change: "Report this, or look what rewrites the document."
        ) { _, document in
            let promise = document["authorization_response_iss_parameter_supported"]?.bool
            return Verdict(promise == true, promise.map { "\($0)" } ?? "nothing said")
        }
        onMetadata(
            "metadata-auth-methods", "Clients may do without a secret, or send one in the body or as Basic",
            why:
                "Programs on people's computers keep no secret, and Claude looks for none; others insist on a secret (RFC 8414 §2, OAuth 2.1 §2.4).",
            change: "Report this, or look what rewrites the document."
        ) { _, document in
            let methods = words("token_endpoint_auth_methods_supported", of: document)
            return Verdict(Set(methods).isSuperset(of: ["none", "client_secret_post", "client_secret_basic"]), said(methods))
        }
        onMetadata(
            "metadata-scopes", "It lists scopes", why: "Clients that know none ask for openid, which opens nothing here (RFC 8414 §2).",
            change: "Report this: the profile has no scopes."
        ) { _, document in
            let scopes = words("scopes_supported", of: document)
            return Verdict(!scopes.isEmpty, said(scopes))
        }
        onMetadata(
            "metadata-offline-access", "offline_access is one that may be asked for", as: .warning,
            why: "Some clients ask for it only when it is listed, and expect no refresh token otherwise (OpenID Connect Core §11).",
            change: "Report this, or look what rewrites the document."
        ) { _, document in
            let scopes = words("scopes_supported", of: document)
            return Verdict(scopes.isEmpty || scopes.contains("offline_access"), scopes.contains("offline_access") ? "it is" : "it is not")
        }
        onMetadata(
            "metadata-jwks-uri", "It names where the signing keys are",
            why: "Who checks access tokens by signature needs them (RFC 8414 §2, RFC 9068 §4).", change: "Report this."
        ) { _, document in
            Verdict(document["jwks_uri"]?.string != nil, document["jwks_uri"]?.string.map(EscapedText.oneLine) ?? "it does not")
        }
        onMetadata(
            "metadata-no-nulls", "What is absent is left out",
            why: "Strict clients refuse null where a text or list may stand (RFC 8414 §3.2).",
            change: "Report this, or look what rewrites the document."
        ) { _, document in
            let nulls = document.object?.members.filter(\.value.isNull).map(\.key) ?? []
            return Verdict(nulls.isEmpty, nulls.isEmpty ? "no null" : said(nulls))
        }
        variants(
            "metadata-variants", of: "/.well-known/oauth-authorization-server",
            "The same document is served with the resource's path behind and before",
            why: "Clients of older versions of MCP insert or append the path of the endpoint (RFC 8414 §3.1).")
        Check(
            "openid-configuration", .metadata, "/.well-known/openid-configuration says the same, with what discovery there demands",
            why: "Clients try it when they do not find the other one, and validate it by OpenID Connect Discovery §3.",
            change: "Let the proxy pass /.well-known/ to the bridge.", to: { site in site.get("/.well-known/openid-configuration") },
            judge: { site, answer in
                let demanded = ["jwks_uri", "subject_types_supported", "id_token_signing_alg_values_supported"]
                let missing = demanded.filter { answer.json?[$0] == nil }
                let issuer = answer.json?["issuer"]?.string
                return Verdict(
                    answer.status == 200 && missing.isEmpty && issuer != nil && issuer == (site.metadata?["issuer"]?.string ?? issuer),
                    missing.isEmpty || answer.json == nil ? answer.summary : "without " + missing.joined(separator: ", "))
            })
        variants(
            "openid-configuration-variants", of: "/.well-known/openid-configuration", "It is served with the resource's path as well",
            why: "Clients build these paths when they discover by OpenID Connect (MCP authorization, server metadata discovery).")
    }

    private static func variants(_ name: String, of path: String, _ claim: String, why: String) -> Check {
        Check(
            name, .metadata, claim, why: why, change: "Let the proxy pass these paths to the bridge.",
            asking: { site in [site.get(path + site.address.path), site.get(site.address.path + path)] },
            judge: { site, answers in
                let issuer = site.metadata?["issuer"]
                let wrong = answers.filter { answer in
                    answer.status != 200 || answer.json?["issuer"] == nil || (issuer != nil && answer.json?["issuer"] != issuer)
                }
                return Verdict(wrong.isEmpty, wrong.first?.summary ?? "both")
            })
    }

    /// Members of a JWK that only its owner may know (RFC 7518 §§6.2.2, 6.3.2, 6.4).
    private static let privateMembers: Set<String> = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    private static func onKeys(
        _ name: String, _ claim: String, why: String, change: String, _ judge: @escaping @Sendable ([JSON]) -> Verdict
    ) -> Check {
        Check(name, .keys, claim, why: why, change: change, to: { site in site.keys() }) {
            _, answer in
            guard answer.status == 200, let keys = answer.json?["keys"]?.array, !keys.isEmpty else { return .open("there are no keys") }
            return judge(keys)
        }
    }

    @CheckList static var keys: [Check] {
        Check(
            "jwks", .keys, "The public keys are served", why: "Who checks access tokens by signature needs them (RFC 7517 §5).",
            change: "Let the proxy pass /.well-known/ to the bridge.",
            to: { site in site.keys() },
            judge: { _, answer in
                let count = answer.json?["keys"]?.array?.count ?? 0
                return Verdict(answer.status == 200 && count > 0, "\(answer.summary), \(count) keys")
            })
        onKeys(
            "jwks-public-only", "No private part is among them",
            why: "With it anybody makes access tokens (RFC 7517 §9.2).",
            change: "Take the bridge off the network now, rotate the signing key, and report this."
        ) { keys in
            let leaked = keys.flatMap { $0.object?.keys ?? [] }.filter(privateMembers.contains)
            return Verdict(leaked.isEmpty, leaked.isEmpty ? "public parts only" : said(leaked))
        }
        onKeys(
            "jwks-key-members", "Each key says its type, algorithm, use and an id of its own",
            why: "Verifiers choose the key by its id and take the algorithm from the key, never from a token (RFC 8725 §3.1).",
            change: "Report this."
        ) { keys in
            let complete = keys.allSatisfy { key in
                ["kty", "alg", "kid"].allSatisfy { key[$0]?.string != nil } && key["use"]?.string == "sig"
            }
            let ids = Set(keys.compactMap { $0["kid"]?.string })
            return Verdict(
                complete && ids.count == keys.count, complete ? "\(ids.count) ids for \(keys.count) keys" : "a key without one of them")
        }
        onKeys(
            "jwks-algorithms", "All sign with EdDSA, ES256 or RS256",
            why: "Others are broken, not for strangers to check, or not known to libraries (RFC 8725 §3.2).",
            change: "Use a key of one of these kinds."
        ) { keys in
            let algorithms = keys.compactMap { $0["alg"]?.string }
            return Verdict(Set(algorithms).isSubset(of: ["EdDSA", "Ed25519", "ES256", "RS256"]), said(algorithms))
        }
    }
}
