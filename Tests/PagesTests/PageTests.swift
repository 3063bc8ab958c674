import Testing

@testable import Pages

struct PageTests {
    let renderer: PageRenderer

    init() throws {
        renderer = try PageRenderer(templates: templates)
    }

    private func sentOn(_ url: String, _ outcome: SentOnPage.Outcome = .approved(account: "@alice")) -> String {
        renderer.render(
            SentOnPage(
                frame: frame, outcome: outcome, clientName: "Cursor", upstreamName: "Val Town", url: url, redirectDisplay: "cursor"))
    }

    @Test func `no page has a script, a style of its own, or a handler`() {
        for html in everyPage(renderer) {
            let page = Markup(html)
            #expect(page.all("script").isEmpty && page.all("style").isEmpty && page.all("iframe").isEmpty && page.all("base").isEmpty)
            #expect(page.elements.allSatisfy { element in !element.attributes.keys.contains { $0 == "style" || $0.hasPrefix("on") } })
        }
    }

    @Test func `no page loads anything from elsewhere`() {
        let paths = Set(renderer.assets.map(\.path))
        for html in everyPage(renderer) {
            let page = Markup(html)
            #expect(page.elements.allSatisfy { $0["src"] == nil && $0["srcset"] == nil })
            #expect(Set(page.all("link").compactMap { $0["href"] }) == paths)
        }
    }

    @Test func `no template and no stylesheet names another server`() throws {
        let css = String(decoding: renderer.stylesheet, as: UTF8.self)
        #expect(!css.contains("url(") && !css.contains("@import"))
        for source in try PageRenderer.sources(in: templates) {
            #expect(!source.engineText.contains("http://") && !source.engineText.contains("https://"), "\(source.name)")
        }
    }

    @Test func `every page has a language, a title, one heading and its landmarks`() {
        for html in everyPage(renderer) {
            let page = Markup(html)
            #expect(page.all("html").first?["lang"] == "en")
            #expect(!html.contains("<title></title>") && page.all("title").count == 1)
            #expect(page.all("h1").count == 1)
            #expect(page.all("header").count == 1 && page.all("main").count == 1 && page.all("footer").count == 1)
        }
    }

    @Test(arguments: [
        "http://127.0.0.1:43210/callback?code=dbc_1&state=a%26b&iss=https%3A%2F%2Fx.example",
        "cursor://anysphere.cursor-mcp/oauth/callback?code=1&state=", "https://claude.ai/cb?x='quoted'&y=\"q\"",
        "com.example.app:/cb?a=1;url=x",
    ])
    func `the browser is sent on to exactly the client's address, and a link leads there too`(url: String) {
        for outcome in [SentOnPage.Outcome.approved(account: "@alice"), .approved(account: nil), .denied] {
            let page = Markup(sentOn(url, outcome))
            #expect(page.all("meta") { $0["http-equiv"] == "refresh" }.map { $0["content"] } == ["0;url=" + url])
            #expect(page.all("a").contains { $0["href"] == url })
            #expect(page.all("form").isEmpty)
        }
    }

    @Test func `the page after approval names the account, and the one after a refusal says so`() {
        #expect(sentOn("x://y").contains("Connected as <bdi>@alice</bdi>"))
        #expect(sentOn("x://y", .denied).contains("You refused"))
    }

    @Test func `an error says its code and never goes anywhere by itself`() {
        let html = renderer.render(
            ErrorPage(
                frame: frame, title: "No", explanation: ["Because."], code: "invalid_scope",
                wayBack: .init(
                    link: .init(text: "Back", href: "https://evil.example/cb?error=invalid_scope"), unverifiedHost: "evil.example")))
        let page = Markup(html)
        #expect(html.contains("invalid_scope") && html.contains("Nobody vouches"))
        #expect(page.all("meta") { $0["http-equiv"] != nil }.isEmpty)
        #expect(page.all("form").isEmpty && page.named("token").isEmpty)
        #expect(page.all("a").contains { $0["href"] == "https://evil.example/cb?error=invalid_scope" })
    }

    @Test func `home gives the address and each client's way to it`() {
        let html = renderer.render(
            HomePage(
                frame: frame, upstreams: [.init(name: "Val Town", id: "valtown", mcpURL: "https://bridge.example.com/mcp")],
                isLoopback: false, headerDoor: .init(header: "X-Val-Town-Token", url: "https://bridge.example.com/legacy/mcp")))
        for text in [
            "claude mcp add --transport http valtown https://bridge.example.com/mcp", "ChatGPT", "Cursor", "MCP Inspector", "VS Code",
            "X-Val-Town-Token", "https://bridge.example.com/legacy/mcp",
            #"code --add-mcp '{&quot;name"#.replacing("&quot;", with: "\""),
        ] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(html.contains("    \"valtown\": { \"url\""))
        let closed = renderer.render(HomePage(frame: frame, upstreams: [], isLoopback: true))
        #expect(!closed.contains("X-Val-Town-Token"))
    }

    @Test(arguments: [
        ("ada@example.com", "mailto:ada@example.com"), ("https://example.com/contact", "https://example.com/contact"), ("Room 12", nil),
        ("javascript:alert(1)@x", nil), ("http://example.com", nil), ("@ada", nil),
    ])
    func `a contact is a link where it is one`(contact: String, href: String?) {
        let page = SimplePage(frame: PageFrame(bridgeHost: "x", operatorContact: contact), title: "T", paragraphs: [])
        let links = Markup(renderer.render(page)).all("a").compactMap { $0["href"] }.filter { $0 != "/" }
        #expect(links == [href].compactMap(\.self))
    }

    @Test func `the stylesheet's path changes with its content`() {
        let one = PageAsset(name: "a", extension: "css", mediaType: "text/css", bytes: [1])
        let two = PageAsset(name: "a", extension: "css", mediaType: "text/css", bytes: [2])
        #expect(one.path != two.path)
        #expect(renderer.stylesheetPath.wholeMatch(of: /\/assets\/drawbridge-[0-9a-f]{16}\.css/) != nil)
        #expect(renderer.render(consentPage()).contains(renderer.stylesheetPath))
    }
}
