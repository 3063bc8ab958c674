import Endpoints
import HTTPTypes
import Primitives
import Testing

/// How clients prove themselves at the token endpoint (RFC 6749 §2.3).
@Suite(.sharedStage) struct ClientAuthenticationTests {
    private static func basic(_ id: String, _ secret: String) -> Pairs {
        [("Authorization", "Basic " + Base64.encode(Array("\(id):\(secret)".utf8)))]
    }

    /// Every character that may be, as RFC 6749 §2.3.1 wants it of all that must be.
    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in "%" + Hex.encode([byte]).uppercased() }.joined()
    }

    private static func withoutCredentials(_ fields: Pairs) -> Pairs { fields.filter { !["client_id", "client_secret"].contains($0.0) } }

    @Test(arguments: ["client_secret_post", "client_secret_basic"], ["body", "raw", "encoded", "header, and id in the body"])
    func `a secret is taken wherever it stands, whichever method was registered`(method: String, place: String) async throws {
        let stage = try Stage.shared
        let client = try await stage.register(method: method)
        let secret = try #require(client.secret)
        let fields = try await stage.approve(stage.visit(client)).fields
        let bare = Self.withoutCredentials(fields)
        let response =
            switch place {
            case "raw": await stage.post("/token", form: bare, Self.basic(client.id, secret))
            case "encoded": await stage.post("/token", form: bare, Self.basic(Self.encoded(client.id), Self.encoded(secret)))
            case "body": await stage.post("/token", form: fields)
            default: await stage.post("/token", form: bare + [("client_id", client.id)], Self.basic(client.id, secret))
            }
        #expect(response.code == 200, "\(response.text)")
    }

    @Test func `a public client may name itself by Basic without a secret`() async throws {
        let stage = try Stage.shared
        let client = try await stage.register()
        let fields = try await stage.approve(stage.visit(client)).fields
        #expect(await stage.post("/token", form: Self.withoutCredentials(fields), Self.basic(client.id, "")).code == 200)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int
        let error: String
        let hasChallenge: Bool
        let credentials: @Sendable (RegisteredClient) -> (body: Pairs, headers: Pairs)

        init(
            _ description: String, _ status: Int, _ error: String, challenged: Bool,
            _ credentials: @escaping @Sendable (RegisteredClient) -> (body: Pairs, headers: Pairs)
        ) {
            testDescription = description
            self.status = status
            self.error = error
            hasChallenge = challenged
            self.credentials = credentials
        }
    }

    static let refusals = [
        Refusal("no secret", 401, "invalid_client", challenged: false) { ([("client_id", $0.id)], []) },
        Refusal("wrong secret", 401, "invalid_client", challenged: false) { ([("client_id", $0.id), ("client_secret", "dbs_x")], []) },
        Refusal("wrong secret in the header", 401, "invalid_client", challenged: true) { ([], basic($0.id, "dbs_x")) },
        Refusal("no secret in the header", 401, "invalid_client", challenged: true) { ([], basic($0.id, "")) },
        Refusal("unknown client in the header", 401, "invalid_client", challenged: true) { ([], basic("nobody", $0.secret ?? "")) },
        Refusal("not base64", 401, "invalid_client", challenged: true) { _ in ([], [("Authorization", "Basic !!!")]) },
        Refusal("no colon", 401, "invalid_client", challenged: true) { _ in ([], [("Authorization", "Basic YWJj")]) },
        Refusal("another scheme", 401, "invalid_client", challenged: true) { ([("client_id", $0.id)], [("Authorization", "Bearer x")]) },
        Refusal("another client in the body", 401, "invalid_client", challenged: true) {
            ([("client_id", "nobody")], basic($0.id, $0.secret ?? ""))
        },
        Refusal("header and body", 400, "invalid_request", challenged: false) { ($0.credentials, basic($0.id, $0.secret ?? "")) },
        Refusal("two headers", 400, "invalid_request", challenged: false) {
            ([], basic($0.id, $0.secret ?? "") + basic($0.id, $0.secret ?? ""))
        },
        Refusal("secret twice", 400, "invalid_request", challenged: false) { ($0.credentials + [("client_secret", "x")], []) },
    ]

    @Test(arguments: refusals) func `a client that does not prove itself gets nothing, in the way it tried`(refusal: Refusal) async throws {
        let stage = try Stage.shared
        let client = try await stage.register(method: "client_secret_basic")
        let approved = try await stage.approve(stage.visit(client))
        let (body, headers) = refusal.credentials(client)
        for path in ["/token", "/revoke"] {
            let form = Self.withoutCredentials(approved.fields) + [("token", "dbr_x")] + body
            let response = await stage.post(path, form: form, headers)
            #expect(response.code == refusal.status)
            #expect(response.error == refusal.error)
            #expect(response["Cache-Control"] == "no-store")
            #expect((response.challenge[""] == "Basic") == refusal.hasChallenge)
        }
        _ = try await stage.exchange(approved)
    }
}
