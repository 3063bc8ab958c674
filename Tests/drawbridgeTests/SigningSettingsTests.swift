import Foundation
import Primitives
import Testing

@testable import drawbridge

struct SigningSettingsTests {
    private static func vectors(_ name: String) throws -> [JSON] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: tests.appendingPathComponent("Vectors/signing/" + name)))
        return try #require(try JSON.parse(bytes)["cases"]?.array)
    }

    private static func key(_ name: String) throws -> (private: String, public: String) {
        let vector = try #require(try vectors("keys-accepted.json").first { $0["name"]?.string == name })
        return (try #require(vector["private"]?.string), try #require(vector["public"]?.string))
    }

    @Test func `an own key in any usual form is taken, from either name`() throws {
        for vector in try Self.vectors("keys-accepted.json") {
            let (name, pem) = (vector["name"]?.string ?? "", try #require(vector["private"]?.string))
            for variable in ["DRAWBRIDGE_SIGNING_KEY", "OAUTH_JWT_PRIVATE_KEY"] {
                let settings = try read([variable: pem])
                #expect(settings.signingKey?.summary == "an own \(vector["algorithm"]?.string ?? "") key", "\(name)")
            }
            let both = ["OAUTH_JWT_PRIVATE_KEY": pem, "OAUTH_JWT_PUBLIC_KEY": try #require(vector["public"]?.string)]
            #expect(problems(both).isEmpty, "\(name)")
        }
        let pem = try Self.key("P-256, PKCS #8").private
        let settings = try read(yaml: "signing_key: |\n" + pem.split(separator: "\n").map { "  \($0)\n" }.joined())
        #expect(settings.signingKey != nil)
        #expect(
            settings.warnings.count == 1 && settings.warnings[0].contains("drawbridge.yaml:1"), "a file is a place that others may read")
    }

    @Test func `a key that cannot be used is refused without being shown`() throws {
        for vector in try Self.vectors("keys-refused.json") {
            let (name, pem) = (vector["name"]?.string ?? "", try #require(vector["private"]?.string))
            let found = problems(["OAUTH_JWT_PRIVATE_KEY": pem])
            #expect(found.map(\.kind) == [.invalid], "\(name)")
            #expect(found.first?.key == "OAUTH_JWT_PRIVATE_KEY" && found.first?.shape?.contains("2048") == true)
            let text = SettingsErrors(problems: found).description
            for line in pem.split(whereSeparator: \.isNewline) where line.count > 20 { #expect(!text.contains(line), "\(name)") }
        }
    }

    @Test(arguments: ["EdDSA", "ES256", "RS256", "rs256"]) func `each algorithm can be asked for`(name: String) throws {
        #expect(
            try read(["DRAWBRIDGE_SIGNING_ALG": name]).describe().first { $0.key == .signingAlg }?.value.lowercased() == name.lowercased())
    }

    @Test func `an algorithm that is not the key's is a contradiction`() throws {
        let pem = try Self.key("RSA 2048, PKCS #8").private
        #expect(problems(["OAUTH_JWT_PRIVATE_KEY": pem, "DRAWBRIDGE_SIGNING_ALG": "RS256"]).isEmpty)
        for other in ["EdDSA", "ES256"] {
            let found = problems(["OAUTH_JWT_PRIVATE_KEY": pem, "DRAWBRIDGE_SIGNING_ALG": other])
            #expect(found.map(\.kind) == [.contradiction])
            #expect(found.first?.reason.contains("RS256") == true && found.first?.fix.contains(other) == true)
        }
    }

    @Test func `a public key must be that of the private one`() throws {
        let (first, second) = (try Self.key("Ed25519, PKCS #8"), try Self.key("P-256, SEC 1"))
        let found = problems(["OAUTH_JWT_PRIVATE_KEY": first.private, "OAUTH_JWT_PUBLIC_KEY": second.public])
        #expect(found.map(\.kind) == [.contradiction] && found.first?.key == "OAUTH_JWT_PUBLIC_KEY")
        #expect(problems(["OAUTH_JWT_PUBLIC_KEY": first.public]).map(\.kind) == [.contradiction], "alone it signs nothing")
        #expect(problems(["OAUTH_JWT_PRIVATE_KEY": first.private, "OAUTH_JWT_PUBLIC_KEY": "x"]).map(\.kind) == [.invalid])
        #expect(problems(["OAUTH_JWT_PRIVATE_KEY": first.private, "OAUTH_JWT_PUBLIC_KEY": first.private]).map(\.kind) == [.invalid])
    }

    @Test func `two names with different keys contradict each other, and a key on the command line is seen by everybody`() throws {
        let (first, second) = (try Self.key("Ed25519, PKCS #8").private, try Self.key("P-256, SEC 1").private)
        let both = problems(["OAUTH_JWT_PRIVATE_KEY": first, "DRAWBRIDGE_SIGNING_KEY": second])
        #expect(both.map(\.kind) == [.contradiction])
        #expect(problems(flags: ["signing-key": first]).map(\.key) == ["--signing-key"])
    }

    @Test func `neither settings nor start-up log show the key`() throws {
        let pem = try Self.key("RSA 2048, PKCS #1").private
        let settings = try read(["OAUTH_JWT_PRIVATE_KEY": pem])
        let shown = settings.describe().map { "\($0.key) \($0.value)" }.joined() + "\(settings)"
        for line in pem.split(separator: "\n").dropFirst().dropLast() { #expect(!shown.contains(line)) }
    }
}
