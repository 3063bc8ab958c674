import Testing

@testable import drawbridge

struct HTMLPages {
    private let consent = """
        <!DOCTYPE html><!-- <form> in a comment --><html><head><title>Connect
        </title><style>a > b { color: red } /* <form> */</style></head><body>
        <div role="alert"><div>The token <b>was refused</b> by&nbsp;Val Town &amp; Co.</div> Try again.</div> Q & A &rsquo;
        <form method="post" action="/authorize?x=1&amp;y=&quot;2&#39;&#x3c;"><input type=hidden name=tx value="a&lt;b&gt;c"/>
        <INPUT TYPE="password" NAME='token' autocomplete="off" required>
        <input type="checkbox" name="scope" value="vals:read" checked><input type="checkbox" name="understood" required>
        <button name="decision" value="approve">Yes</button><button type="button">?</button></form>
        <input name="outside"></body></html>
        """

    @Test func `a consent page gives its one form with everything that can be sent`() throws {
        let page = try HTMLPage(consent)
        #expect(page.title == "Connect")
        #expect(page.forms.count == 1)
        let form = try #require(page.forms.first)
        #expect(form.method == "post" && form.action == "/authorize?x=1&y=\"2'<")
        #expect(form.controls.map(\.name) == ["tx", "token", "scope", "understood", "decision", ""])
        #expect(form.controls.map(\.type) == ["hidden", "password", "checkbox", "checkbox", "submit", "button"])
        #expect(form.controls.map(\.value) == ["a<b>c", "", "vals:read", "on", "approve", ""])
        #expect(form.controls.map(\.isChecked) == [false, false, true, false, false, false])
        #expect(form.controls.map(\.isRequired) == [false, true, false, true, false, false])
        #expect(page.refresh == nil)
    }

    @Test func `what a page announces is read as one line`() throws {
        #expect(try HTMLPage(consent).alert == "The token was refused by Val Town & Co. Try again.")
        #expect(try HTMLPage("<p>nothing</p>").alert == nil)
    }

    @Test(arguments: [
        (#"<meta http-equiv="refresh" content="0;url=http://127.0.0.1:1/cb?code=a&amp;state=b">"#, "http://127.0.0.1:1/cb?code=a&state=b"),
        (#"<meta content="1; URL='https://a.example/?x=1'" http-equiv="Refresh">"#, "https://a.example/?x=1"),
        (#"<meta http-equiv="refresh" content="5">"#, nil), (#"<meta name="refresh" content="0;url=x">"#, nil),
    ])
    func `where a page sends the browser`(html: String, target: String?) throws {
        #expect(try HTMLPage(html).refresh == target)
    }

    @Test(arguments: [
        "<form>", "<form><form></form></form>", "</form>", "<input name=\"a>", "<input name=a name=b>", "<!-- x", "<style>a",
        "<input value=\"&x\">",
        "<input value=\"&unknown;\">", "<input value=\"&#xD800;\">", "<", "</form", "<input value=", "<input \"x\">", "a < b",
    ])
    func `what is no page of ours is refused`(html: String) {
        #expect(throws: HTMLPage.Malformed.self) { try HTMLPage(html) }
    }
}

struct DemoPieces {
    @Test func `cookies are replaced and removed by name`() {
        var cookies = DemoCookies()
        #expect(cookies.header == nil)
        let lines = ["a=1; Path=/; HttpOnly", "b=x=y", "broken", "a=2; Secure", "c=3; max-age=0"]
        cookies.keep(DemoResponse(status: 200, headers: lines.map { ("set-cookie", $0) }, body: []))
        #expect(cookies.header == "b=x=y; a=2")
        cookies.keep(DemoResponse(status: 200, headers: [("Set-Cookie", "b=; Max-Age=0")], body: []))
        #expect(cookies.header == "a=2")
    }

    @Test(arguments: [(0.04, "0.0 ms"), (9.94, "9.9 ms"), (9.96, "10 ms"), (999.4, "999 ms"), (999.6, "1.0 s"), (12_340, "12.3 s")])
    func `durations are short`(milliseconds: Double, text: String) {
        #expect(DemoReport.duration(milliseconds) == text)
    }

    @Test func `a server's words cannot steer the terminal`() {
        #expect(EscapedText.oneLine("a\u{1B}[2J\nb\u{202E}c") == "a [2J b c")
    }

    @Test func `the guide names every client, every token and no colour unless asked`() {
        let tokens = [DemoGuide.Token(label: "everything", token: "vtwn_a"), DemoGuide.Token(label: "read only", token: "vtwn_b")]
        let text = DemoGuide.text(baseURL: "http://localhost:8484", sandboxURL: "http://127.0.0.1:8485", tokens: tokens)
        for part in [
            "Claude Code", "VS Code", "Cursor", "MCP Inspector", "http://localhost:8484/mcp", "vtwn_a", "vtwn_b", "8485", "Ctrl-C",
        ] {
            #expect(text.contains(part))
        }
        #expect(!text.contains("\u{1B}"))
        #expect(DemoGuide.text(baseURL: "http://a", sandboxURL: nil, tokens: [], colours: true).contains("\u{1B}[1m"))
    }

    @Test func `a failure never shows an answer with a token in it`() {
        let response = DemoResponse(status: 200, headers: [], body: Array(#"{"access_token":"eyJhbGciOi"}"#.utf8))
        #expect(!DemoFailure(expected: "x", response: response).got.contains("eyJ"))
    }
}
