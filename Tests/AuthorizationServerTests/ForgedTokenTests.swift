import AuthorizationServer
import OAuth
import Primitives
import SodiumCrypto
import TestKit
import Testing
import Vault

/// A token that is not one of ours, or not any more.
struct Forgery: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable (Forger, _ genuine: Secret) throws -> String

    init(_ name: String, _ make: @escaping @Sendable (Forger, Secret) throws -> String) {
        testDescription = name
        self.make = make
    }

    /// A genuine signature over another header.
    static func header(_ name: String, _ change: @escaping @Sendable (inout JSONObject) -> Void) -> Forgery {
        Forgery(name) { forger, genuine in
            var (header, payload, _) = try Forger.parts(genuine)
            change(&header)
            return forger.sign(header: JSON.object(header).text, payload: JSON.object(payload).text)
        }
    }

    /// A genuine signature over other claims.
    static func claims(_ name: String, _ change: @escaping @Sendable (inout JSONObject) -> Void) -> Forgery {
        Forgery(name) { forger, genuine in
            var (header, payload, _) = try Forger.parts(genuine)
            change(&payload)
            return forger.sign(header: JSON.object(header).text, payload: JSON.object(payload).text)
        }
    }

    /// The genuine header and claims with something else in place of the signature.
    static func signature(_ name: String, _ replace: @escaping @Sendable (Forger, _ input: String) -> String) -> Forgery {
        Forgery(name) { forger, genuine in
            let input = genuine.reveal().split(separator: ".").dropLast().joined(separator: ".")
            return input + "." + replace(forger, input)
        }
    }

    /// A header of the attacker's and a signature to match.
    static func algorithm(_ name: String, _ sign: @escaping @Sendable (Forger, _ input: String) -> String) -> Forgery {
        Forgery("alg \(name)") { forger, genuine in
            var (header, payload, _) = try Forger.parts(genuine)
            header["alg"] = .string(name)
            let input = Base64URL.encode(JSON.object(header).serialized) + "." + Base64URL.encode(JSON.object(payload).serialized)
            return input + "." + sign(forger, input)
        }
    }

    static let jwk: JSON = ["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]

    static let all: [Forgery] =
        ["none", "None", "noNE", "NONE", ""].flatMap { name in
            [algorithm(name) { _, _ in "" }, algorithm(name) { forger, input in Base64URL.encode(forger.signature(input)) }]
        } + [
            algorithm("HS256") { forger, input in Base64URL.encode(Forger.hmac(input, key: forger.publicKey)) },
            algorithm("ES256") { forger, input in Base64URL.encode(forger.signature(input)) },
            algorithm("eddsa") { forger, input in Base64URL.encode(forger.signature(input)) },
            header("jwk", { $0["jwk"] = jwk }), header("jku", { $0["jku"] = "https://evil.example.test/jwks.json" }),
            header("x5u", { $0["x5u"] = "https://evil.example.test/x.pem" }), header("x5c", { $0["x5c"] = ["MIIB"] }),
            header("crit", { $0["crit"] = ["exp"] }), header("zip", { $0["zip"] = "DEF" }), header("b64", { $0["b64"] = false }),
            header("kid ../", { $0["kid"] = "../../../../dev/null" }), header("kid of nobody", { $0["kid"] = "00000000" }),
            header("no kid", { $0["kid"] = nil }), header("kid a number", { $0["kid"] = 7 }), header("typ JWT", { $0["typ"] = "JWT" }),
            header("no typ", { $0["typ"] = nil }), header("no alg", { $0["alg"] = nil }),
            Forgery("alg twice") { forger, genuine in
                let payload = try Forger.parts(genuine).payload
                return forger.sign(
                    header: #"{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"\#(forger.keyID)"}"#, payload: JSON.object(payload).text)
            },
            Forgery("a claim twice") { forger, genuine in
                let (header, payload, _) = try Forger.parts(genuine)
                let text = JSON.object(payload).text.dropLast() + #","exp":9999999999}"#
                return forger.sign(header: JSON.object(header).text, payload: String(text))
            },
            Forgery("a header that is no JSON") { forger, genuine in
                forger.sign(header: "alg: EdDSA", payload: JSON.object(try Forger.parts(genuine).payload).text)
            },
            Forgery("a payload that is no object") { forger, genuine in
                forger.sign(header: JSON.object(try Forger.parts(genuine).header).text, payload: "[]")
            },
            claims("wrong aud", { $0["aud"] = "https://bridge.example.test/mcp-evil" }),
            claims("several aud", { $0["aud"] = ["https://bridge.example.test/mcp", "https://evil.example.test"] }),
            claims("wrong iss", { $0["iss"] = "https://bridge.example.test/" }), claims("no iss", { $0["iss"] = nil }),
            claims("no jti", { $0["jti"] = nil }), claims("empty jti", { $0["jti"] = "" }), claims("no exp", { $0["exp"] = nil }),
            claims("exp as text", { $0["exp"] = "9999999999" }),
            claims("exp as a fraction", { $0["exp"] = try? JSON.parse(Array("1900000000.0".utf8)) }),
            claims("expired", { $0["exp"] = 1_799_999_969 }), claims("not yet", { $0["nbf"] = 1_800_000_031 }),
            claims("issued in the future", { $0["iat"] = 1_800_000_031 }), claims("no client", { $0["client_id"] = nil }),
            claims("another client", { $0["client_id"] = "dbi_other" }), claims("another subject", { $0["sub"] = "somebody" }),
            claims("another grant", { $0["grant_id"] = "AAAAAAAAAAAAAAAAAAAAAA" }), claims("no grant", { $0["grant_id"] = nil }),
            claims("no sealed claim", { $0["vault"] = nil }), claims("no scope", { $0["scope"] = nil }),
            signature("no signature") { _, _ in "" },
            signature("a zero signature") { _, _ in Base64URL.encode([UInt8](repeating: 0, count: 64)) },
            signature("a signature of something else") { forger, input in Base64URL.encode(forger.signature(input + "x")) },
            signature("a short signature") { forger, input in Base64URL.encode(forger.signature(input).dropLast()) },
            signature("a signature and more") { forger, input in Base64URL.encode(forger.signature(input) + [0]) },
            Forgery("JSON form") { _, genuine in
                let parts = genuine.reveal().split(separator: ".").map { JSON.string(String($0)) }
                return (["protected": parts[0], "payload": parts[1], "signature": parts[2]] as JSON).text
            },
            Forgery("four parts") { _, genuine in genuine.reveal() + ".AAAA" },
            Forgery("with padding") { _, genuine in genuine.reveal() + "==" },
            Forgery("with a line end") { _, genuine in genuine.reveal() + "\n" },
            Forgery("claims under another token's signature") { forger, genuine in
                let parts = genuine.reveal().split(separator: ".")
                let payload = #"{"iss":"https://bridge.example.test"}"#
                return "\(parts[0]).\(Base64URL.encode(Array(payload.utf8))).\(parts[2])"
            },
            Forgery("nothing") { _, _ in "" }, Forgery("dots") { _, _ in ".." },
            Forgery("too long") { _, _ in String(repeating: "a", count: 9000) },
        ]
}

@Suite struct ForgedTokenTests {
    @Test(arguments: Forgery.all) func `a forged token authenticates nobody`(forgery: Forgery) async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let forged = try forgery.make(try Forger(keyring: bridge.keyring), connection.tokens.accessToken)
        #expect(try await bridge.authenticate(Secret(forged)) == nil)
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        #expect(try await bridge.authenticate(Secret(forged)) == nil, "nor after the genuine one was seen")
    }

    @Test func `the forger's own genuine token is taken, or the table would prove nothing`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        let unchanged = Forgery.header("unchanged", { _ in })
        let token = try unchanged.make(try Forger(keyring: bridge.keyring), connection.tokens.accessToken)
        #expect(try await bridge.opened(with: Secret(token)) == Harness.token)
        let spelled = Forgery.header("another spelling of typ", { $0["typ"] = "application/AT+JWT" })
        let other = try spelled.make(try Forger(keyring: bridge.keyring), connection.tokens.accessToken)
        #expect(try await bridge.authenticate(Secret(other)) != nil)
    }

    @Test func `claims that were changed under a genuine signature open nothing`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        for change in [
            Forgery.claims("a longer life", { $0["exp"] = 1_900_000_000 }), .claims("another id", { $0["jti"] = "mine" }),
        ] {
            let token = try change.make(try Forger(keyring: bridge.keyring), connection.tokens.accessToken)
            #expect(try await bridge.opened(with: Secret(token)) == nil, "\(change.testDescription)")
        }
    }

    @Test func `clocks may be 30 seconds apart`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        bridge.clock.advance(by: 900 + 29)
        #expect(try await bridge.authenticate(connection.tokens.accessToken) != nil)
        let fresh = try await bridge.secondInstance()
        #expect(try await fresh.authenticate(connection.tokens.accessToken) != nil)
        bridge.clock.advance(by: 2)
        #expect(try await bridge.authenticate(connection.tokens.accessToken) == nil)
        #expect(try await fresh.authenticate(connection.tokens.accessToken) == nil)
        bridge.clock.advance(by: -931 - 30)
        #expect(try await fresh.authenticate(connection.tokens.accessToken) != nil)
        bridge.clock.advance(by: -1)
        #expect(try await fresh.authenticate(connection.tokens.accessToken) == nil)
    }

    @Test func `a token of another deployment is nobody's here`() async throws {
        let (bridge, other) = (try await Harness(), try await Harness())
        let connection = try await other.connect()
        #expect(try await bridge.authenticate(connection.tokens.accessToken) == nil)
    }

    @Test func `what was verified once is still checked against its grant`() async throws {
        let bridge = try await Harness()
        let connection = try await bridge.connect()
        for _ in 0..<3 { #expect(try await bridge.authenticate(connection.tokens.accessToken) != nil) }
        try await bridge.server.revoke(connection.tokens.refreshToken, by: connection.client, caller: Harness.caller)
        #expect(try await bridge.authenticate(connection.tokens.accessToken) == nil)
    }
}
