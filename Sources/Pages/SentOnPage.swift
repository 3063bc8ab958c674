/// The answer to a decision: a page that says what happened and sends the browser on to the client, by itself and by a link.
///
/// A page and no redirect, because browsers hold a redirect after a POST against `form-action`, and a 307 would post the token on.
package struct SentOnPage: Sendable {
    package enum Outcome: Sendable {
        /// Connected as `account`; `nil` for an API that doesn't say whose token it is.
        case approved(account: String?)
        case denied
    }

    package var frame: PageFrame
    package var outcome: Outcome
    package var clientName: String
    package var upstreamName: String
    /// The redirect URI with its answer; any scheme that the client registered.
    package var url: String
    /// Where that is, as a person can read it.
    package var redirectDisplay: String
    /// What was granted, in words.
    package var powers: [String]
    /// What else is to be known: other connections of this account that need a new token.
    package var notes: [PageNote]

    package init(
        frame: PageFrame, outcome: Outcome, clientName: String, upstreamName: String, url: String, redirectDisplay: String,
        powers: [String] = [], notes: [PageNote] = []
    ) {
        self.frame = frame
        self.outcome = outcome
        self.clientName = clientName
        self.upstreamName = upstreamName
        self.url = url
        self.redirectDisplay = redirectDisplay
        self.powers = powers
        self.notes = notes
    }
}

extension SentOnPage: PageModel {
    static let template = "sent-on"

    var fields: Fields {
        var approved: Fields?
        if case .approved(let account) = outcome {
            approved = ["account": .optional(account), "granted": .group(powers.isEmpty ? nil : ["powers": .texts(powers)])]
        }
        return [
            "approved": .group(approved),
            "clientName": .text(clientName),
            "upstreamName": .text(upstreamName),
            "url": .link(url),
            "redirectDisplay": .text(redirectDisplay),
            "notes": .list(notes.map(\.fields)),
        ]
    }

    static let samples = [
        SentOnPage(
            frame: .sample, outcome: .approved(account: "@ada"), clientName: "Example", upstreamName: "Example API",
            url: "example://callback?code=1", redirectDisplay: "example://callback", powers: ["Read your files"],
            notes: [PageNote(text: "Another connection is broken.", link: PageLink(text: "Repair it", href: "/connect/example"))])
    ]
}
