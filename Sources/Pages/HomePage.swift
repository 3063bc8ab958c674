/// `GET /`: what this server is, whose it is, and how each client is connected to it.
package struct HomePage: Sendable {
    package var frame: PageFrame
    /// The default one first.
    package var upstreams: [Upstream]
    /// Whether only programs on this computer can reach this server.
    package var isLoopback: Bool
    /// How clients that send the API's token in a header connect; `nil` when that door is closed.
    package var headerDoor: HeaderDoor?
    /// More about what this server keeps.
    package var dataLink: PageLink?

    package init(
        frame: PageFrame, upstreams: [Upstream], isLoopback: Bool, headerDoor: HeaderDoor? = nil, dataLink: PageLink? = nil
    ) {
        self.frame = frame
        self.upstreams = upstreams
        self.isLoopback = isLoopback
        self.headerDoor = headerDoor
        self.dataLink = dataLink
    }

    package struct Upstream: Sendable {
        package var name: String
        /// The name that commands and settings below give it: letters, digits and hyphens.
        package var id: String
        package var mcpURL: String

        package init(name: String, id: String, mcpURL: String) {
            self.name = name
            self.id = id
            self.mcpURL = mcpURL
        }
    }

    package struct HeaderDoor: Sendable {
        /// `X-Val-Town-Token`
        package var header: String
        package var url: String

        package init(header: String, url: String) {
            self.header = header
            self.url = url
        }
    }
}

extension HomePage: PageModel {
    static let template = "home"

    var fields: Fields {
        [
            "upstreams": .list(upstreams.map(\.fields)),
            "isPlural": .flag(upstreams.count > 1),
            "first": .group(upstreams.first?.fields),
            "isLoopback": .flag(isLoopback),
            "headerDoor": .group(headerDoor.map { ["header": .text($0.header), "headerURL": .text($0.url)] }),
            "dataLink": .group(dataLink?.fields),
        ]
    }

    static let samples = [
        HomePage(
            frame: .sample, upstreams: [Upstream(name: "Example API", id: "example", mcpURL: "https://bridge.example.com/mcp")],
            isLoopback: true, headerDoor: HeaderDoor(header: "X-Example-Token", url: "https://bridge.example.com/legacy/mcp"),
            dataLink: PageLink(text: "More", href: "/privacy"))
    ]
}

extension HomePage.Upstream {
    fileprivate var fields: Fields {
        ["name": .text(name), "id": .text(id), "mcpURL": .text(mcpURL)]
    }
}
