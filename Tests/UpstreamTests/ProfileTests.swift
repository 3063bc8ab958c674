import MCP
import Primitives
import Testing

@testable import Upstream

@Suite struct ProfileTests {
    /// The smallest profile, a line to an element, so that a test can say which line it spoils.
    static let smallest = [
        "id: tiny", "name: Tiny", "homepage: https://tiny.test", "kind: rest", "base_url: https://api.tiny.test/v2",
        "secrets: [{ id: key, label: Key, help: Paste it }]",
        "inputs: [{ id: site, label: Site, help: Its name, pattern: '^[a-z]+$' }]",
        "auth: [{ in: header, name: X-Key, template: '${secret.key}' }]",
        "verify: { method: GET, path: /me, identity: { subject: /id } }",
        "consent: { create_url: https://tiny.test/new, manage_url: https://tiny.test/keys }",
        "scopes: { default: [read], areas: { things: { title: Things, read: { text: See things }, delete: { text: Lose things } } } }",
        "tools:",
        "  - name: get-thing", "    title: Get", "    description: Gets.", "    operation: GET /things/{id}", "    scope: ['things:read']",
        "    parameters:", "      id: { in: path, required: true, type: string, description: Which. }",
    ]

    static func load(_ lines: [String]) -> Result<UpstreamProfile, ProfileError> {
        Result { () throws(ProfileError) in try UpstreamProfile.load(yaml: lines.joined(separator: "\n"), file: "tiny.yaml") }
    }

    @Test func `the smallest profile loads`() throws {
        let profile = try Self.load(Self.smallest).get()
        #expect(profile.tools.map(\.name) == ["get-thing"])
        #expect(try profile.baseURL(for: ValTown.credential).text == "https://api.tiny.test/v2")
        #expect(profile.limits.timeout == 30)
    }

    struct Spoiled: Sendable, CustomTestStringConvertible {
        /// Counted from 1.
        let line: Int
        let text: String
        let says: String
        /// Where the error is, if not in the spoiled line.
        var at: Int?
        var testDescription: String { text.isEmpty ? "without line \(line)" : text }
    }

