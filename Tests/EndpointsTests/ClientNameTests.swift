import Endpoints
import Primitives
import TestKit
import Testing

/// Names that clients gave themselves, on every page that shows them.
@Suite(.sharedStage) struct ClientNameTests {
    struct Name: Sendable, CustomTestStringConvertible {
        let name: String
        let shown: String
        let isOdd: Bool
        var testDescription: String { name.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() }

        init(_ name: String, shown: String? = nil, isOdd: Bool) {
            self.name = name
            self.shown = shown ?? name
            self.isOdd = isOdd
        }
    }

    static let names = [
        Name("Claude Code", isOdd: false), Name("Помощник", isOdd: false),
        Name("<script>alert(1)</script>", isOdd: false), Name("\"><img src=x onerror=alert(1)>", isOdd: false),
        Name("{{csrf}}{{{token}}}", isOdd: false), Name("</title></head><form action=https://evil.example>", isOdd: false),
        Name("&lt;b&gt;", isOdd: false), Name("' onfocus='alert(1)", isOdd: false), Name("=\"\u{301} x", isOdd: false),
        Name("edualC\u{202E}exe.gpj", shown: "edualCexe.gpj", isOdd: true), Name("Cla\u{200B}ude", shown: "Claude", isOdd: true),
        Name("\u{2066}Claude\u{2069}", shown: "Claude", isOdd: true), Name("Cl\u{430}ude", isOdd: true), Name("Ϲlaude", isOdd: true),
        Name("Claude\r\nSet-Cookie: a=b", shown: "ClaudeSet-Cookie: a=b", isOdd: true),
    ]

    @Test(arguments: names) func `a name is text, without what cannot be seen, and marked where it deceives`(name: Name) async throws {
        let stage = try Stage.shared
        let client = try await stage.register(name: name.name)
        let visit = try await stage.visit(client)
        let page = try visit.page
        try Self.expectHarmless(page, name)
        #expect(page.text.contains("look like another") == name.isOdd)
        #expect(page.forms == 1)
        for decision in ["check", "approve"] {
            try Self.expectHarmless(Page(await visit.browser.post(try visit.form.answered(decision))), name)
        }
        let refused = try await stage.visit(client, changing: ["scope": "nothing"])
        try Self.expectHarmless(refused.page, name)
    }

    private static func expectHarmless(_ page: Page, _ name: Name) throws {
        #expect(
            page.pieces.contains { if case .text(let text) = $0 { text.unicodeScalars.contains(name.shown.unicodeScalars) } else { false } }
        )
        for tag in ["script", "img"] { #expect(page.tags(tag).isEmpty) }
        #expect(!page.tags("form").contains { $0["action"] != "/authorize" })
        let unseen = page.pieces.contains { piece in
            guard case .text(let text) = piece else { return false }
            return text.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value) }
        }
        #expect(!unseen)
    }

    @Test func `a client without a name has none`() async throws {
        let stage = try Stage.shared
        let page = try await stage.visit(try await stage.register(name: nil)).page
        #expect(page.text.contains("without a name") || page.text.contains("client.example.test"))
    }
}
