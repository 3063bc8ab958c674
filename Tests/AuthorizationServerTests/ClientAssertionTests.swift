import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

/// Clients that prove themselves by `private_key_jwt` (RFC 7523).
@Suite struct ClientAssertionTests {
    private static let url = "https://client.example.test/oauth/client.json"
    private static let keysURL = "https://client.example.test/oauth/keys.json"

    /// A key as the double of the signatures knows it: its signature is its id.
    private static func key(_ id: String, _ more: [(String, JSON)] = []) -> JSON {
        .object(
            JSONObject(
                ([("kty", "EC"), ("crv", "P-256"), ("x", "AQAB"), ("y", "AQAB"), ("kid", .string(id))] + more).map {
                    JSONObject.Member(key: $0.0, value: $0.1)
                }))
    }

    private static func document(keys: [JSON]? = [key("one"), key("two")]) -> JSON {
        .object(omittingNil: [
            "client_id": .string(url), "redirect_uris": [.string(Harness.redirect)], "token_endpoint_auth_method": "private_key_jwt",
            "jwks": keys.map { ["keys": .array($0)] }, "jwks_uri": keys == nil ? .string(keysURL) : nil,
        ])
    }

    private static func assertion(
        at now: UnixTime, header: KeyValuePairs<String, JSON?> = [:], claims: KeyValuePairs<String, JSON?> = [:],
        signedBy kid: String = "one"
    ) -> String {
        func part(_ defaults: [(String, JSON)], _ changes: KeyValuePairs<String, JSON?>) -> String {
            var members = defaults
            for (key, value) in changes {
                members.removeAll { $0.0 == key }
                if let value { members.append((key, value)) }
            }
            return Base64URL.encode(JSON.object(JSONObject(members.map { JSONObject.Member(key: $0.0, value: $0.1) })).serialized)
        }
        let head = part([("alg", "ES256"), ("typ", "JWT"), ("kid", .string(kid))], header)
        let body = part(
            [
                ("iss", .string(url)), ("sub", .string(url)), ("aud", "https://bridge.example.test"), ("exp", .integer(now.seconds + 60)),
                ("iat", .integer(now.seconds)), ("jti", .string(Base64URL.encode(Array("\(UInt64.random(in: 0 ... .max))".utf8)))),
            ], claims)
        return head + "." + body + "." + Base64URL.encode(Array(kid.utf8))
    }

    private func authenticate(_ bridge: Harness, _ assertion: String?, form more: [(String, String)] = [("client_id", url)]) async throws {
        var fields = more
        if let assertion { fields += [("client_assertion_type", ClientAssertion.type), ("client_assertion", assertion)] }
        let credentials = try ClientCredentials(authorization: nil, form: FormData(fields))
        #expect(try await bridge.server.clients.authenticate(credentials).id.text == Self.url)
    }

    /// A bridge on which somebody has approved the client.
    private func bridge(_ document: JSON = document()) async throws -> Harness {
        let bridge = try await Harness()
        bridge.documents.serve(Self.url, document, for: 600)
        let pkce = PKCEPair()
        let browser = BrowserBinding.new()
        let query = FormData([
            ("response_type", "code"), ("client_id", Self.url), ("redirect_uri", Harness.redirect), ("code_challenge", pkce.challenge),
            ("code_challenge_method", "S256"),
        ])
        let shown = try await bridge.server.begin(query: query.encoded, browser: browser)
        let fields = [
            ("transaction", shown.sealed), ("csrf", shown.csrfToken), ("decision", "approve"), ("token", Harness.token), ("scope", "read"),
        ]
        let form = try #require(ConsentForm(FormData(fields), secretIDs: ["token"]))
        let opened = try #require(try await bridge.server.open(form, browser: browser))
        guard case .connected = try await bridge.server.answer(opened, caller: Harness.caller) else {
            throw JourneyFailure(description: "not approved")
        }
        return bridge
    }

    @Test func `an assertion signed by a key of the document proves the client, once`() async throws {
        let bridge = try await bridge()
        let now = bridge.clock.now
        let assertion = Self.assertion(at: now)
        try await authenticate(bridge, assertion)
        await #expect(throws: Rejection.badClientAssertion(.replayed)) { try await authenticate(bridge, assertion) }
        // RFC 7521 §4.2: the assertion names the client by itself.
        try await authenticate(bridge, Self.assertion(at: now, signedBy: "two"), form: [])
        try await authenticate(bridge, Self.assertion(at: now, header: ["kid": nil]))
        try await authenticate(bridge, Self.assertion(at: now, header: ["typ": "client-authentication+jwt"]))
    }

