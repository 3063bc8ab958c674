import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing

/// `POST /token` by its HTTP side: what is read, who may ask, what each error looks like.
@Suite(.sharedStage) struct TokenEndpointTests {
    private static let form = ("Content-Type", "application/x-www-form-urlencoded")

    @Test func `tokens come with all their members, and nobody may keep them`() async throws {
        let stage = try Stage.shared
        let response = await stage.post("/token", form: try await stage.approve(stage.visit()).fields)
        #expect(response.code == 200)
        #expect(response["Cache-Control"] == "no-store")
        #expect(response["Content-Type"] == "application/json")
        #expect(response.json["token_type"] == "Bearer")
        #expect(response.json["expires_in"] == 900)
        #expect(response.json["scope"] == "read write")
        #expect(response.json["refresh_token"]?.string?.hasPrefix("dbr_") == true)
        #expect(response.json["access_token"]?.string?.split(separator: ".").count == 3)
        #expect(!response.text.contains("null"))
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int
        let error: String
        let change: @Sendable (Pairs, Stage) async throws -> Pairs

        init(_ description: String, _ status: Int, _ error: String, _ change: @escaping @Sendable (Pairs, Stage) async throws -> Pairs) {
            testDescription = description
            self.status = status
            self.error = error
            self.change = change
        }

        /// One field replaced, left out, or given again.
        init(_ description: String, _ name: String, _ value: String?, adding: Bool = false, _ error: String, status: Int = 400) {
            self.init(description, status, error) { fields, _ in
                fields.filter { adding || $0.0 != name } + (value.map { [(name, $0)] } ?? [])
            }
        }
    }

    static let faults = [
        Fault("no grant_type", "grant_type", nil, "invalid_request"), Fault("empty grant_type", "grant_type", "", "invalid_request"),
        Fault("password", "grant_type", "password", "unsupported_grant_type"),
        Fault("client credentials", "grant_type", "client_credentials", "unsupported_grant_type"),
        Fault("implicit", "grant_type", "implicit", "unsupported_grant_type"), Fault("no code", "code", nil, "invalid_request"),
        Fault("invented code", "code", "dbc_" + String(repeating: "A", count: 60), "invalid_grant"),
        Fault("refresh token as a code", "code", "dbr_" + String(repeating: "A", count: 60), "invalid_grant"),
        Fault("not a code", "code", "../../etc/passwd", "invalid_grant"), Fault("no verifier", "code_verifier", nil, "invalid_request"),
        Fault("verifier of one character", "code_verifier", "a", "invalid_request"),
        Fault("wrong verifier", "code_verifier", String(repeating: "a", count: 43), "invalid_grant"),
        Fault("another redirect", "redirect_uri", "https://client.example.test/other", "invalid_grant"),
        Fault("another resource", "resource", "https://evil.example/mcp", "invalid_target"),
        Fault("no client", "client_id", nil, "invalid_client", status: 401),
        Fault("unknown client", "client_id", "nobody", "invalid_client", status: 401),
        Fault("a secret of a public client", "client_secret", "dbs_x", "invalid_client", status: 401),
        Fault("code twice", "code", "dbc_x", adding: true, "invalid_request"),
        Fault("grant_type twice", "grant_type", "authorization_code", adding: true, "invalid_request"),
        Fault("client twice", "client_id", "nobody", adding: true, "invalid_request"),
        Fault("verifier twice", "code_verifier", "", adding: true, "invalid_request"),
        Fault("unknown field twice", 400, "invalid_request") { fields, _ in fields + [("x", "1"), ("x", "2")] },
        Fault("another client", 400, "invalid_grant") { fields, stage in
            fields.filter { $0.0 != "client_id" } + (try await stage.register(name: "Thief").credentials)
        },
    ]

    @Test(arguments: faults) func `an exchange that is wrong says how, and spends no code`(fault: Fault) async throws {
        let stage = try Stage.shared
        let approved = try await stage.approve(stage.visit())
        let response = await stage.post("/token", form: try await fault.change(approved.fields, stage))
        Self.expectRefusal(response, fault.status, fault.error)
        _ = try await stage.exchange(approved)
    }

    private static func expectRefusal(_ response: Response, _ status: Int, _ error: String) {
        #expect(response.code == status)
        #expect(response.error == error)
        #expect(response.json["error_description"]?.string?.isEmpty == false)
        #expect(response["Cache-Control"] == "no-store")
        #expect(response["Content-Type"] == "application/json")
    }

    static let refreshFaults = [
        Fault("no token", "refresh_token", nil, "invalid_request"), Fault("invented token", "refresh_token", "dbr_AAAA", "invalid_grant"),
        Fault("wider scope", "scope", "read write delete", "invalid_scope"), Fault("unknown scope", "scope", "everything", "invalid_scope"),
        Fault("another resource", "resource", Stage.resource + "-evil", "invalid_target"),
        Fault("token twice", "refresh_token", "dbr_AAAA", adding: true, "invalid_request"),
        Fault("another client", 400, "invalid_grant") { fields, stage in
            fields.filter { $0.0 != "client_id" } + (try await stage.register(name: "Thief").credentials)
        },
        Fault("access token", 400, "invalid_grant") { fields, stage in
            fields.filter { $0.0 != "refresh_token" } + [("refresh_token", try await stage.connect().access)]
        },
    ]

