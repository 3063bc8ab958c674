/// What every page says around its content: whose server this is, and where the rest of it is to be found.
package struct PageFrame: Sendable {
    /// The public host, with its port where it is not the usual one: `bridge.example.com`, `localhost:8484`.
    package var bridgeHost: String
    package var operatorName: String?
    /// A mail address, an https URL, or anything else that tells a person how to reach the operator.
    package var operatorContact: String?
    /// Where the home page is; `/` unless the bridge lives elsewhere.
    package var home: String
    /// Where "my connections" is; no link without it.
    package var connections: String?

    package init(
        bridgeHost: String, operatorName: String? = nil, operatorContact: String? = nil, home: String = "/", connections: String? = nil
    ) {
        self.bridgeHost = bridgeHost
        self.operatorName = operatorName
        self.operatorContact = operatorContact
        self.home = home
        self.connections = connections
    }

    static let sample = PageFrame(
        bridgeHost: "bridge.example.com", operatorName: "Ada", operatorContact: "ada@example.com", connections: "/connections")

    var fields: Fields {
        [
            "bridgeHost": .text(bridgeHost),
            "operator": .group(operatorName.map { ["operatorName": .text($0)] }),
            "contact": .group(operatorContact.map { ["contactText": .text($0), "contactLink": .optional(Self.link(to: $0))] }),
            "home": .link(home),
            "connections": .group(connections.map { ["connectionsLink": .link($0)] }),
        ]
    }

    private static func link(to contact: String) -> String? {
        if contact.hasPrefix("https://") || contact.hasPrefix("mailto:") { return contact }
        let parts = contact.split(separator: "@", omittingEmptySubsequences: false)
        let isAddress =
            parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains(where: { $0.isWhitespace || "?&:/<>".contains($0) }) }
        return isAddress ? "mailto:" + contact : nil
    }
}

/// A way on from a page.
package struct PageLink: Sendable {
    package var text: String
    package var href: String

    package init(text: String, href: String) {
        self.text = text
        self.href = href
    }

    var fields: Fields {
        ["linkText": .text(text), "href": .link(href)]
    }
}

/// Something to know, and where to go with it.
package struct PageNote: Sendable {
    package var text: String
    package var link: PageLink?

    package init(text: String, link: PageLink? = nil) {
        self.text = text
        self.link = link
    }

    var fields: Fields {
        ["text": .text(text), "link": .group(link?.fields)]
    }
}
