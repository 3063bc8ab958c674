import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing

/// `POST /revoke` (RFC 7009).
@Suite(.sharedStage) struct RevocationTests {
    @Test(arguments: [true, false], [nil, "refresh_token", "access_token", "nonsense"] as [String?])
    func `either token ends its grant with all that came from it`(byRefreshToken: Bool, hint: String?) async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let fields = [("token", byRefreshToken ? tokens.refresh : tokens.access)] + tokens.client.credentials
        let response = await stage.post("/revoke", form: fields + (hint.map { [("token_type_hint", $0)] } ?? []))
        #expect(response.code == 200)
        #expect(response["Cache-Control"] == "no-store")
        #expect(response.bytes.isEmpty)
        #expect(await stage.call("tools/list", as: tokens).challenge["error"] == "invalid_token")
        #expect(await stage.post("/token", form: tokens.refreshing).error == "invalid_grant")
        #expect(try stage.harness.count("entries") == 0)
        #expect(await stage.post("/revoke", form: fields).code == 200)
    }

    @Test func `a token that nobody knows is no error`() async throws {
        let stage = try Stage.shared
        let tokens = try await stage.connect()
        for token in ["nonsense", "dbr_AAAA", "a.b.c", ValTownDouble.token, tokens.access + "x", String(repeating: "a", count: 10_000)] {
            #expect(await stage.post("/revoke", form: [("token", token)] + tokens.client.credentials).code == 200)
        }
        #expect(await stage.call("tools/list", as: tokens).code == 200)
    }

    @Test func `another client's token stays`() async throws {
        let stage = try Stage.shared
        let tokens = try await stage.connect()
        let other = try await stage.register(name: "Another")
        for token in [tokens.access, tokens.refresh] {
            #expect(await stage.post("/revoke", form: [("token", token)] + other.credentials).code == 200)
        }
        #expect(await stage.call("tools/list", as: tokens).code == 200)
        _ = try await stage.refresh(tokens)
    }

    @Test func `one client's grant ends, another's does not`() async throws {
        let stage = try Stage.shared
        let first = try await stage.connect()
        let second = try await stage.connect(try await stage.register(name: "Another"))
        _ = await stage.post("/revoke", form: [("token", first.refresh)] + first.client.credentials)
        #expect(await stage.call("tools/list", as: second).code == 200)
    }

    @Test(
        arguments: [
            (["client_id"], [], 400, "invalid_request"), (["client_id"], [("token", "")], 400, "invalid_request"),
            (["client_id"], [("token", "a"), ("token", "b")], 400, "invalid_request"), ([], [("token", "a")], 401, "invalid_client"),
            ([], [("token", "a"), ("client_id", "nobody")], 401, "invalid_client"),
        ] as [([String], [(String, String)], Int, String)])
    func `a request that is wrong says how`(known: [String], fields: [(String, String)], status: Int, error: String) async throws {
        let stage = try Stage.shared
        let client = try await stage.register()
        let response = await stage.post("/revoke", form: fields + client.credentials.filter { known.contains($0.0) })
        #expect(response.code == status)
        #expect(response.error == error)
        #expect(response["Cache-Control"] == "no-store")
    }

    @Test func `a query, another media type and a compressed body are refused`() async throws {
        let stage = try Stage.shared
        let client = try await stage.register()
        let form = ("Content-Type", "application/x-www-form-urlencoded")
        #expect(await stage.send(.post, "/revoke", query: "token=a&client_id=\(client.id)", [form]).code == 400)
        #expect(await stage.send(.post, "/revoke", [("Content-Type", "text/plain")]).code == 415)
        #expect(await stage.send(.post, "/revoke", [form, ("Content-Encoding", "gzip")]).code == 415)
        #expect(await stage.get("/revoke").code == 405)
    }
}
