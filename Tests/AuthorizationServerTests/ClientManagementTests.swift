import AuthorizationServer
import OAuth
import Primitives
import TestKit
import Testing
import Vault

/// RFC 7592, for clients with a secret.
@Suite struct ClientManagementTests {
    private static let redirects: JSON = [.string(Harness.redirect)]

    private static func document(_ changes: [String: JSON] = [:]) -> [UInt8] {
        var members = JSONObject([
            .init(key: "redirect_uris", value: redirects), .init(key: "token_endpoint_auth_method", value: "client_secret_post"),
        ])
        for (key, value) in changes { members[key] = value }
        return JSON.object(members).serialized
    }

    private func register(_ bridge: Harness) throws -> (registered: RegisteredClient, token: Secret) {
        let registered = try bridge.server.register(Self.document())
        return (registered, try #require(registered.management).token)
    }

    private func authenticated(_ registered: RegisteredClient, _ bridge: Harness) async throws -> AuthenticatedClient {
        let form = FormData([("client_id", registered.client.id.text), ("client_secret", registered.secret?.reveal() ?? "")])
        return try await bridge.server.clients.authenticate(ClientCredentials(authorization: nil, form: form))
    }

    /// A client with a secret and one connection.
    private func connected(_ bridge: Harness) async throws -> (managed: ManagedClient, token: Secret, connection: Connection) {
        let (registered, token) = try register(bridge)
        let approved = try await bridge.approve(try await authenticated(registered, bridge))
        let connection = Connection(approved: approved, tokens: try await bridge.exchange(approved))
        return (try await bridge.server.manage(registered.client.id, token: token), token, connection)
    }

    @Test func `a client with a secret reads its registration, approved or not, and writes nothing by it`() async throws {
        let bridge = try await Harness()
        let (registered, token) = try register(bridge)
        #expect(token.reveal().hasPrefix("dbm_"))
        #expect(registered.management?.uri == "https://bridge.example.test/register/" + registered.client.id.text)
        for _ in 0..<2 {
            let read = try await bridge.server.manage(registered.client.id, token: token).registered
            #expect(read.client == registered.client)
            #expect(read.secret == registered.secret)
            #expect(read.management?.token == token)
            try await bridge.reopen()
        }
        #expect(try bridge.count("clients") == 0)
    }

    @Test func `nobody else reads it, and a public client has nothing to show`() async throws {
        let bridge = try await Harness()
        let (registered, token) = try register(bridge)
        let other = try register(bridge)
        let open = try bridge.server.register(Self.document(["token_endpoint_auth_method": "none"]))
        #expect(open.management == nil && open.secret == nil)
        let wrong: [Secret?] = [
            nil, Secret(""), Secret(token.reveal() + "A"), Secret(String(token.reveal().dropLast())), other.token, registered.secret,
        ]
        for token in wrong {
            #expect(
                await rejection { try await bridge.server.manage(registered.client.id, token: token) } == .registrationTokenInvalid)
        }
        for id in [open.client.id, ClientID("dbi_unknown"), ClientID("https://client.example.test/metadata")] {
            #expect(await rejection { try await bridge.server.manage(id, token: token) } == .registrationTokenInvalid)
        }
    }

