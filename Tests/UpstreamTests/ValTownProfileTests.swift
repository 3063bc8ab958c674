import MCP
import Primitives
import Testing

@testable import Upstream

@Suite struct ValTownProfileTests {
    @Test(arguments: [
        "get-user", "get-my-info", "get-val", "search-vals", "create-val", "delete-val", "list-my-vals", "list-branches", "get-branch",
        "create-branch", "delete-branch", "list-files", "get-file", "create-file-or-directory", "update-file", "delete-file-or-directory",
        "execute-sql", "execute-sql-batch", "list-blobs", "get-blob", "store-blob", "delete-blob",
    ])
    func `the tools that people know are there by their names`(_ name: String) throws {
        #expect(try ValTown.profile().tools.contains { $0.name == name })
    }

    @Test func `every tool is documented and has schemas without a union at the root`() throws {
        for tool in try ValTown.profile().tools {
            #expect(!tool.title.isEmpty && !tool.description.isEmpty)
            #expect(tool.inputSchema["type"] == "object")
            #expect(tool.inputSchema["additionalProperties"] == false)
            #expect(tool.inputSchema["anyOf"] == nil)
            #expect(tool.outputSchema?["type"] == "object", "\(tool.name)")
            for property in tool.inputSchema["properties"]?.object?.members ?? [] {
                #expect(property.value["in"] == nil && property.value["wire"] == nil && property.value["required"]?.bool == nil)
            }
        }
    }

    @Test func `tools that change something need to be granted more than reading`() throws {
        let profile = try ValTown.profile()
        for tool in profile.tools(allowedBy: ["read"]) { #expect(tool.annotations.readOnly, "\(tool.name)") }
        for tool in profile.tools(allowedBy: ["read", "write"]) { #expect(!tool.annotations.destructive, "\(tool.name)") }
        for tool in profile.tools where tool.name.hasPrefix("delete-") || tool.name.hasPrefix("execute-") {
            #expect(tool.annotations.destructive)
            #expect(profile.scopes(ofTool: tool.name)?.contains { $0.hasSuffix(":delete") } == true)
        }
        #expect(profile.tools(allowedBy: ["read", "write", "delete"]).count == profile.tools.count)
        #expect(profile.tools(allowedBy: []).isEmpty)
        #expect(profile.tools(allowedBy: ["blobs:read"]).map(\.name) == ["list-blobs", "get-blob"])
        #expect(profile.tools(allowedBy: ["root:everything", "openid"]).isEmpty)
    }

    @Test func `umbrellas cover their atoms`() throws {
        let scopes = try ValTown.profile().scopes
        #expect(scopes.defaults == ["read", "write"])
        #expect(scopes.atoms(coveredBy: "delete") == ["vals:delete", "blobs:delete", "sqlite:delete"])
        #expect(scopes.atoms(coveredBy: "vals:read") == ["vals:read"])
        #expect(scopes.atoms(coveredBy: "vals") == [])
        #expect(scopes.expand(["read", "vals:write"]).contains("vals:write"))
        #expect(scopes.missing(["vals:write", "sqlite:delete"], granted: ["write"]) == ["sqlite:delete"])
        #expect(Set(scopes.presets.map(\.id)) == ["read-only", "no-deleting", "everything"])
        #expect(scopes.entry("vals:read")?.permissions == ["Vals: Read"])
    }

    @Test func `every scope opens a tool`() throws {
        let profile = try ValTown.profile()
        let used = Set(profile.tools.flatMap { profile.scopes(ofTool: $0.name) ?? [] })
        #expect(used == Set(profile.scopes.atoms))
    }

    @Test func `live tokens of other services are out of reach`() throws {
        for operation in try ValTown.profile().operations {
            guard case .literal(let version) = operation.path.segments.first else {
                Issue.record("\(operation.tool.name) has no version")
                continue
            }
            #expect(version == "v1" || version == "v2")
        }
    }

    // MARK: Whose token

    static let verdicts: [(Int, String, Verification)] = [
        (200, #"{"id":"u-1","username":"alice","email":"a@b"}"#, .good(Identity(subject: "u-1", label: "alice"))),
        (200, #"{"id":"u-1","username":null}"#, .good(Identity(subject: "u-1", label: nil))),
        (200, #"{"id":"u-1"}"#, .good(Identity(subject: "u-1", label: nil))),
        (200, #"{"id": <html>"#, .unavailable(retryAfter: nil)),
        (200, "", .unavailable(retryAfter: nil)),
        (200, "[]", .unavailable(retryAfter: nil)),
        (200, #"{"id":""}"#, .unavailable(retryAfter: nil)),
        (200, #"{"id":{"a":1}}"#, .unavailable(retryAfter: nil)),
        (200, #"{"id":"a","id":"b"}"#, .unavailable(retryAfter: nil)),
        (204, "", .unavailable(retryAfter: nil)),
        (302, "", .unavailable(retryAfter: nil)),
        (401, "{}", .rejected),
        (403, "{}", .insufficient),
        (404, "{}", .unavailable(retryAfter: nil)),
        (429, "{}", .unavailable(retryAfter: 7)),
        (500, #"{"id":"u-1"}"#, .unavailable(retryAfter: 7)),
    ]

    @Test(arguments: verdicts)
    func `who-am-I is read for what it says and no more`(status: Int, body: String, verdict: Verification) async throws {
        let api = FakeAPI(status, body, status > 404 ? [Field("retry-after", "7")] : [])
        #expect(try await ValTown.profile().verify(ValTown.credential, transport: api.transport) == verdict)
        #expect(api.requests.map(\.url) == ["https://api.val.town/v1/me"])
        #expect(api.requests.first?.headers.contains(Field("Authorization", "Bearer \(ValTown.token)")) == true)
    }

    @Test(arguments: [UpstreamFailure.unreachable, .timedOut, .tooLarge(limit: 1), .malformed, .connectionLost])
    func `no answer is no verdict`(_ failure: UpstreamFailure) async throws {
        let api = FakeAPI([.failure(failure)])
        #expect(try await ValTown.profile().verify(ValTown.credential, transport: api.transport) == .unavailable(retryAfter: nil))
    }

    // MARK: What is pasted

    @Test(arguments: ["vtwn_abc", "  vtwn_abc\r\n", "no-prefix-at-all"])
    func `a token is trimmed and needs no prefix`(_ text: String) throws {
        let credential = try ValTown.profile().credential(secrets: ["token": text])
        #expect(credential.secrets["token"]?.reveal() == text.split(whereSeparator: \.isWhitespace).joined())
    }

    static let unpastable: [(String?, CredentialProblem)] = [
        (nil, .missing(label: "Val Town API token")), ("", .missing(label: "Val Town API token")),
        (" \n", .missing(label: "Val Town API token")), ("a\r\nX-Evil: 1", .badCharacters(label: "Val Town API token")),
        ("a b", .badCharacters(label: "Val Town API token")), ("a\u{0}b", .badCharacters(label: "Val Town API token")),
        ("ä", .badCharacters(label: "Val Town API token")), ("a\u{200B}", .badCharacters(label: "Val Town API token")),
        (String(repeating: "a", count: 4097), .tooLong(label: "Val Town API token", limit: 4096)),
    ]

    @Test(arguments: unpastable)
    func `what cannot be a token is not tried`(text: String?, problem: CredentialProblem) throws {
        let profile = try ValTown.profile()
        #expect(throws: problem) { try profile.credential(secrets: text.map { ["token": $0] } ?? [:]) }
    }
}
