import OAuth
import Primitives
import TestKit
import Testing

struct ClientCredentialsTests {
    /// A row has either the header as it stands, `null` for none, or the text that is to be encoded into it.
    @Test(arguments: try Vectors.load("basic.json"))
    func `credentials come from the header or from the body, never from both`(_ vector: Vector) throws {
        let encoded = try vector.optionalText("text").map { "Basic " + Base64.encode(Array($0.utf8)) }
        let header = try encoded ?? vector.optionalText("header")
        let form = try FormData(parsing: try vector.text("body"))
        do {
            let credentials = try ClientCredentials(authorization: header, form: form)
            #expect(vector.refused == nil)
            #expect(credentials.clientID == vector["id"]?.string)
            #expect(Set(credentials.secrets.map { $0.reveal() }) == Set(try vector.texts("secrets")))
            #expect(credentials.secrets.count == (try vector.texts("secrets").count))
            #expect(credentials.usedHeader != vector.flag("inBody"))
            #expect(!"\(credentials)".contains("7Fjfp0ZBr1KtDRbnfVdmIw"))
        } catch let error as OAuthError {
            #expect(error.code.rawValue == vector.refused)
            expectReadable(error)
        }
    }

    @Test func `an id that may be form-encoded is first tried as the standard has it`() throws {
        for _ in 0..<20 {
            let header = "Basic " + Base64.encode(Array("a%2Fb:c".utf8))
            #expect(try ClientCredentials(authorization: header, form: FormData([])).clientID == "a/b")
        }
    }

    @Test func `garbage never stops the reader`() {
        var generator = SeededGenerator(seed: 21)
        for turn in 0..<5_000 {
            let garbage = generator.bytes(upTo: 24)
            let header = turn.isMultiple(of: 3) ? String(decoding: garbage, as: UTF8.self) : "Basic " + Base64.encode(garbage)
            if let read = try? ClientCredentials(authorization: header, form: FormData([])) {
                #expect(read.clientID.utf8.allSatisfy { $0 != 0 } && !read.clientID.isEmpty)
            }
        }
    }
}

struct ClientMetadataTests {
    private static let policy = RedirectURI.Policy(knownSchemes: ["cursor"])

    @Test(arguments: try Vectors.load("client-metadata.json"))
    func `a registration is read strictly where it matters and mildly elsewhere`(_ vector: Vector) throws {
        let document = try vector.bytes("document")
        do {
            let client = try ClientMetadata(registration: document, policy: Self.policy)
            #expect(vector.refused == nil)
            #expect(client.authMethod.rawValue == vector["method"]?.string)
            #expect(client.name == (try vector.optionalText("name")))
            if vector["redirects"] != nil { #expect(client.redirectURIs.map(\.text) == (try vector.texts("redirects"))) }
            #expect((1...ClientMetadata.maximumRedirects).contains(client.redirectURIs.count))
        } catch let error as OAuthError {
            #expect(error.code.rawValue == vector.refused)
            expectReadable(error)
        }
    }

    @Test func `a client has a secret unless it says that it has none`() {
        #expect(TokenEndpointAuthMethod.allCases.filter { !$0.hasSecret } == [.none, .privateKeyJWT])
    }

    @Test func `a registration with one byte changed never stops the reader`() {
        let document = Array(#"{"redirect_uris":["http://localhost:1/cb"],"client_name":"\u00e9","grant_types":null}"#.utf8)
        for place in document.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = document
                changed[place] = byte
                guard let client = try? ClientMetadata(registration: changed, policy: Self.policy) else { continue }
                #expect(client.redirectURIs.allSatisfy { $0.isLoopback || $0.url.scheme == "https" || $0.url.scheme.contains(".") })
            }
        }
    }
}

struct DisplayNameTests {
    @Test(arguments: try Vectors.load("display-names.json"))
    func `a name is shown without what cannot be seen, and look-alikes are pointed out`(_ vector: Vector) throws {
        let name = DisplayName(try vector.optionalText("name"), fallback: "claude.ai")
        #expect(Array(name.text.unicodeScalars) == Array(try vector.text("shown").unicodeScalars))
        #expect(name.isSuspicious == vector.flag("suspicious"))
    }

    @Test func `a long name is cut`() {
        #expect(DisplayName(String(repeating: "é", count: 300), fallback: "x").text == String(repeating: "é", count: 80))
    }

    @Test func `no name turns the text around, breaks the line or hides a part`() {
        var generator = SeededGenerator(seed: 22)
        for _ in 0..<3_000 {
            let name = DisplayName(generator.text(upTo: 20), fallback: "fallback")
            #expect(!name.text.isEmpty && name.text.count <= 80)
            #expect(
                name.text.unicodeScalars.allSatisfy {
                    ![.control, .format, .lineSeparator, .paragraphSeparator, .privateUse].contains($0.properties.generalCategory)
                })
        }
    }
}