    @Test func `before somebody approves it there is nothing to change or delete`() async throws {
        let bridge = try await Harness()
        let (registered, token) = try register(bridge)
        let managed = try await bridge.server.manage(registered.client.id, token: token)
        #expect(
            await rejection { try await bridge.server.update(managed, with: Self.document(), caller: Harness.caller) } == .clientNotKept)
        #expect(await rejection { try await bridge.server.delete(managed, caller: Harness.caller) } == .clientNotKept)
        #expect(try bridge.count("clients") == 0)
        #expect(try !bridge.audit().contains { $0.action.hasPrefix("client_") })
    }

    @Test func `what a client says of itself later wins over its id, and its connections go on`() async throws {
        let bridge = try await Harness()
        let (managed, token, connection) = try await connected(bridge)
        let document = Self.document(["redirect_uris": ["https://client.example.test/new"], "client_name": "Renamed"])
        let updated = try await bridge.server.update(managed, with: document, caller: Harness.caller)
        #expect(updated.client.id == managed.id && updated.secret == managed.registered.secret)
        try await bridge.reopen()
        let read = try await bridge.server.manage(managed.id, token: token).registered.client
        #expect(read.metadata.redirectURIs.map(\.text) == ["https://client.example.test/new"])
        #expect(read.name.text == "Renamed")
        await #expect(throws: AuthorizationRefusal.self) { try await bridge.show(connection.client) }
        let shown = try await bridge.show(connection.client, overrides: ["redirect_uri": "https://client.example.test/new"])
        #expect(shown.request.client.name.text == "Renamed")
        #expect(try await bridge.opened(with: connection.tokens.accessToken) == Harness.token)
        _ = try await bridge.refresh(connection.tokens.refreshToken, as: connection.client)
        #expect(try bridge.audit().count { $0.action == "client_changed" } == 1)
    }

    @Test func `a redirect that is given up while a person reads the page gets no code`() async throws {
        let bridge = try await Harness()
        let (managed, _, connection) = try await connected(bridge)
        let shown = try await bridge.show(connection.client)
        let document = Self.document(["redirect_uris": ["https://client.example.test/new"]])
        _ = try await bridge.server.update(managed, with: document, caller: Harness.caller)
        guard case .foreign = try await bridge.post(shown) else {
            Issue.record("answered")
            return
        }
        #expect(try bridge.count("grants") == 1)
    }

    @Test(
        arguments: [
            (["redirect_uris": ["http://remote.example.test/"]], OAuthErrorCode.invalidRedirectURI),
            (["redirect_uris": []], .invalidRedirectURI), (["token_endpoint_auth_method": "none"], .invalidClientMetadata),
            (["token_endpoint_auth_method": "private_key_jwt"], .invalidClientMetadata),
            (["client_id": "dbi_other"], .invalidClientMetadata),
            (["client_id": 1], .invalidClientMetadata), (["client_secret": "dbs_other"], .invalidClientMetadata),
            (["grant_types": ["implicit"]], .invalidClientMetadata),
        ] as [([String: JSON], OAuthErrorCode)])
    func `a change is checked like a registration, and changes neither id nor secret`(
        changes: [String: JSON], code: OAuthErrorCode
    ) async throws {
        let bridge = try await Harness()
        let (managed, token, _) = try await connected(bridge)
        let refused = await rejection { try await bridge.server.update(managed, with: Self.document(changes), caller: Harness.caller) }
        #expect(refused?.wireError.code == code)
        #expect(try await bridge.server.manage(managed.id, token: token).registered.client == managed.registered.client)
    }

    @Test func `a change may repeat the client's own id and secret`() async throws {
        let bridge = try await Harness()
        let (managed, _, _) = try await connected(bridge)
        let secret = try #require(managed.registered.secret)
        let document = Self.document(["client_id": .string(managed.id.text), "client_secret": .string(secret.reveal())])
        #expect(try await bridge.server.update(managed, with: document, caller: Harness.caller).client == managed.registered.client)
    }

    @Test func `a client that deletes itself is gone for good, with all its connections`() async throws {
        let bridge = try await Harness()
        let (managed, token, connection) = try await connected(bridge)
        let bystander = try await bridge.connect(token: Harness.bobsToken)
        try await bridge.server.delete(managed, caller: Harness.caller)
        for _ in 0..<2 {
            #expect(try await bridge.authenticate(connection.tokens.accessToken) == nil)
            #expect(
                await rejection { try await bridge.refresh(connection.tokens.refreshToken, as: connection.client) } == .grantEnded)
            #expect(await rejection { try await authenticated(managed.registered, bridge) } == .unknownClient(usedHeader: false))
            #expect(await rejection { try await bridge.server.manage(managed.id, token: token) } == .registrationTokenInvalid)
            await #expect(throws: AuthorizationRefusal.self) { try await bridge.show(connection.client) }
            try await bridge.reopen()
        }
        #expect(try bridge.count("entries") == 1)
        #expect(try await bridge.opened(with: bystander.tokens.accessToken) == Harness.bobsToken)
        let audit = try bridge.audit()
        #expect(audit.count { $0.action == "client_deleted" } == 1)
        #expect(audit.filter { $0.action == "revoked" }.map(\.detail) == ["client_deleted"])
    }
}