    @Test(
        arguments: [
            "https://bridge.example.test", "https://bridge.example.test/token", "https://bridge.example.test/oauth/token",
            ["https://bridge.example.test/token"], ["https://bridge.example.test", "https://bridge.example.test/token"],
        ] as [JSON])
    func `the audience is the issuer or the token endpoint`(_ audience: JSON) async throws {
        let bridge = try await bridge()
        try await authenticate(bridge, Self.assertion(at: bridge.clock.now, claims: ["aud": audience]))
    }

    @Test func `of many that present one assertion at once exactly one gets through`() async throws {
        let bridge = try await bridge()
        let assertion = Self.assertion(at: bridge.clock.now)
        #expect(await inParallel(64) { try await authenticate(bridge, assertion) }.values().count == 1)
    }

    static let forged: [(KeyValuePairs<String, JSON?>, KeyValuePairs<String, JSON?>, String, ClientAssertion.Failure)] = [
        (["alg": "none"], [:], "one", .algorithm), (["alg": "HS256"], [:], "one", .algorithm), (["alg": "ES384"], [:], "one", .algorithm),
        (["alg": "RS256"], [:], "one", .noKey), (["alg": "EdDSA"], [:], "one", .noKey), (["alg": nil], [:], "one", .algorithm),
        (["jwk": ["kty": "EC"]], [:], "one", .header), (["jku": "https://evil.example/keys"], [:], "one", .header),
        (["x5u": "https://evil.example/c"], [:], "one", .header), (["x5c": []], [:], "one", .header),
        (["crit": ["b64"]], [:], "one", .header),
        (["zip": "DEF"], [:], "one", .header), (["typ": "at+jwt"], [:], "one", .header), (["kid": 1], [:], "one", .header),
        (["kid": "three"], [:], "one", .noKey), (["kid": "two"], [:], "one", .signature), ([:], [:], "evil", .noKey),
        (["kid": nil], [:], "evil", .signature),
        ([:], ["iss": "https://evil.example.test/c"], "one", .issuer), ([:], ["sub": "https://evil.example.test/c"], "one", .issuer),
        ([:], ["iss": nil], "one", .issuer), ([:], ["sub": nil], "one", .issuer),
        ([:], ["aud": "https://evil.example.test"], "one", .audience), ([:], ["aud": nil], "one", .audience),
        ([:], ["aud": []], "one", .audience),
        ([:], ["aud": ["https://bridge.example.test", "https://evil.example.test"]], "one", .audience),
        ([:], ["aud": "https://bridge.example.test/"], "one", .audience),
        ([:], ["aud": "https://bridge.example.test/mcp"], "one", .audience),
        ([:], ["exp": nil], "one", .expired), ([:], ["exp": "1900000000"], "one", .malformed), ([:], ["jti": nil], "one", .replayed),
        ([:], ["jti": ""], "one", .replayed), ([:], ["jti": .string(String(repeating: "j", count: 257))], "one", .replayed),
    ]

    @Test(arguments: forged.indices) func `an assertion that is not exactly right proves nothing`(_ index: Int) async throws {
        let (header, claims, kid, failure) = Self.forged[index]
        let bridge = try await bridge()
        let assertion = Self.assertion(at: bridge.clock.now, header: header, claims: claims, signedBy: kid)
        await #expect(throws: Rejection.badClientAssertion(failure)) { try await authenticate(bridge, assertion) }
    }

    @Test(
        arguments: [
            (-31, nil, nil, .expired), (631, nil, nil, .tooLong), (100_000, nil, nil, .tooLong), (60, 31, nil, .early),
            (60, nil, 31, .early),
            (-29, nil, nil, nil), (629, nil, nil, nil), (60, 29, 29, nil), (60, -86_400, nil, nil),
        ] as [(Int64, Int64?, Int64?, ClientAssertion.Failure?)])
    func `an assertion lives ten minutes at most, with half a minute for clocks`(
        _ row: (exp: Int64, iat: Int64?, nbf: Int64?, failure: ClientAssertion.Failure?)
    ) async throws {
        let bridge = try await bridge()
        let now = bridge.clock.now.seconds
        let assertion = Self.assertion(
            at: bridge.clock.now,
            claims: ["exp": .integer(now + row.exp), "iat": row.iat.map { .integer(now + $0) }, "nbf": row.nbf.map { .integer(now + $0) }])
        if let failure = row.failure {
            await #expect(throws: Rejection.badClientAssertion(failure)) { try await authenticate(bridge, assertion) }
        } else {
            try await authenticate(bridge, assertion)
        }
    }

