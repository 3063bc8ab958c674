import AuthorizationServer
import OAuth
import Primitives
import Testing

@Suite struct ClientDocumentTests {
    private static let url = "https://client.example.test/oauth/client.json"
    private static let policy = RedirectURI.Policy(knownSchemes: ["cursor"])

    private static func document(_ changes: KeyValuePairs<String, JSON?> = [:]) -> JSON {
        var members: [(String, JSON)] = [
            ("client_id", .string(url)), ("client_name", "Example"), ("redirect_uris", ["https://client.example.test/callback"]),
        ]
        for (key, value) in changes {
            members.removeAll { $0.0 == key }
            if let value { members.append((key, value)) }
        }
        return .object(JSONObject(members.map { JSONObject.Member(key: $0.0, value: $0.1) }))
    }

    private func read(_ document: JSON) throws(DocumentFailure) -> ClientDocument {
        guard let url = ClientDocument.url(ClientID(Self.url)) else { throw .badURL }
        return try ClientDocument(url: url, body: document.serialized, policy: Self.policy)
    }

    @Test(arguments: [
        "https://client.example.test/client", "https://client.example.test/a/b.json?version=2", "https://client.example.test:8443/c",
        "https://xn--bcher-kva.example/c",
    ])
    func `an https URL with a path is a client id`(_ text: String) {
        #expect(ClientDocument.url(ClientID(text))?.text == text)
    }

    @Test(arguments: [
        "https://client.example.test", "https://client.example.test/", "http://client.example.test/c", "https://user@client.example.test/c",
        "https://user:pass@client.example.test/c", "https://client.example.test/c#f", "https://client.example.test/a/../c",
        "https://client.example.test/./c", "https://client.example.test/%2e%2e/c", "https://client.example.test\\@evil.test/c", "https:c",
        "https:///c", "https://127.1/c", "https://client.example.test/ c", "HTTPS://client.example.test/c",
        "https://client.example.test/" + String(repeating: "c", count: 1024),
    ])
    func `whatever two readers could take for different URLs is none`(_ text: String) {
        #expect(ClientDocument.url(ClientID(text)) == nil)
    }

    @Test func `a document is read as a registration is, and a missing method means none`() throws {
        let document = try read(
            Self.document(["logo_uri": "https://tracker.example/l.svg", "token_endpoint_auth_method": nil, "scope": "read", "x": [1]]))
        #expect(document.metadata.redirectURIs.map(\.text) == ["https://client.example.test/callback"])
        #expect(document.metadata.name == "Example")
        #expect(document.metadata.authMethod == .none)
        #expect(document.keys == nil)
        #expect(try read(Self.document(["token_endpoint_auth_method": "none"])) == document)
    }

    @Test(
        arguments: [
            ("client_id", nil), ("client_id", "https://client.example.test/oauth/client.JSON"),
            ("client_id", "https://client.example.test/oauth/client.json/"), ("client_id", 1),
            ("client_id", "https://client.example.test/oauth/client.json?"),
        ] as [(String, JSON?)])
    func `its client_id is its URL, byte for byte`(_ change: (String, JSON?)) {
        #expect(throws: DocumentFailure.differentID) { try read(Self.document([change.0: change.1])) }
    }

    @Test func `what everybody can read holds no secret and no private key`() {
        let rsa: JSON = ["keys": [["kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"]]]
        let symmetric: JSON = ["keys": [["kty": "oct", "k": "c2VjcmV0"]]]
        #expect(throws: DocumentFailure.holdsSecret) { try read(Self.document(["client_secret": "s"])) }
        #expect(throws: DocumentFailure.holdsSecret) { try read(Self.document(["client_secret_expires_at": 0])) }
        for keys in [rsa, symmetric] {
            #expect(throws: DocumentFailure.holdsSecret) { try read(Self.document(["jwks": keys])) }
            #expect(throws: DocumentFailure.holdsSecret) { try ClientDocument.keySet(body: keys.serialized) }
        }
    }

    @Test(arguments: ["client_secret_post", "client_secret_basic", "client_secret_jwt", "tls_client_auth", "", 1] as [JSON])
    func `of the methods only none and private_key_jwt are left`(_ method: JSON) {
        #expect(throws: DocumentFailure.self) { try read(Self.document(["token_endpoint_auth_method": method])) }
    }

    @Test func `a client with keys names them in one place`() throws {
        let keys: JSON = ["keys": [["kty": "OKP", "crv": "Ed25519", "x": "AQAB", "kid": "1"]]]
        let method: (String, JSON) = ("token_endpoint_auth_method", "private_key_jwt")
        let inline = try read(Self.document([method.0: method.1, "jwks": keys]))
        #expect(inline.keys == .inline(try #require(keys["keys"]?.array)))
        let remote = try read(Self.document([method.0: method.1, "jwks_uri": "https://client.example.test/jwks"]))
        #expect(remote.keys == .at(try StrictURL("https://client.example.test/jwks")))
        let bad: [KeyValuePairs<String, JSON?>] = [
            [method.0: method.1], [method.0: method.1, "jwks": keys, "jwks_uri": "https://client.example.test/jwks"],
            [method.0: method.1, "jwks_uri": "http://client.example.test/jwks"], [method.0: method.1, "jwks": [:]],
            [method.0: method.1, "jwks_uri": "https://user@client.example.test/jwks"], [method.0: method.1, "jwks": ["keys": ["x"]]],
        ]
        for changes in bad { #expect(throws: DocumentFailure.noKeys) { try read(Self.document(changes)) } }
    }

    @Test(arguments: [
        [], ["http://client.example.test/cb"], ["javascript:alert(1)"], ["https://client.example.test/cb#f"], ["unknown:/cb"],
        ["https://client.example.test/cb?code=1"],
    ])
    func `its redirects follow the rules of a registration`(_ redirects: [String]) {
        #expect(throws: DocumentFailure.self) { try read(Self.document(["redirect_uris": .strings(redirects)])) }
    }

    @Test(arguments: ["", "[]", "null", "{", "{\"client_id\":1,\"client_id\":2}", "\u{FEFF}{}"])
    func `what is no JSON object is refused`(_ body: String) throws {
        let url = try #require(ClientDocument.url(ClientID(Self.url)))
        #expect(throws: DocumentFailure.malformed) { try ClientDocument(url: url, body: Array(body.utf8), policy: Self.policy) }
    }

    @Test(
        arguments: [
            ([], nil, 300), (["max-age=60"], nil, 60), (["public, max-age=60"], "20", 40), (["max-age=60"], "90", 0),
            (["max-age=31536000"], nil, 86_400), (["max-age=60", "no-store"], nil, 0), (["No-Cache"], nil, 0), (["max-age=0"], nil, 0),
            (["max-age=\"60\""], nil, 60), (["max-age=60, max-age=10"], nil, 10), (["max-age=-1"], nil, 0), (["max-age=x"], nil, 0),
            (["s-maxage=9"], nil, 300), (["max-age=99999999999999999999"], nil, 86_400), (["max-age"], nil, 0), (["MAX-AGE = 60"], nil, 60),
        ] as [([String], String?, Int64)])
    func `headers say how long a document is kept, within bounds`(_ row: ([String], String?, Int64)) {
        #expect(CacheLifetime(cacheControl: row.0, age: row.1).seconds == row.2)
    }
}
