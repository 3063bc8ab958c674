/// A page with a title, some sentences and ways on: what was not found, a notice.
package struct SimplePage: Sendable {
    package var frame: PageFrame
    package var title: String
    package var paragraphs: [String]
    package var links: [PageLink]

    package init(frame: PageFrame, title: String, paragraphs: [String], links: [PageLink] = []) {
        self.frame = frame
        self.title = title
        self.paragraphs = paragraphs
        self.links = links
    }
}

extension SimplePage: PageModel {
    static let template = "simple"

    var fields: Fields {
        [
            "title": .text(title), "paragraphs": .texts(paragraphs),
            "ways": .group(links.isEmpty ? nil : ["links": .list(links.map(\.fields))]),
        ]
    }

    static let samples = [
        SimplePage(
            frame: .sample, title: "Not here", paragraphs: ["There is no such page."], links: [PageLink(text: "Home", href: "/")])
    ]
}
