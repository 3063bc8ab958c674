import Pages
import Testing

struct ConsentFormTests {
    let renderer: PageRenderer

    init() throws {
        renderer = try PageRenderer(templates: templates)
    }

    private func markup(_ change: (inout ConsentPage) -> Void = { _ in }) -> Markup {
        Markup(renderer.render(consentPage(change)))
    }

    @Test func `there is one form, it is posted to where the page says, and carries the request and the anti-forgery token`() throws {
        let page = markup { $0.action = "/oauth/authorize" }
        let forms = page.all("form")
        #expect(forms.count == 1)
        #expect(forms.first?["method"] == "post")
        #expect(forms.first?["action"] == "/oauth/authorize")
        #expect(page.named("transaction").map { $0["value"] } == ["sealed-request"])
        #expect(page.named("csrf").map { $0["value"] } == ["anti-forgery"])
        #expect((page.named("transaction") + page.named("csrf")).allSatisfy { $0["type"] == "hidden" })
    }

    @Test func `the first secret is the token field: required, a password, not completed, and empty`() throws {
        let fields = markup().named("token")
        let field = try #require(fields.first)
        #expect(fields.count == 1)
        #expect(field["type"] == "password")
        #expect(field["autocomplete"] == "off")
        #expect(field["spellcheck"] == "false")
        #expect(field["required"] != nil)
        #expect(field["value"] == nil)
    }

    @Test func `further secrets and inputs have names of their own, and only inputs come back filled`() throws {
        let page = markup()
        let second = try #require(page.named("secret.app").first)
        #expect(second["type"] == "password" && second["value"] == nil && second["required"] == nil)
        #expect(page.named("input.mail").first?["value"] == "ada@example.com")
        #expect(page.named("input.site").first?.tag == "select")
        #expect(page.all("option") { $0["selected"] != nil }.map { $0["value"] } == ["eu"])
    }

    @Test func `every field has a label, and ids are unique`() {
        let page = markup { $0.errors = [.init(field: "token", text: "Refused."), .init(field: "understood", text: "Tick it.")] }
        let labels = Set(page.all("label").compactMap { $0["for"] })
        let typed = page.elements.filter { ["text", "password"].contains($0["type"]) || $0.tag == "select" }
        #expect(typed.allSatisfy { $0["id"].map(labels.contains) == true })
        let ids = page.elements.compactMap { $0["id"] }
        #expect(ids.count == Set(ids).count)
    }

    @Test func `scopes are boxes of one group, ticked as the page says`() {
        let boxes = markup().named("scope")
        #expect(boxes.map { $0["value"] } == ["vals:read", "vals:delete"])
        #expect(boxes.map { $0["checked"] != nil } == [true, false])
        #expect(boxes.allSatisfy { $0["type"] == "checkbox" })
    }

    @Test func `presets are a choice of one, and absent where there are none`() {
        #expect(markup().named("preset").isEmpty)
        let page = markup {
            $0.presets = [
                .init(value: "custom", title: "As ticked", isChosen: true), .init(value: "read", title: "Read only", isChosen: false),
            ]
        }
        #expect(page.named("preset").map { $0["value"] } == ["custom", "read"])
        #expect(page.named("preset").map { $0["checked"] != nil } == [true, false])
        #expect(page.named("preset").allSatisfy { $0["type"] == "radio" })
    }

    @Test func `approve comes first, so that Enter means it, and the others don't ask for a token`() {
        let buttons = markup().all("button")
        #expect(buttons.map { $0["name"] } == ["decision", "decision", "decision"])
        #expect(buttons.map { $0["value"] } == ["approve", "check", "deny"])
        #expect(buttons.map { $0["formnovalidate"] != nil } == [false, true, true])
    }

    @Test(arguments: ConsentPage.Client.Redirect.allCases)
    func `an unverified client needs its box, which stays ticked`(redirect: ConsentPage.Client.Redirect) throws {
        let page = markup {
            $0.client.redirect = redirect
            $0.client.isUnderstood = true
        }
        let box = try #require(page.named("understood").first)
        #expect(box["type"] == "checkbox" && box["required"] != nil && box["checked"] != nil)
        #expect(markup { $0.client.needsUnderstood = false }.named("understood").isEmpty)
    }

    @Test func `the page says who asks, over which server, and where the answer goes`() {
        let html = renderer.render(consentPage())
        for text in ["Claude Code", "Unverified", "127.0.0.1:43210", "a program on this computer", "bridge.example.com", "Ada", "Val Town"]
        {
            #expect(html.contains(text), "\(text)")
        }
        let verified = renderer.render(consentPage { $0.client.verifiedHost = "claude.ai" })
        #expect(verified.contains("Verified") && verified.contains("claude.ai") && !verified.contains("Unverified"))
    }

    @Test func `an error is summed up where the focus goes, and said again at its field`() throws {
        let page = markup { $0.errors = [.init(field: "token", text: "Refused."), .init(text: "Nothing was stored.")] }
        let summary = try #require(page.all("div") { $0["role"] == "alert" }.first)
        #expect(summary["tabindex"] == "-1" && summary["autofocus"] != nil)
        let field = try #require(page.named("token").first)
        let id = try #require(field["id"])
        #expect(page.all("a").contains { $0["href"] == "#" + id })
        #expect(field["aria-invalid"] == "true")
        let described = try #require(field["aria-describedby"]).split(separator: " ")
        #expect(described.allSatisfy { name in page.elements.contains { $0["id"] == String(name) } })
        #expect(field["value"] == nil)
    }

    @Test(arguments: ["scope", "understood", "secret.app", "input.mail", "input.site"])
    func `every field that can be wrong can be reached from the summary`(name: String) {
        let page = markup { $0.errors = [.init(field: name, text: "Wrong.")] }
        let targets = page.all("a").compactMap { $0["href"] }.filter { $0.hasPrefix("#") }
        #expect(targets.count == 1)
        #expect(targets.allSatisfy { target in page.elements.contains { "#" + ($0["id"] ?? "") == target } })
    }

    @Test func `a page without errors has no alert and takes no focus`() {
        let page = markup()
        #expect(page.elements.allSatisfy { $0["role"] != "alert" && $0["autofocus"] == nil })
    }

    @Test func `with a checked token the field may stay empty, and the page says whose it is`() throws {
        let html = renderer.render(consentPage { $0.identity = .init(account: "@alice", powers: ["read"], lacks: ["write"]) })
        let field = try #require(Markup(html).named("token").first)
        #expect(field["required"] == nil && field["value"] == nil)
        #expect(html.contains("@alice") && html.contains("leave the field empty"))
        #expect(Markup(html).all("div") { $0["role"] == "status" && $0["autofocus"] != nil }.count == 1)
    }

    @Test func `a session shows no token field`() {
        let one = markup { $0.credential = .session([.init(value: "1", name: "@alice", isChosen: true)], otherToken: "/authorize?paste=1") }
        #expect(one.named("token").isEmpty)
        #expect(one.named("account").map { $0["type"] } == ["hidden"])
        #expect(one.all("a").contains { $0["href"] == "/authorize?paste=1" })
        let two = markup {
            $0.credential = .session(
                [.init(value: "1", name: "@alice", isChosen: false), .init(value: "2", name: "@bob", isChosen: true)], otherToken: nil)
        }
        #expect(two.named("account").map { $0["checked"] != nil } == [false, true])
    }
}
