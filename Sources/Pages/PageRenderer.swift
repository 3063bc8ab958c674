import Foundation
import Mustache

/// Pages as HTML: typed models in, text out. The only place that knows the template engine.
///
/// No page needs a script, loads anything from elsewhere, or has a style of its own; all of them live under
/// `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`.
package struct PageRenderer: Sendable {
    /// What pages refer to: the stylesheet and the icon. Each is to be served under its path.
    package let assets: [PageAsset]
    private let library: MustacheLibrary
    private let chrome: Chrome

    /// Reads and checks every template: a name that a page doesn't have, a missing partial, or unescaped output stops the start.
    /// - Parameter folder: holds `*.mustache`, `drawbridge.css` and `drawbridge.svg`.
    package init(templates folder: String) throws(PageError) {
        let stylesheet = PageAsset(
            name: "drawbridge", extension: "css", mediaType: "text/css; charset=utf-8", bytes: try Self.read(folder + "/drawbridge.css"))
        let icon = PageAsset(
            name: "drawbridge", extension: "svg", mediaType: "image/svg+xml", bytes: try Self.read(folder + "/drawbridge.svg"))
        let sources = try Self.sources(in: folder)
        let chrome = Chrome(stylesheetPath: stylesheet.path, iconPath: icon.path)
        let checker = TemplateChecker(sources)
        for page in Self.pages {
            try checker.check(page.template, against: chrome.samples(of: page))
        }
        self.library = try Self.library(of: sources)
        self.chrome = chrome
        self.assets = [stylesheet, icon]
    }

    package var stylesheet: [UInt8] {
        assets[0].bytes
    }

    /// `/assets/drawbridge-<hash of the stylesheet>.css`
    package var stylesheetPath: String {
        assets[0].path
    }

    package func render(_ page: ConsentPage) -> String { html(page) }
    package func render(_ page: SentOnPage) -> String { html(page) }
    package func render(_ page: ErrorPage) -> String { html(page) }
    package func render(_ page: HomePage) -> String { html(page) }
    package func render(_ page: SimplePage) -> String { html(page) }

    private func html(_ page: some PageModel) -> String {
        // Never nil: the check at boot found a template for every page.
        library.render(chrome.fields(of: page).rendered, withTemplate: type(of: page).template) ?? ""
    }

    /// Every kind of page; `render` has an overload for each.
    static let pages: [any PageModel.Type] = [ConsentPage.self, SentOnPage.self, ErrorPage.self, HomePage.self, SimplePage.self]

    static func sources(in folder: String) throws(PageError) -> [TemplateSource] {
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: folder) else { throw .unreadable(path: folder) }
        var sources: [TemplateSource] = []
        for file in files.sorted() where file.hasSuffix(".mustache") {
            let path = folder + "/" + file
            guard let text = String(validating: try read(path), as: UTF8.self) else { throw .unreadable(path: path) }
            sources.append(try TemplateSource(name: String(file.dropLast(".mustache".count)), text: text))
        }
        return sources
    }

    private static func library(of sources: [TemplateSource]) throws(PageError) -> MustacheLibrary {
        var library = MustacheLibrary()
        for source in sources {
            do {
                try library.register(source.engineText, named: source.name)
            } catch {
                throw .malformed(template: source.name, line: 1, reason: "the template engine refuses it: \(error)")
            }
        }
        return library
    }

    private static func read(_ path: String) throws(PageError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable(path: path) }
        return [UInt8](data)
    }
}

/// What the layout needs besides the page's own words.
struct Chrome: Sendable {
    let stylesheetPath: String
    let iconPath: String

    func fields(of page: some PageModel) -> Fields {
        let around: Fields = ["stylesheetPath": .text(stylesheetPath), "iconPath": .text(iconPath)]
        return page.fields.merging(page.frame.fields) { own, _ in own }.merging(around) { own, _ in own }
    }

    func samples<Page: PageModel>(of page: Page.Type) -> [Fields] {
        page.samples.map { fields(of: $0) }
    }
}
