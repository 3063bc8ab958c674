import Testing

@testable import Pages

struct EscapingTests {
    let renderer: PageRenderer

    init() throws {
        renderer = try PageRenderer(templates: templates)
    }

    @Test(arguments: [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\" autofocus onfocus=\"x", "&quot; autofocus onfocus=&quot;x"),
        ("' x='", "&#39; x=&#39;"),
        ("</title><h1>", "&lt;/title&gt;&lt;h1&gt;"),
        ("&lt;", "&amp;lt;"),
        ("{{clientName}}", "{{clientName}}"),
        ("zero\u{0}bell\u{7}", "zero\u{FFFD}bell\u{FFFD}"),
        ("over\u{202E}ride", "over\u{FFFD}ride"),
        ("isolate\u{2067}d", "isolate\u{FFFD}d"),
        ("Пример ｅｘ", "Пример ｅｘ"),
    ])
    func `text stands for itself`(text: String, expected: String) {
        #expect(HTMLText.escaped(text) == expected)
    }

    // One character in Swift, two for a browser.
    @Test(arguments: ["\"", "'", "<", ">", "&"], ["\u{301}", "\u{200D}", "\u{FE0F}", "\u{20E3}"])
    func `what has an accent over it is escaped all the same`(mark: String, accent: String) {
        let escaped = HTMLText.escaped("a" + mark + accent)
        #expect(!escaped.dropFirst().unicodeScalars.contains { $0 == mark.unicodeScalars.first && $0 != "&" })
        #expect(Markup.unescaped(escaped).unicodeScalars.elementsEqual(("a" + mark + accent).unicodeScalars))
    }

    @Test(arguments: [
        "\" onmouseover=\"alert(1)", "\"\u{301} autofocus formaction=\"//evil.example", "<img src=x onerror=alert(1)>", "</title><b>",
        "</textarea>", "--><b>", "'\"><b id=injected>",
    ])
    func `nothing that comes from outside adds an element or an attribute`(hostile: String) {
        let plain = Self.page(saying: "x"), attacked = Self.page(saying: hostile)
        for (expected, found) in zip(plain.map(renderer.html), attacked.map(renderer.html)) {
            let expected = Markup(expected), found = Markup(found)
            #expect(expected.elements.map(\.tag) == found.elements.map(\.tag))
            #expect(expected.elements.map { $0.attributes.keys.sorted() } == found.elements.map { $0.attributes.keys.sorted() })
        }
    }

    @Test func `a name is isolated from the text around it`() {
        let html = renderer.render(consentPage { $0.client.name = "شعار" })
        #expect(html.components(around: "شعار").allSatisfy { $0.before.hasSuffix("<bdi>") && $0.after.hasPrefix("</bdi>") })
    }

    @Test(arguments: [
        ("javascript:alert(1)", "#"), ("javascript:\u{301}alert(1)", "#"), ("JAVA\tscript:alert(1)", "#"), (" data:text/html,x", "#"),
        ("vbscript:x", "#"),
        ("https://a.example/?x=1&y=2", "https://a.example/?x=1&amp;y=2"), ("/data:x", "/data:x"), ("data", "data"),
        ("cursor://anysphere.cursor-mcp/oauth/callback?code=1", "cursor://anysphere.cursor-mcp/oauth/callback?code=1"),
        ("?data:x", "?data:x"),
    ])
    func `a link never runs what it names`(target: String, expected: String) {
        #expect(HTMLText.link(target) == expected)
    }

    /// Pages in which everything that can come from a client, an upstream or a profile is `text`.
    private static func page(saying text: String) -> [AnyPage] {
        let link = PageLink(text: text, href: "https://a.example/" + text)
        let frame = PageFrame(bridgeHost: text, operatorName: text, operatorContact: text, connections: "/connections")
        var form = CredentialForm(secrets: [.init(id: text, label: text, help: text, example: text), .init(id: "x", label: text)])
        form.inputs = [.init(id: text, label: text, value: text), .init(id: "y", label: text, choices: [.init(value: text, title: text)])]
        form.createLink = link
        form.steps = [text]
        form.permissions = [.init(name: text, reason: text)]
        let consent = ConsentPage(
            frame: frame, action: text, transaction: text, csrf: text,
            client: .init(
                name: text, verifiedHost: text, redirectDisplay: text, redirect: .web, nameNote: text, needsUnderstood: true),
            upstreamName: text, presets: [.init(value: text, title: text, isChosen: true)],
            areas: [.init(title: text, powers: [.init(value: text, title: text, description: text, isTicked: true)])],
            warnings: [text], credential: .paste(form), manageLink: link,
            identity: .init(account: text, powers: [text], lacks: [text], unknown: [text], note: text),
            errors: [.init(field: "token", text: text)])
        return [
            AnyPage(consent),
            AnyPage(
                SentOnPage(
                    frame: frame, outcome: .approved(account: text), clientName: text, upstreamName: text, url: "x://" + text,
                    redirectDisplay: text, powers: [text], notes: [.init(text: text, link: link)])),
            AnyPage(
                ErrorPage(
                    frame: frame, title: text, explanation: [text], remedies: [text], code: text,
                    wayBack: .init(link: link, unverifiedHost: text))),
            AnyPage(
                HomePage(
                    frame: frame, upstreams: [.init(name: text, id: text, mcpURL: text)], isLoopback: true,
                    headerDoor: .init(header: text, url: text), dataLink: link)),
            AnyPage(SimplePage(frame: frame, title: text, paragraphs: [text], links: [link])),
        ]
    }
}

/// A page of any kind, to be rendered.
private struct AnyPage {
    let render: (PageRenderer) -> String

    init(_ page: ConsentPage) { render = { $0.render(page) } }
    init(_ page: SentOnPage) { render = { $0.render(page) } }
    init(_ page: ErrorPage) { render = { $0.render(page) } }
    init(_ page: HomePage) { render = { $0.render(page) } }
    init(_ page: SimplePage) { render = { $0.render(page) } }
}

extension PageRenderer {
    fileprivate func html(_ page: AnyPage) -> String { page.render(self) }
}

extension String {
    /// What stands before and after each occurrence of `text`.
    fileprivate func components(around text: String) -> [(before: Substring, after: Substring)] {
        ranges(of: text).map { (self[..<$0.lowerBound], self[$0.upperBound...]) }
    }
}
