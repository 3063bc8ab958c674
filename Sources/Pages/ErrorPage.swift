/// What a person sees when something can't go on: what happened, what to do, and for whoever helps them, the error code.
package struct ErrorPage: Sendable {
    package var frame: PageFrame
    package var title: String
    /// Paragraphs.
    package var explanation: [String]
    /// What the person can do, one step each.
    package var remedies: [String]
    /// The machine-readable code: `invalid_request`.
    package var code: String?
    package var wayBack: WayBack?

    package init(
        frame: PageFrame, title: String, explanation: [String], remedies: [String] = [], code: String? = nil, wayBack: WayBack? = nil
    ) {
        self.frame = frame
        self.title = title
        self.explanation = explanation
        self.remedies = remedies
        self.code = code
        self.wayBack = wayBack
    }

    /// A link that leaves this server. Never followed by itself.
    package struct WayBack: Sendable {
        package var link: PageLink
        /// Where it leads, where nobody vouches for the client behind it.
        package var unverifiedHost: String?

        package init(link: PageLink, unverifiedHost: String? = nil) {
            self.link = link
            self.unverifiedHost = unverifiedHost
        }
    }
}

extension ErrorPage: PageModel {
    static let template = "error"

    var fields: Fields {
        [
            "title": .text(title),
            "explanation": .texts(explanation),
            "advice": .group(remedies.isEmpty ? nil : ["remedies": .texts(remedies)]),
            "code": .optional(code),
            "wayBack": .group(
                wayBack.map { $0.link.fields.merging(["unverifiedHost": .optional($0.unverifiedHost)]) { $1 } }),
        ]
    }

    static let samples = [
        ErrorPage(
            frame: .sample, title: "This link doesn’t work", explanation: ["It lacks something."], remedies: ["Start again."],
            code: "invalid_request",
            wayBack: WayBack(link: PageLink(text: "Back", href: "https://client.example.com/"), unverifiedHost: "x"))
    ]
}
