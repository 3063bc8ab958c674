/// What to do with the server that the demo left running.
struct DemoGuide: Sendable {
    /// An API token of the sandbox that can be pasted on the consent page.
    struct Token: Sendable {
        /// What it can do: `everything`, `read only`.
        let label: String
        let token: String
    }

    /// - Parameters:
    ///   - baseURL: of the bridge, without a trailing slash.
    ///   - sandboxURL: of the stand-in API; `nil` where there is none.
    ///   - tokens: those of the sandbox. They open nothing but it.
    ///   - colours: whether the output is a terminal's.
    static func text(baseURL: String, sandboxURL: String?, tokens: [Token], colours: Bool = false) -> String {
        let style = TerminalStyle(colours: colours)
        let url = baseURL + "/mcp"
        var lines = ["", style.bold("The bridge stays up. Connect a client of your own to \(url)"), ""]
        for client in clients(url) {
            lines.append("  " + style.bold(client.name))
            lines += client.lines.map { "    " + $0 }
            lines.append("")
        }
        if !tokens.isEmpty {
            lines.append(style.bold("Tokens to paste when a client asks"))
            let width = tokens.map(\.label.count).max() ?? 0
            lines += tokens.map { token in
                "  \(token.label)\(String(repeating: " ", count: width - token.label.count + 2))\(token.token)"
            }
            lines.append("")
        }
        lines.append(style.bold("Pages"))
        lines.append("  \(baseURL)/             what this server is, and how to connect")
        lines.append("  \(baseURL)/connections  how to disconnect a client, or change what it may do")
        if let sandboxURL { lines.append("  \(sandboxURL) is the stand-in API that the tokens above belong to") }
        lines += ["", style.dim("Ctrl-C stops everything.")]
        return lines.joined(separator: "\n")
    }

    private static func clients(_ url: String) -> [(name: String, lines: [String])] {
        [
            ("Claude Code", ["claude mcp add --transport http drawbridge \(url)", "then, in Claude Code: /mcp, drawbridge, Authenticate"]),
            (
                "VS Code",
                [
                    #"code --add-mcp '{"name":"drawbridge","type":"http","url":"\#(url)"}'"#,
                    "then start it: MCP: List Servers, drawbridge, Start",
                ]
            ),
            (
                "Cursor",
                [#"~/.cursor/mcp.json: {"mcpServers": {"drawbridge": {"url": "\#(url)"}}}"#, "then Settings, MCP, drawbridge, Connect"]
            ),
            ("MCP Inspector", ["npx @modelcontextprotocol/inspector", "transport Streamable HTTP, URL \(url), then Connect"]),
        ]
    }
}
