import Primitives
import TestKit
import Testing
import TokenSigning
import Vault

@Suite struct SigningKeyPairTests {
    @Test func `keys in PEM are read as another library wrote them`() throws {
        for vector in try Vectors.cases("signing/keys-accepted.json") {
            let name = vector["name"]?.string ?? ""
            let pair = try SigningKeyPair(pem: Secret(try #require(vector["private"]?.string)))
            #expect(pair.algorithm.rawValue == vector["algorithm"]?.string, "\(name)")
            #expect(pair.publicKey.thumbprint.text == vector["thumbprint"]?.string, "\(name)")
            let publicKey = try VerificationKey(pem: try #require(vector["public"]?.string))
            #expect(publicKey == pair.publicKey, "\(name)")
            var published = try #require(publicKey.published(as: KeyID("k")).object)
            for member in ["kid", "use", "alg"] { published[member] = nil }
            #expect(JSON.object(published) == vector["jwk"], "\(name)")
        }
    }

    @Test func `signatures of another library verify, and ours are the same where they can be`() throws {
        for vector in try Vectors.cases("signing/keys-accepted.json") {
            let name = vector["name"]?.string ?? ""
            let pair = try SigningKeyPair(pem: Secret(try #require(vector["private"]?.string)))
            let input = Array(try #require(vector["input"]?.string).utf8)
            let signature = try #require(vector["signature"]?.string.flatMap { Base64URL.decode($0) })
            #expect(pair.publicKey.isSignature(signature, over: input), "\(name)")
            #expect(!pair.publicKey.isSignature(signature, over: input + [0]), "\(name)")
            #expect(!pair.publicKey.isSignature([], over: input), "\(name)")
            let own = try pair.signature(over: input)
            #expect(pair.publicKey.isSignature(own, over: input), "\(name)")
            // ECDSA draws a new number for each signature; the other two have only one.
            #expect((own == signature) == (pair.algorithm != .es256), "\(name)")
        }
    }

    @Test func `other keys are refused, and say why`() throws {
        for vector in try Vectors.cases("signing/keys-refused.json") {
            let expected: SigningKeyFailure =
                switch vector["failure"]?.string {
                case "encrypted": .encrypted
                case "notPEM": .notPEM
                default: .unsupported
                }
            let text = try #require(vector["private"]?.string)
            #expect(throws: expected, "\(vector["name"]?.string ?? "")") { try SigningKeyPair(pem: Secret(text)) }
        }
    }

    @Test func `the example of RFC 8037 signs as it says there`() throws {
        let seed = try #require(Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
        let pair = try SigningKeyPair(.edDSA, material: Secret(seed))
        #expect(pair.publicKey.thumbprint.text == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        #expect(Base64URL.encode(try pair.signature(over: Array(input.utf8))) == signature)
    }

    @Test(arguments: JWSAlgorithm.allCases) func `what is stored of a key makes the same key again`(algorithm: JWSAlgorithm) throws {
        let pair = try SigningKeyPair.generate(algorithm)
        let again = try SigningKeyPair(algorithm, material: pair.material)
        #expect(again.publicKey == pair.publicKey && again.algorithm == algorithm)
        #expect(try VerificationKey(algorithm, material: pair.publicKey.material) == pair.publicKey)
        #expect(try SigningKeyPair.generate(algorithm).publicKey != pair.publicKey)
        for other in JWSAlgorithm.allCases where other != algorithm && (other == .rs256 || algorithm == .rs256) {
            #expect(throws: SigningKeyFailure.unreadable) { try SigningKeyPair(other, material: pair.material) }
        }
        #expect("\(pair.material)" == "[redacted]")
    }
}