    static let spoiled: [Spoiled] = [
        Spoiled(line: 1, text: "id: Tiny One", says: "no name"),
        Spoiled(line: 1, text: "ident: tiny", says: "no such key"),
        Spoiled(line: 1, text: "id: [tiny]", says: "must be a text"),
        Spoiled(line: 1, text: "", says: "`id` is missing", at: 2),
        Spoiled(line: 2, text: "name: Tiny\nname: Tiny", says: "twice"),
        Spoiled(line: 3, text: "homepage: javascript:alert(1)", says: "https"),
        Spoiled(line: 4, text: "kind: mcp", says: "only `rest`"),
        Spoiled(line: 5, text: "base_url: http://api.tiny.test", says: "no address"),
        Spoiled(line: 5, text: "base_url: https://api.tiny.test/?a=1", says: "no address"),
        Spoiled(line: 5, text: "base_url: https://u:p@api.tiny.test", says: "no address"),
        Spoiled(line: 5, text: "base_url: https://${input.nope}.tiny.test", says: "no input `nope`"),
        Spoiled(line: 5, text: "base_url: https://${secret.key}.tiny.test", says: "must not hold a secret"),
        Spoiled(line: 6, text: "secrets: [{ id: key, label: Key }]", says: "`help` is missing"),
        Spoiled(line: 6, text: "secrets: { id: key }", says: "must be a list"),
        Spoiled(line: 7, text: "inputs: [{ id: site, label: Site, help: x, pattern: '[a-z]+' }]", says: "anchored"),
        Spoiled(line: 7, text: "inputs: [{ id: site, label: Site, help: x, pattern: '^[a-z$' }]", says: "regular expression"),
        Spoiled(line: 8, text: "auth: [{ in: headers, name: X-Key, template: a }]", says: "not known here"),
        Spoiled(line: 8, text: "auth: [{ in: header, name: 'X Key', template: a }]", says: "no header name"),
        Spoiled(line: 8, text: "auth: [{ in: header, name: X-Key, template: '${secret.other}' }]", says: "no secret `other`"),
        Spoiled(line: 8, text: "auth: [{ in: header, name: X-Key, template: '${key}' }]", says: "no template"),
        Spoiled(line: 8, text: "auth: [{ in: basic, name: x, user: a, password: b }]", says: "means nothing"),
        Spoiled(line: 9, text: "verify: { method: GET, path: me }", says: "no plain path"),
        Spoiled(line: 9, text: "verify: { method: GET, path: /me, ok: [99] }", says: "from 100 to 599"),
        Spoiled(line: 9, text: "verify: { method: GET, path: /me, identity: { subject: id } }", says: "JSON pointer"),
        Spoiled(line: 11, text: "scopes: { default: [all], areas: { a: { title: A, read: { text: x } } } }", says: "no scope \"all\""),
        Spoiled(line: 11, text: "scopes: { default: [read], areas: { A1: { title: A, read: { text: x } } } }", says: "lower-case"),
        Spoiled(line: 16, text: "    operation: FETCH /things/{id}", says: "no operation"),
        Spoiled(line: 16, text: "    operation: GET things/{id}", says: "no operation"),
        Spoiled(line: 16, text: "    operation: GET /things/../{id}", says: "no operation"),
        Spoiled(line: 16, text: "    operation: GET https://evil.test/{id}", says: "no operation"),
        Spoiled(line: 16, text: "    operation: GET /things", says: "not in the path", at: 13),
        Spoiled(line: 16, text: "    operation: GET /things/{id}/{more}", says: "{more} is no required parameter", at: 13),
        Spoiled(line: 16, text: "    operation: DELETE /things/{id}", says: "changes something", at: 13),
        Spoiled(line: 17, text: "    scope: [things:write]", says: "no scope \"things:write\""),
        Spoiled(line: 17, text: "    scope: [read]", says: "umbrella"),
        Spoiled(
            line: 17, text: "    scope: ['things:read']\n    annotations: { destructive: true, read_only: false }", says: "changes", at: 13),
        Spoiled(line: 19, text: "      id: { in: path, required: true, description: Which. }", says: "no type"),
        Spoiled(line: 19, text: "      id: { in: path, required: true, type: string }", says: "no description"),
        Spoiled(line: 19, text: "      id: { in: path, required: true, type: text, description: x }", says: "`type`"),
        Spoiled(line: 19, text: "      id: { in: path, required: true, type: string, oneOf: [], description: x }", says: "`oneOf`"),
        Spoiled(line: 19, text: "      id: { in: path, required: true, type: string, default: 7, description: x }", says: "default"),
        Spoiled(line: 19, text: "      id: &a { in: path, required: true, type: string, description: x }", says: "anchors"),
        Spoiled(line: 19, text: "      id: { in: body, required: true, type: string, description: x }", says: "{id} is no", at: 13),
        Spoiled(line: 19, text: "      id: { in: path", says: "", at: 20),
        Spoiled(line: 19, text: "\tid: x", says: ""),
    ]

    @Test(arguments: spoiled)
    func `an error names the file, the line and the fix`(_ one: Spoiled) throws {
        var lines = Self.smallest
        lines[one.line - 1] = one.text
        if one.text.isEmpty { lines.remove(at: one.line - 1) }
        guard case .failure(let error) = Self.load(lines) else {
            Issue.record("it loaded")
            return
        }
        #expect(error.description.hasPrefix("tiny.yaml:"))
        #expect(error.problem.contains(one.says), "\(error)")
        #expect(!error.fix.isEmpty)
        let line = one.text.isEmpty ? 1 : one.at ?? one.line
        #expect(abs(error.line - line) <= 1, "\(error)")
    }

    @Test func `two tools of one name are refused`() {
        let lines = Self.smallest + Self.smallest[12...]
        guard case .failure(let error) = Self.load(lines) else {
            Issue.record("it loaded")
            return
        }
        #expect(error.problem.contains("two tools"))
        #expect(error.line == 20)
    }

    @Test(arguments: ["", "   ", "7", "[]", "{", "a: *x", "\u{0}", "a: &x [*x, *x]"])
    func `what is no profile is an error`(_ yaml: String) {
        #expect(throws: ProfileError.self) { try UpstreamProfile.load(yaml: yaml, file: "x.yaml") }
    }

    @Test func `another address takes the place of the profile's own`() throws {
        let profile = try ValTown.profile().pointed(at: BaseURL("http://127.0.0.1:8485"))
        #expect(try profile.baseURL(for: ValTown.credential).origin == "http://127.0.0.1:8485")
        #expect(throws: BaseURL.Failure.insecure) { try BaseURL("http://example.com") }
        #expect(throws: BaseURL.Failure.notAURL) { try BaseURL("ftp://127.0.0.1") }
        #expect(throws: BaseURL.Failure.hasMore) { try BaseURL("https://example.com/#x") }
    }
}
