import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import TokenSigning
import Vault

@Suite struct TokenSigningTests {
    private static let now = UnixTime(1_800_000_000)
    private let keyring: Keyring

    init() throws {
        keyring = try Keyrings.full()
    }

    private static let claims = AccessTokenClaims(
        issuer: "https://bridge.example.test", subject: Subject("subject"), audience: "https://bridge.example.test/mcp", expiry: now + 900,
        notBefore: now, issuedAt: now, tokenID: "id", client: ClientID("client \" é"), scope: "read vals:write", grant: GrantID("grant"),
        sealed: SealedClaim(text: "key.sealed"))

    @Test func `a token has the header and the claims of RFC 9068, and the sealed one`() async throws {
        let signer = try await EdDSATokenSigning.signer(keyring: keyring)
        let (header, payload, _) = try Forger.parts(Secret(try await signer.sign(Self.claims)))
        let kid = try keyring.active(.signing).id.text
        #expect(JSON.object(header) == ["alg": "EdDSA", "typ": "at+jwt", "kid": .string(kid)])
        let expected: JSON = [
            "iss": "https://bridge.example.test", "sub": "subject", "aud": "https://bridge.example.test/mcp", "exp": 1_800_000_900,
            "nbf": 1_800_000_000, "iat": 1_800_000_000, "jti": "id", "client_id": "client \" é", "scope": "read vals:write",
            "grant_id": "grant", "vault": "key.sealed",
        ]
        #expect(JSON.object(payload) == expected)
        #expect(signer.algorithm == "EdDSA")
    }

    @Test func `the signature is Ed25519's, as another library makes it`() async throws {
        let signer = try await EdDSATokenSigning.signer(keyring: keyring)
        let token = try await signer.sign(Self.claims)
        let input = token.split(separator: ".").dropLast().joined(separator: ".")
        let forger = try Forger(keyring: keyring)
        #expect(token == input + "." + Base64URL.encode(forger.signature(input)))
        #expect(await signer.isSigned(forger.sign(header: #"{"alg":"EdDSA","kid":"\#(forger.keyID)"}"#, payload: "{}"), forger.keyID))
    }

    @Test func `the key set publishes public keys and nothing else`() async throws {
        let signer = try await EdDSATokenSigning.signer(keyring: keyring)
        let forger = try Forger(keyring: keyring)
        let key: JSON = [
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": .string(forger.keyID),
            "x": .string(Base64URL.encode(forger.publicKey)),
        ]
        #expect(signer.keySet == ["keys": [key]])
    }

    @Test func `no part of a token can be changed`() async throws {
        let signer = try await EdDSATokenSigning.signer(keyring: keyring)
        let token = try await signer.sign(Self.claims)
        let kid = try keyring.active(.signing).id.text
        #expect(await signer.isSigned(token, kid))
        // The last character of a part may have bits that say nothing, so each part is changed before its end.
        for index in stride(from: 0, to: token.utf8.count - 2, by: 7) {
            var bytes = Array(token.utf8)
            guard bytes[index] != UInt8(ascii: ".") else { continue }
            bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(await !signer.isSigned(String(decoding: bytes, as: UTF8.self), kid), "\(index)")
        }
        for other in ["", "..", "a.b.c", token + "A", String(token.dropLast(4))] { #expect(await !signer.isSigned(other, kid)) }
    }

    @Test func `an unknown key signs nothing, and no other stands in for it`() async throws {
        let signer = try await EdDSATokenSigning.signer(keyring: keyring)
        let token = try await signer.sign(Self.claims)
        #expect(signer.algorithmOf("00000000") == nil)
        #expect(signer.algorithmOf("../../etc/passwd") == nil)
        #expect(await !signer.isSigned(token, "00000000"))
        #expect(signer.algorithmOf(try keyring.active(.signing).id.text) == "EdDSA")
    }

    @Test func `a new key signs, and the old one still verifies what it signed`() async throws {
        let before = try await EdDSATokenSigning.signer(keyring: keyring)
        let old = try await before.sign(Self.claims)
        let oldKey = try keyring.active(.signing).id.text
        try keyring.add(keyring.makeRecord(.signing, at: Self.now + 1))
        let after = try await EdDSATokenSigning.signer(keyring: keyring)
        let newKey = try keyring.active(.signing).id.text
        let new = try await after.sign(Self.claims)
        #expect(try Forger.parts(Secret(new)).header["kid"]?.string == newKey)
        #expect(await after.isSigned(new, newKey))
        #expect(await after.isSigned(old, oldKey))
        #expect(await !before.isSigned(new, newKey))
        #expect(after.keySet["keys"]?.array?.count == 2)
    }

    @Test func `without a signing key there is no signer`() async throws {
        let empty = try Keyring(deployment: DeploymentID("d"), master: try Keyrings.master(), records: [])
        await #expect(throws: EdDSATokenSigning.Failure.noSigningKey) { try await EdDSATokenSigning.signer(keyring: empty) }
    }
}
