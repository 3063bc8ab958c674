import Primitives
import TestKit
import Testing
import TokenSigning

@Suite struct ClientAssertionSignatureTests {
    @Test(arguments: try Vectors.cases("crypto/client-assertions.json"))
    func `a signature holds by the key that made it, with its algorithm, and by no other`(_ vector: JSON) async throws {
        let token = try #require(vector["token"]?.string)
        let key = try #require(vector["key"])
        let algorithm = try #require(vector["algorithm"]?.string)
        let holds = await ClientAssertionSignature.isSigned(token, key: key, algorithm: algorithm)
        #expect(holds == vector["holds"]?.bool, "\(vector["why"]?.string ?? "")")
    }

    @Test(arguments: ["", "a", "a.b", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30."])
    func `what is no compact JWS has no signature`(_ token: String) async {
        let key: JSON = ["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]
        for algorithm in ["EdDSA", "ES256", "RS256", "none", ""] {
            #expect(await !ClientAssertionSignature.isSigned(token, key: key, algorithm: algorithm))
        }
    }
}