    @Test func `a client with a key proves itself by nothing else`() async throws {
        let bridge = try await bridge()
        await #expect(throws: Rejection.wrongClientSecret(usedHeader: false)) { try await authenticate(bridge, nil) }
        await #expect(throws: Rejection.wrongClientSecret(usedHeader: false)) {
            try await authenticate(bridge, nil, form: [("client_id", Self.url), ("client_secret", "s")])
        }
        await #expect(throws: OAuthError.self) {
            try await authenticate(bridge, Self.assertion(at: bridge.clock.now), form: [("client_id", Self.url), ("client_secret", "s")])
        }
    }

    @Test func `an assertion that is sent is verified whatever the client registered`() async throws {
        let bridge = try await bridge()
        for method in [TokenEndpointAuthMethod.none, .clientSecretPost] {
            let other = try await bridge.register(method: method)
            let form = FormData([
                ("client_id", other.id.text), ("client_assertion_type", ClientAssertion.type),
                ("client_assertion", Self.assertion(at: bridge.clock.now)),
            ])
            let credentials = try ClientCredentials(authorization: nil, form: form)
            await #expect(throws: Rejection.badClientAssertion(.noKey)) { try await bridge.server.clients.authenticate(credentials) }
        }
    }

    @Test func `an assertion comes with its type, in the body alone`() throws {
        let assertion = ("client_assertion", "a.b.c")
        for fields in [[assertion], [("client_assertion_type", ClientAssertion.type)], [assertion, ("client_assertion_type", "other")]] {
            #expect(throws: OAuthError.self) { try ClientCredentials(authorization: nil, form: FormData([("client_id", "c")] + fields)) }
        }
        let both = FormData([assertion, ("client_assertion_type", ClientAssertion.type)])
        #expect(throws: OAuthError.self) { try ClientCredentials(authorization: "Basic Yzpz", form: both) }
        #expect(throws: OAuthError.self) { try ClientCredentials(authorization: nil, form: both) }
    }

    @Test(
        arguments: [[("use", "enc")], [("alg", "ES512")], [("key_ops", ["sign"])], [("crv", "P-384")], [("kty", "RSA")]]
            as [[(String, JSON)]])
    func `a key for something else signs nothing`(_ more: [(String, JSON)]) async throws {
        let key = Self.key("one").object.map { object in
            JSON.object(
                JSONObject(
                    object.members.filter { member in !more.contains { $0.0 == member.key } }
                        + more.map { JSONObject.Member(key: $0.0, value: $0.1) }))
        }
        let bridge = try await bridge(Self.document(keys: [try #require(key)]))
        await #expect(throws: Rejection.badClientAssertion(.noKey)) { try await authenticate(bridge, Self.assertion(at: bridge.clock.now)) }
    }

    @Test func `keys at jwks_uri are kept, and looked up again when an unknown one signs`() async throws {
        let bridge = try await bridge(Self.document(keys: nil))
        bridge.documents.serve(Self.keysURL, ["keys": [Self.key("one")]], for: 600)
        for _ in 0..<3 { try await authenticate(bridge, Self.assertion(at: bridge.clock.now)) }
        #expect(bridge.documents.fetched.filter { $0 == Self.keysURL }.count == 1)
        bridge.documents.serve(Self.keysURL, ["keys": [Self.key("new")]], for: 600)
        bridge.clock.advance(by: 30)
        try await authenticate(bridge, Self.assertion(at: bridge.clock.now, signedBy: "new"))
        #expect(bridge.documents.fetched.filter { $0 == Self.keysURL }.count == 2)
        // Wrong ids don't make us fetch at every try.
        for _ in 0..<5 {
            await #expect(throws: Rejection.badClientAssertion(.noKey)) {
                try await authenticate(bridge, Self.assertion(at: bridge.clock.now, signedBy: "x"))
            }
        }
        #expect(bridge.documents.fetched.filter { $0 == Self.keysURL }.count == 2)
    }

    @Test func `a client with a key waits while its document is out of reach`() async throws {
        let bridge = try await bridge()
        bridge.documents.fail(Self.url, .timedOut)
        bridge.clock.advance(by: 601)
        await #expect(throws: Rejection.clientDocument(.timedOut)) { try await authenticate(bridge, Self.assertion(at: bridge.clock.now)) }
        await #expect(throws: Rejection.clientDocument(.timedOut)) { try await authenticate(bridge, nil) }
        #expect(Rejection.clientDocument(.timedOut).wireError.code == .temporarilyUnavailable)
        #expect(Rejection.clientDocument(.status(404)).wireError.code == .invalidClient)
    }

    @Test func `whoever merely registers cannot have a key`() {
        let body = Array(
            #"{"redirect_uris":["http://localhost:1/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks":{"keys":[]}}"#.utf8)
        do {
            _ = try ClientMetadata(registration: body, policy: RedirectURI.Policy(knownSchemes: []))
            Issue.record("registered")
        } catch {
            #expect(error.code == .invalidClientMetadata)
        }
    }
}
