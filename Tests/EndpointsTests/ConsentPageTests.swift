import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing

/// The page on its first showing, and the cookie that comes with it.
@Suite(.sharedStage) struct ConsentPageTests {
    @Test func `a program finds everything that it fills in`() async throws {
        let visit = try await Stage.shared.visit()
        #expect(visit.response.code == 200)
        let form = try visit.form
        #expect(form.attributes["method"]?.lowercased() == "post")
        #expect(form.attributes["action"] == "/authorize")
        let passwords = form.inputs.filter { $0["type"] == "password" }
        #expect(passwords.count == 1)
        #expect(passwords[0]["name"] == "token")
        #expect(passwords[0]["autocomplete"] == "off")
        #expect(passwords[0]["value"] == nil)
        let understood = form.inputs.filter { $0["name"] == "understood" }
        #expect(understood.count == 1)
        #expect(understood.first?["type"] == "checkbox")
        #expect(understood.first?["required"] != nil)
        #expect(understood.first?["checked"] == nil)
        for hidden in ["transaction", "csrf"] {
            #expect(form.inputs.filter { $0["name"] == hidden && $0["type"] == "hidden" }.count == 1)
            #expect(form.values(hidden).first?.isEmpty == false)
        }
    }

    @Test func `three buttons decide, and two of them without a complete form`() async throws {
        let buttons = try await Stage.shared.visit().form.buttons
        #expect(buttons.map { $0["name"] } == ["decision", "decision", "decision"])
        #expect(Set(buttons.compactMap { $0["value"] }) == ["approve", "deny", "check"])
        for button in buttons {
            #expect((button["formnovalidate"] != nil) == (button["value"] != "approve"))
            #expect(button["type"] == nil || button["type"] == "submit")
        }
    }

    @Test(arguments: [
        ("vals:read", ["vals:read"]), ("vals:read blobs:delete", ["vals:read", "blobs:delete"]),
        ("delete", ["vals:delete", "blobs:delete", "sqlite:delete"]), ("vals:read everything", ["vals:read"]),
        ("offline_access vals:write openid", ["vals:write"]),
    ])
    func `the boxes are what was asked for, ticked`(scope: String, boxes: [String]) async throws {
        let form = try await Stage.shared.visit(scope: scope).form
        #expect(Set(form.choices("scope")) == Set(boxes))
        #expect(Set(form.values("scope")) == Set(boxes))
    }

    @Test(arguments: [nil, "", "openid profile email offline_access"] as [String?])
    func `a request for nothing that is known here asks for the profile's default`(scope: String?) async throws {
        let stage = try Stage.shared
        let asked = try await stage.visit(scope: scope).form.choices("scope")
        let defaults = try await stage.visit(scope: "read write").form.choices("scope")
        #expect(Set(asked) == Set(defaults))
        #expect(!asked.contains { $0.hasSuffix(":delete") })
    }

    @Test(
        arguments: [nil, Stage.resource, Stage.resource + "/", "HTTPS://BRIDGE.example.test/mcp", "https://bridge.example.test:443/mcp"]
            as [String?])
    func `the resource may be left out or spelled otherwise`(resource: String?) async throws {
        #expect(try await Stage.shared.visit(changing: ["resource": resource]).response.code == 200)
    }

    @Test func `presets are offered beside the boxes, which count by default`() async throws {
        let form = try await Stage.shared.visit(scope: "read write delete").form
        #expect(form.values("preset") == ["custom"])
        #expect(Set(form.choices("preset")) == ["custom", "read-only", "no-deleting", "everything"])
    }

    @Test(arguments: [
        ("https://client.example.test/callback", "client.example.test"), ("http://localhost:4321/callback", "localhost:4321"),
        ("cursor://anysphere.cursor-mcp/oauth/callback", "cursor:"),
    ])
    func `an unverified client is called that, and the page says where the answer goes`(redirect: String, shown: String) async throws {
        let stage = try Stage.shared
        let client = try await stage.register(redirects: [redirect])
        let text = try await stage.visit(client, changing: ["redirect_uri": redirect]).page.text
        #expect(text.contains("Unverified"))
        #expect(text.contains(shown))
        #expect(text.contains(Stage.host))
        #expect(text.contains("program on this computer") == redirect.hasPrefix("http://"))
    }

    @Test func `the cookie is set once and belongs to this host alone`() async throws {
        let stage = try Stage.shared
        let visit = try await stage.visit()
        let cookie = try #require(visit.response["Set-Cookie"])
        #expect(cookie.hasPrefix("__Host-"))
        let attributes = cookie.split(separator: ";").dropFirst().map { String($0.drop { $0 == " " }) }
        #expect(Set(attributes) == ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"])
        let first = visit.browser.cookie
        let second = try await stage.visit(browser: visit.browser)
        #expect(second.response["Set-Cookie"] == nil)
        #expect(await visit.browser.post(try visit.form.answered("check"))["Set-Cookie"] == nil)
        #expect(await visit.browser.post(try visit.form.answered())["Set-Cookie"] == nil)
        #expect(visit.browser.cookie == first)
    }

    @Test(arguments: [
        "", "__Host-drawbridge-browser=", "__Host-drawbridge-browser=short", "drawbridge-browser=" + String(repeating: "A", count: 43),
    ])
    func `a cookie that is none of ours is replaced`(cookie: String) async throws {
        let stage = try Stage.shared
        let query = stage.query(try await stage.register())
        let response = await stage.get("/authorize", query: query, [("Cookie", cookie), ("Cookie", "theme=dark; a=b")])
        #expect(response["Set-Cookie"]?.hasPrefix("__Host-") == true)
    }

    @Test func `two browsers get two cookies, and nothing else`() async throws {
        let stage = try Stage.shared
        let (first, second) = try await (stage.visit(), stage.visit())
        #expect(first.browser.cookie != second.browser.cookie)
        #expect(first.response.headers[values: .setCookie].count == 1)
    }

    @Test func `looking at the page changes nothing, however often`() async throws {
        let stage = try await Stage()
        let before = try stage.rows()
        let client = try await stage.register()
        let (browser, query) = (Browser(stage), stage.query(try await stage.register()))
        for _ in 0..<5 {
            #expect(await browser.get("/authorize", query: query).code == 200)
            #expect(await stage.get("/oauth/authorize", query: query).code == 200)
        }
        try await stage.harness.settle()
        #expect(try stage.rows() == before)
        #expect(stage.valTown.calls == 0)
        // What the client fetched itself beforehand does not disturb the browser's own form.
        _ = try await stage.approve(stage.visit(client, browser: browser))
    }

    @Test func `two tabs of one request both work`() async throws {
        let stage = try Stage.shared
        let browser = Browser(stage)
        let client = try await stage.register()
        let (first, second) = try await (stage.visit(client, browser: browser), stage.visit(client, browser: browser))
        let (one, other) = try await (stage.approve(second), stage.approve(first))
        #expect(one.code != other.code)
        _ = try await stage.exchange(one)
        _ = try await stage.exchange(other)
    }
}
