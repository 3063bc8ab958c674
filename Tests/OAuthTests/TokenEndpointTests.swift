import OAuth
import Primitives
import TestKit
import Testing

struct TokenRequestTests {
    @Test(arguments: try Vectors.load("token-requests.json"))
    func `a request is one of two grants or refused`(_ vector: Vector) throws {
        let form = try FormData(parsing: try vector.text("body"))
        do {
            let request = try TokenRequest(form: form)
            #expect(vector.refused == nil)
            switch request {
            case .authorizationCode(let grant):
                #expect(vector["grant"] == "authorization_code")
                #expect(grant.code.reveal() == vector["secret"]?.string)
                #expect(grant.redirectURI == vector["redirect"]?.string)
                #expect(grant.resources == vector["resources"]?.strings)
            case .refreshToken(let grant):
                #expect(vector["grant"] == "refresh_token")
                #expect(grant.token.reveal() == vector["secret"]?.string)
                #expect(grant.scope == vector["scope"]?.strings)
                #expect(grant.resources == vector["resources"]?.strings)
            }
            #expect(!"\(request)".contains("dbc_1") && !String(reflecting: request).contains("dbr_1"))
        } catch {
            #expect(error.code.rawValue == vector.refused)
            expectReadable(error)
        }
    }

    @Test func `garbage never stops the reader`() {
        let pieces = [
            "grant_type=", "authorization_code", "refresh_token", "=", "&", "&", "code",
            "code_verifier=" + String(repeating: "a", count: 43), "%41",
            "%", "scope=read", "resource=x",
        ]
        var generator = SeededGenerator(seed: 25)
        for _ in 0..<5_000 {
            guard let form = try? FormData(parsing: generator.text(of: pieces, upTo: 14)), let request = try? TokenRequest(form: form)
            else {
                continue
            }
            switch request {
            case .authorizationCode(let grant): #expect(!grant.code.isEmpty)
            case .refreshToken(let grant): #expect(!grant.token.isEmpty)
            }
        }
    }
}

struct PKCETests {
    @Test(arguments: try Vectors.load("pkce.json"))
    func `challenges have 43 characters, verifiers 43 to 128`(_ vector: Vector) throws {
        let text = try vector.text("text")
        switch try vector.text("kind") {
        case "challenge":
            let challenge = CodeChallenge(text)
            #expect((challenge != nil) == vector.flag("accepted"))
            if let challenge { #expect(challenge.text == text) }
        default: #expect((CodeVerifier(text) != nil) == vector.flag("accepted"))
        }
    }

    /// The octets of RFC 7636 appendix B, so that no hash function is needed here.
    private static let digest: [UInt8] = [
        19, 211, 30, 150, 26, 26, 216, 236, 47, 22, 177, 12, 76, 152, 46, 8, 118, 168, 120, 173, 109, 241, 68, 86, 110, 225, 137, 74, 203,
        112,
        249, 195,
    ]
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    private static func hash(_ bytes: [UInt8]) -> [UInt8] {
        bytes == Array(verifier.utf8) ? digest : digest.map { $0 ^ UInt8(bytes.count) }
    }

    @Test func `the verifier of RFC 7636 appendix B meets its challenge, and no other does`() throws {
        let challenge = try #require(CodeChallenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"))
        #expect(challenge.isMet(by: try #require(CodeVerifier(Self.verifier)), hash: Self.hash))
        #expect(!challenge.isMet(by: try #require(CodeVerifier(String(Self.verifier.dropLast()) + "l")), hash: Self.hash))
        #expect(!challenge.isMet(by: try #require(CodeVerifier(Self.verifier + "k")), hash: Self.hash))
    }

    @Test func `a challenge is no verifier of its own, as plain would have it`() throws {
        let text = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        #expect(!(try #require(CodeChallenge(text))).isMet(by: try #require(CodeVerifier(text)), hash: Self.hash))
    }

    @Test func `a challenge with bits that no hash has is never met`() throws {
        // The same 32 bytes for a lenient reader, another text.
        let twin = try #require(CodeChallenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN"))
        #expect(!twin.isMet(by: try #require(CodeVerifier(Self.verifier)), hash: Self.hash))
    }
}

struct TokenResponseTests {
    @Test func `the answer has what RFC 6749 §5.1 names, and prints nothing of it`() {
        let response = TokenResponse(accessToken: Secret("at-1"), refreshToken: Secret("dbr_1"), expiresIn: 600, scope: "read")
        #expect(
            response.json.text
                == #"{"access_token":"at-1","token_type":"Bearer","expires_in":600,"refresh_token":"dbr_1","scope":"read"}"#)
        #expect(!"\(response)".contains("at-1") && !"\(response)".contains("dbr_1"))
    }
}