    @Test(arguments: refreshFaults) func `a refresh that is wrong says how, and rotates nothing`(fault: Fault) async throws {
        let stage = try Stage.shared
        let tokens = try await stage.connect()
        Self.expectRefusal(await stage.post("/token", form: try await fault.change(tokens.refreshing, stage)), fault.status, fault.error)
        let next = try await stage.refresh(tokens)
        #expect(next.refresh != tokens.refresh)
        #expect(await stage.call("tools/list", as: next).code == 200)
    }

    @Test func `a refresh may narrow the access token, and the next one has everything again`() async throws {
        let stage = try Stage.shared
        let narrow = try await stage.refresh(try await stage.connect(), scope: "vals:read")
        #expect(narrow.scope == "vals:read")
        #expect(try await stage.refresh(narrow).scope == "read write")
    }

    @Test func `a code that is used twice is dead, and so is what came from it`() async throws {
        let stage = try Stage.shared
        let approved = try await stage.approve(stage.visit())
        let tokens = try await stage.exchange(approved)
        Self.expectRefusal(await stage.post("/token", form: approved.fields), 400, "invalid_grant")
        #expect(await stage.call("tools/list", as: tokens).code == 401)
        Self.expectRefusal(await stage.post("/token", form: tokens.refreshing), 400, "invalid_grant")
    }

    // MARK: What is read

    @Test(arguments: ["application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded; charset=UTF-8"])
    func `a form is read`(type: String) async throws {
        let stage = try Stage.shared
        let body = Array(FormData(try await stage.approve(stage.visit()).fields).encoded.utf8)
        #expect(await stage.send(.post, "/token", [("Content-Type", type)], body: body).code == 200)
    }

    @Test func `JSON is read, as older clients send it`() async throws {
        let stage = try Stage.shared
        let fields = try await stage.approve(stage.visit()).fields
        let body = JSON.object(JSONObject(fields.map { JSONObject.Member(key: $0.0, value: .string($0.1)) }))
        #expect(await stage.post("/token", json: body).code == 200)
    }

    @Test(arguments: [
        "[]", "{", "", #"{"grant_type":1}"#, #"{"grant_type":{"a":"b"}}"#,
        #"{"grant_type":"refresh_token","grant_type":"authorization_code"}"#,
        #"{"grant_type":["refresh_token","refresh_token"],"client_id":"x"}"#, "\u{FEFF}{}",
    ])
    func `JSON that is no object of strings is refused`(body: String) async throws {
        let response = try await Stage.shared.send(.post, "/token", [("Content-Type", "application/json")], body: Array(body.utf8))
        #expect([400, 401].contains(response.code))
        #expect(["invalid_request", "invalid_client"].contains(response.error))
    }

    @Test(arguments: [
        [], [("Content-Type", "text/plain")], [("Content-Type", "multipart/form-data; boundary=x")], [("Content-Type", "application/xml")],
        [form, ("Content-Encoding", "gzip")], [form, ("Content-Encoding", "br")],
    ])
    func `anything else is an unsupported media type`(headers: [(String, String)]) async throws {
        let stage = try Stage.shared
        let approved = try await stage.approve(stage.visit())
        let body = Array(FormData(approved.fields).encoded.utf8)
        Self.expectRefusal(await stage.send(.post, "/token", headers, body: body), 415, "invalid_request")
        _ = try await stage.exchange(approved)
    }

    @Test func `what stands in the query does not count`() async throws {
        let stage = try Stage.shared
        let approved = try await stage.approve(stage.visit())
        let query = FormData(approved.fields).encoded
        Self.expectRefusal(await stage.send(.post, "/token", query: query, [Self.form]), 400, "invalid_request")
        Self.expectRefusal(await stage.send(.post, "/token", query: "a=b", [Self.form], body: Array(query.utf8)), 400, "invalid_request")
        Self.expectRefusal(await stage.get("/token", query: query), 405, "invalid_request")
        #expect(await stage.get("/token")["Allow"] == "POST")
        _ = try await stage.exchange(approved)
    }

    @Test(arguments: ["grant_type=%zz", "grant_type=%00", "grant_type=%ff"]) func `a form that cannot be read is refused`(body: String)
        async throws
    {
        Self.expectRefusal(try await Stage.shared.send(.post, "/token", [Self.form], body: Array(body.utf8)), 400, "invalid_request")
    }

    @Test func `a body larger than any request is refused`() async throws {
        let body = [UInt8](repeating: UInt8(ascii: "a"), count: 65 << 10)
        Self.expectRefusal(try await Stage.shared.send(.post, "/token", [Self.form], body: body), 413, "invalid_request")
    }
}
