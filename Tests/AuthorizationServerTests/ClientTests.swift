import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

@Suite struct ClientTests {
    private static let policy = RedirectURI.Policy(knownSchemes: ["cursor"])
    private let directory: ClientDirectory

    init() throws {
        directory = ClientDirectory(keyring: try Keyrings.full(), redirects: Self.policy)
    }

    private func metadata(
        _ redirects: [String] = ["https://client.example.test/cb"], method: TokenEndpointAuthMethod = .none, name: String? = "Name"
    ) throws -> ClientMetadata {
        ClientMetadata(
            redirectURIs: try redirects.map { try RedirectURI(registering: $0, policy: Self.policy) }, authMethod: method, name: name)
    }

    private func credentials(_ id: String, secret: String? = nil) throws -> ClientCredentials {
        try ClientCredentials(
            authorization: nil, form: FormData([("client_id", id)] + (secret.map { [("client_secret", $0)] } ?? [])))
    }

    @Test func `the same metadata of a public client gives the same id, and the id says it all`() throws {
        let metadata = try metadata(["cursor://anysphere.cursor-mcp/oauth/callback", "http://localhost:8787/callback"], name: "Cursor é")
        let (one, secret) = try directory.register(metadata)
        #expect(secret == nil)
        #expect(try directory.register(metadata).client == one)
        #expect(directory.client(one.id)?.metadata == metadata)
        #expect(one.name.text == "Cursor é")
        #expect(try directory.register(try self.metadata(name: nil)).client.name.text == "An application without a name")
        #expect(try directory.register(try self.metadata(name: "Other")).client.id != one.id)
    }

    @Test(arguments: [TokenEndpointAuthMethod.clientSecretPost, .clientSecretBasic])
    func `a client with a secret has an id of its own and proves itself by it`(method: TokenEndpointAuthMethod) async throws {
        let (one, secret) = try directory.register(try metadata(method: method))
        let (two, other) = try directory.register(try metadata(method: method))
        #expect(one.id != two.id)
        let (own, foreign) = (try #require(secret).reveal(), try #require(other).reveal())
        #expect(own.hasPrefix("dbs_"))
        #expect(try await directory.authenticate(try credentials(one.id.text, secret: own)).client == one)
        for wrong in [nil, foreign, own + "x", "dbs_"] {
            await #expect(throws: Rejection.wrongClientSecret(usedHeader: false)) {
                try await directory.authenticate(try credentials(one.id.text, secret: wrong))
            }
        }
        let basic = "Basic " + Base64.encode(Array("\(one.id.text):\(own)".utf8))
        #expect(try await directory.authenticate(ClientCredentials(authorization: basic, form: FormData([]))).id == one.id)
    }

