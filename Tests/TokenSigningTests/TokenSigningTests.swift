import OAuth
import Primitives
import TestKit
import Testing
import TokenSigning
import Vault

@testable import AuthorizationServer

@Suite struct TokenSigningTests {
    private static let now = UnixTime(1_800_000_000)

    private static let claims = AccessTokenClaims(
        issuer: "https://bridge.example.test", subject: Subject("subject"), audience: "https://bridge.example.test/mcp", expiry: now + 900,
        notBefore: now, issuedAt: now, tokenID: "id", client: ClientID("client \" é"), scope: "read vals:write", grant: GrantID("grant"),
        sealed: SealedClaim(text: "key.sealed"))

    private func signer(_ bridge: Harness, _ algorithm: JWSAlgorithm? = nil) async throws -> TokenSigner {
        try await bridge.signingKeys.signer(SigningKeys.Choice(algorithm: algorithm))
    }

    private func verifies(_ signer: TokenSigner, _ token: String) -> Bool { SignedToken(token).map(signer.verifies) ?? false }

    @Test(arguments: JWSAlgorithm.allCases)
    func `a token has the header and the claims of RFC 9068, and the sealed one`(algorithm: JWSAlgorithm) async throws {
        let bridge = try await Harness()
        let signer = try await signer(bridge, algorithm)
        let (header, payload, _) = try Forger.parts(Secret(try signer.sign(Self.claims)))
        let key = try #require(bridge.keyring.signingKeys.first)
        #expect(JSON.object(header) == ["alg": .string(algorithm.rawValue), "typ": "at+jwt", "kid": .string(key.id.text)])
        let expected: JSON = [
            "iss": "https://bridge.example.test", "sub": "subject", "aud": "https://bridge.example.test/mcp", "exp": 1_800_000_900,
            "nbf": 1_800_000_000, "iat": 1_800_000_000, "jti": "id", "client_id": "client \" é", "scope": "read vals:write",
            "grant_id": "grant", "vault": "key.sealed",
        ]
        #expect(JSON.object(payload) == expected)
        #expect(signer.algorithm == algorithm)
        #expect(AccessTokenClaims(json: JSON.object(payload)) == Self.claims)
    }

    @Test func `without a wish it is Ed25519, and the signature is the one that another library makes`() async throws {
        let bridge = try await Harness()
        let token = try await signer(bridge).sign(Self.claims)
        let input = token.split(separator: ".").dropLast().joined(separator: ".")
        #expect(token == input + "." + Base64URL.encode(try Forger(keyring: bridge.keyring).signature(input)))
    }

    @Test(arguments: JWSAlgorithm.allCases) func `the key set publishes public keys and nothing else`(algorithm: JWSAlgorithm) async throws
    {
        let bridge = try await Harness()
        let members: Set<String> =
            switch algorithm {
            case .edDSA: ["crv", "kty", "x"]
            case .es256: ["crv", "kty", "x", "y"]
            case .rs256: ["e", "kty", "n"]
            }
        let keys = try #require(try await signer(bridge, algorithm).keySet["keys"]?.array)
        let key = try #require(keys.first?.object)
        #expect(Set(key.keys) == members.union(["kid", "use", "alg"]))
        #expect(key["alg"]?.string == algorithm.rawValue && key["use"]?.string == "sig")
        #expect(key["kid"]?.string == bridge.keyring.signingKeys.first?.id.text)
        #expect(keys.count == (algorithm == .edDSA ? 1 : 2), "the one before it verifies still")
    }

    @Test(arguments: JWSAlgorithm.allCases) func `no part of a token can be changed`(algorithm: JWSAlgorithm) async throws {
        let signer = try await signer(try await Harness(), algorithm)
        let token = try signer.sign(Self.claims)
        #expect(verifies(signer, token))
        // The last character of a part may have bits that say nothing, so each part is changed before its end.
        for index in stride(from: 0, to: token.utf8.count - 2, by: 7) {
            var bytes = Array(token.utf8)
            guard bytes[index] != UInt8(ascii: ".") else { continue }
            bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(!verifies(signer, String(decoding: bytes, as: UTF8.self)), "\(index)")
        }
        for other in ["", "..", "a.b.c", token + "A", token + "AAAA", String(token.dropLast(4))] { #expect(!verifies(signer, other)) }
    }

    @Test(arguments: JWSAlgorithm.allCases, ["none", "HS256", "EdDSA", "ES256", "RS256", "PS256", "ES384"])
    func `a header cannot choose the algorithm of a key`(algorithm: JWSAlgorithm, named: String) async throws {
        guard named != algorithm.rawValue else { return }
        let bridge = try await Harness()
        let signer = try await signer(bridge, algorithm)
        let token = try signer.sign(Self.claims).split(separator: ".").map(String.init)
        let kid = try #require(bridge.keyring.signingKeys.first?.id.text)
        let header: JSON = ["alg": .string(named), "typ": "at+jwt", "kid": .string(kid)]
        let input = Base64URL.encode(header.serialized) + "." + token[1]
        let key = try #require(signer.keySet["keys"]?.array?.first)
        let secrets = [key.serialized, (key["n"] ?? key["x"])?.string.flatMap { Base64URL.decode($0) } ?? []]
        let hashes = secrets.map { Base64URL.encode(Forger.hmac(input, key: $0.count > 64 ? Array($0.prefix(64)) : $0)) }
        for signature in [token[2]] + hashes { #expect(!verifies(signer, input + "." + signature)) }
    }

    @Test func `an ES256 signature in DER, or of zeros, is none`() async throws {
        let signer = try await signer(try await Harness(), .es256)
        let parts = try signer.sign(Self.claims).split(separator: ".").map(String.init)
        let numbers = try #require(Base64URL.decode(parts[2]))
        #expect(numbers.count == 64)
        let der = [0x30, 0x44, 0x02, 0x20] + numbers[..<32] + [0x02, 0x20] + numbers[32...]
        for signature in [der, [UInt8](repeating: 0, count: 64), numbers + [0], Array(numbers.dropLast())] {
            #expect(!verifies(signer, parts[0] + "." + parts[1] + "." + Base64URL.encode(signature)))
        }
    }

    @Test func `an unknown key signs nothing, and no other stands in for it`() async throws {
        let bridge = try await Harness()
        let signer = try await signer(bridge)
        let parts = try signer.sign(Self.claims).split(separator: ".").map(String.init)
        for kid in ["00000000", "../../etc/passwd", "", parts[2]] {
            #expect(signer.key(KeyID(kid)) == nil)
            let header: JSON = ["alg": "EdDSA", "typ": "at+jwt", "kid": .string(kid)]
            let input = Base64URL.encode(header.serialized) + "." + parts[1]
            #expect(!verifies(signer, input + "." + Base64URL.encode(try Forger(keyring: bridge.keyring).signature(input))))
        }
    }
}
