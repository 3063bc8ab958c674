import Endpoints
import HTTPTypes
import Primitives
import Testing

/// Who may read answers across origins (Fetch, "CORS protocol").
@Suite(.sharedStage) struct SharingTests {
    /// Introspection is for servers, so no page may read it.
    static let open = (Place.documents + Place.posts.filter { $0.paths[0] != "/introspect" })
        .flatMap { place in place.paths.map { (place.methods[0], $0) } }
    static let exposed = "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version"

    @Test(arguments: open) func `every page may read metadata and the OAuth endpoints, without credentials`(
        method: HTTPRequest.Method, path: String
    ) async throws {
        let stage = try Stage.shared
        for origin in [Stage.issuer, "https://elsewhere.example", "null"] {
            let response = await stage.send(method, path, [("Origin", origin)])
            #expect(response["Access-Control-Allow-Origin"] == "*", "\(path), \(response.code)")
            #expect(response["Access-Control-Allow-Credentials"] == nil)
            #expect(response["Access-Control-Expose-Headers"] == Self.exposed)
        }
    }

    @Test func `errors of the OAuth endpoints may be read, too`() async throws {
        let stage = try Stage.shared
        for (response, code) in [
            (await stage.post("/token", form: []), 401), (await stage.get("/token"), 405),
            (await stage.send(.post, "/register", [("Content-Type", "text/plain")]), 415),
        ] {
            #expect(response.code == code)
            #expect(response["Access-Control-Allow-Origin"] == "*")
        }
    }

    @Test(arguments: ["/mcp", "/legacy/mcp"]) func `allowed pages may read the MCP endpoint`(path: String) async throws {
        let stage = try Stage.shared
        for origin in [Stage.issuer, Stage.inspector] {
            let response = await stage.call("ping", at: path, with: [("Origin", origin)])
            #expect(response.code == 401)
            #expect(response["Access-Control-Allow-Origin"] == origin)
            #expect(response["Access-Control-Allow-Credentials"] == nil)
            #expect(response["Access-Control-Expose-Headers"] == Self.exposed)
            #expect(response["Vary"] == "Origin")
        }
    }

    @Test(arguments: ["/mcp", "/legacy/mcp"], ["https://elsewhere.example", "null", "http://bridge.example.test", ""])
    func `other pages may neither call nor read the MCP endpoint`(path: String, origin: String) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        for credentials in [[], Stage.bearer(tokens.access), Stage.header(ValTownDouble.token)] {
            let calls = stage.valTown.calls
            let response = await stage.call("tools/list", at: path, with: credentials + [("Origin", origin)])
            #expect(response.code == 403)
            #expect(response["Access-Control-Allow-Origin"] == nil)
            #expect(stage.valTown.calls == calls)
        }
    }

    @Test(arguments: open) func `a preflight of an open endpoint needs no credentials`(method: HTTPRequest.Method, path: String)
        async throws
    {
        let stage = try Stage.shared
        let response = await stage.send(.options, path, Self.preflight(method, from: "https://elsewhere.example"))
        #expect(response.code == 204)
        #expect(response.bytes.isEmpty)
        #expect(response["Access-Control-Allow-Origin"] == "*")
        #expect(Self.list(response, "Access-Control-Allow-Methods").contains(method.rawValue))
    }

    @Test func `a preflight of the MCP endpoint allows what clients send`() async throws {
        let stage = try Stage.shared
        let response = await stage.send(.options, "/mcp", Self.preflight(.post, from: Stage.inspector))
        #expect(response.code == 204)
        #expect(response["Access-Control-Allow-Origin"] == Stage.inspector)
        #expect(response["Access-Control-Allow-Credentials"] == nil)
        #expect(Self.list(response, "Access-Control-Allow-Methods").isSuperset(of: ["POST", "GET", "DELETE"]))
        #expect(
            Self.list(response, "Access-Control-Allow-Headers").isSuperset(of: [
                "Authorization", "Content-Type", "Accept", "MCP-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name",
                "Last-Event-ID", "X-Val-Town-Token",
            ]))
    }

    @Test func `a preflight from another origin allows nothing`() async throws {
        let response = try await Stage.shared.send(.options, "/mcp", Self.preflight(.post, from: "https://elsewhere.example"))
        #expect(response["Access-Control-Allow-Origin"] == nil)
    }

    @Test(arguments: ["/authorize", "/oauth/authorize", "/connections", "/", "/introspect"])
    func `pages and introspection answer no preflight`(path: String) async throws {
        let response = try await Stage.shared.send(.options, path, Self.preflight(.post, from: Stage.inspector))
        #expect(response.code == 405)
        #expect(!response.headers.contains { $0.name.canonicalName.hasPrefix("access-control-") })
    }

    private static func preflight(_ method: HTTPRequest.Method, from origin: String) -> Pairs {
        [
            ("Origin", origin), ("Access-Control-Request-Method", method.rawValue),
            ("Access-Control-Request-Headers", "authorization,content-type"),
        ]
    }

    private static func list(_ response: Response, _ header: String) -> Set<String> {
        Set((response[header] ?? "").split(separator: ",").map { String($0.drop { $0 == " " }) })
    }
}