    @Test func `a client without a secret sends none`() async throws {
        let (client, _) = try directory.register(try metadata())
        await #expect(throws: Rejection.wrongClientSecret(usedHeader: false)) {
            try await directory.authenticate(try credentials(client.id.text, secret: "something"))
        }
        #expect(try await directory.authenticate(try credentials(client.id.text)).id == client.id)
    }

    @Test func `no byte of an id can be changed`() async throws {
        let id = try directory.register(try metadata()).client.id.text
        for index in id.utf8.indices {
            var bytes = Array(id.utf8)
            let place = id.utf8.distance(from: id.utf8.startIndex, to: index)
            bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let changed = String(decoding: bytes, as: UTF8.self)
            #expect(directory.client(ClientID(changed)) == nil, "\(place)")
        }
        for other in ["", "dbi_", "dbi_..", id + "A", id + ".", String(id.dropLast()), " " + id, String(repeating: "x", count: 2000)] {
            #expect(directory.client(ClientID(other)) == nil)
            await #expect(throws: (any Error).self) { try await directory.authenticate(try credentials(other)) }
        }
    }

    @Test func `an id of another deployment is unknown here`() async throws {
        let other = ClientDirectory(keyring: try Keyrings.full(), redirects: Self.policy)
        let id = try other.register(try metadata()).client.id
        #expect(directory.client(id) == nil)
        await #expect(throws: Rejection.unknownClient(usedHeader: false)) { try await directory.authenticate(try credentials(id.text)) }
    }

    @Test func `ids travel in URLs, so what makes one longer than 1 KiB is refused`() throws {
        let long = "https://client.example.test/" + String(repeating: "p", count: 700)
        #expect(throws: Rejection.clientMetadataTooLong) { try directory.register(try metadata([long])) }
        #expect(throws: Never.self) {
            try directory.register(try metadata(["https://client.example.test/" + String(repeating: "p", count: 500)]))
        }
    }

    @Test func `ten thousand registrations leave the store as it was`() async throws {
        let bridge = try await Harness()
        for index in 0..<10_000 {
            let metadata = try metadata(["http://127.0.0.1:\(1024 + index % 60000)/cb"], name: "Client \(index)")
            _ = try bridge.server.clients.register(metadata)
        }
        #expect(try bridge.count("clients") == 0)
        #expect(try await bridge.approve(try bridge.register()).account == "@ada")
    }

    @Test func `what the program knows of clients is three lists`() throws {
        let known = try #require(
            KnownClients(
                json: Array(
                    #"{"redirect_schemes":["cursor"],"tolerated_scopes":["openid"],"redirects":{"A":["https://a.example/cb"]},"more":1}"#
                        .utf8)))
        #expect(known.redirectPolicy.knownSchemes == ["cursor"])
        #expect(known.toleratedScopes == ["openid"])
        #expect(known.redirects.isShapeOfKnownClient(try StrictURL("https://a.example/cb")))
        for text in [
            "", "{}", #"{"redirect_schemes":[]}"#, #"{"redirect_schemes":[1],"tolerated_scopes":[]}"#,
            #"{"redirect_schemes":[],"tolerated_scopes":[],"redirects":{"A":"https://a.example/"}}"#,
            #"{"redirect_schemes":[],"tolerated_scopes":[],"redirects":{"A":["http://a.example/"]}}"#,
        ] {
            #expect(KnownClients(json: Array(text.utf8)) == nil)
        }
    }
}

@Suite struct OpaqueTokenTests {
    private let keyring: Keyring
    private let tokens: OpaqueTokens

    init() throws {
        keyring = try Keyrings.full()
        tokens = OpaqueTokens(keyring: keyring)
    }

    @Test func `a token carries its grant and generation, under a MAC over its kind`() throws {
        let grant = tokens.newGrantID()
        for (kind, generation) in [(OpaqueToken.Kind.code, Int64(0)), (.refresh, 0), (.refresh, 258), (.refresh, .max)] {
            let token = try tokens.make(kind, grant: grant, generation: generation)
            #expect(token.secret.reveal().hasPrefix(kind.rawValue))
            let found = try #require(tokens.recognise(token.secret, as: kind))
            #expect(found.grant == grant)
            #expect(found.generation == generation)
            #expect(found.digest == token.digest)
            #expect(tokens.recognise(token.secret, as: kind == .code ? .refresh : .code) == nil)
        }
    }

    @Test func `no character of a token can be changed`() throws {
        let token = try tokens.make(.refresh, grant: tokens.newGrantID(), generation: 1).secret.reveal()
        for index in 0..<token.utf8.count {
            var bytes = Array(token.utf8)
            bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(tokens.recognise(Secret(bytes), as: .refresh) == nil)
        }
    }

    @Test func `tokens of a replaced look-up key are still known, with the digest they had`() throws {
        let token = try tokens.make(.refresh, grant: tokens.newGrantID(), generation: 1)
        try keyring.add(keyring.makeRecord(.lookup, at: UnixTime(1_900_000_000)))
        #expect(tokens.recognise(token.secret, as: .refresh)?.digest == token.digest)
        #expect(OpaqueTokens(keyring: try Keyrings.full()).recognise(token.secret, as: .refresh) == nil)
    }

    @Test func `tokens hold 256 random bits, from the source they were given`() throws {
        let seeded = { (seed: UInt64) in OpaqueTokens(keyring: keyring, random: SeededGenerator.source(seed: seed)) }
        let grant = GrantID(Base64URL.encode([UInt8](repeating: 1, count: 16)))
        let one = try seeded(1).make(.code, grant: grant, generation: 0)
        #expect(try seeded(1).make(.code, grant: grant, generation: 0).secret == one.secret)
        #expect(try seeded(2).make(.code, grant: grant, generation: 0).secret != one.secret)
        #expect(throws: Rejection.keyMissing) { try tokens.make(.code, grant: GrantID("short"), generation: 0) }
    }
}
