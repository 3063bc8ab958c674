import Foundation
import Testing

@testable import Pages

struct TemplateCheckerTests {
    private let fields: Fields = [
        "title": .text("t"), "note": .optional("n"), "isOpen": .flag(true), "rows": .list([["cell": .text("c")]]),
        "group": .group(["inside": .text("i")]), "nothing": .group(nil), "none": .list([]),
    ]

    private func check(_ text: String, and others: [String: String] = [:]) throws(PageError) {
        var sources = [try TemplateSource(name: "page", text: text)]
        for (name, text) in others { sources.append(try TemplateSource(name: name, text: text)) }
        try TemplateChecker(sources).check("page", against: [fields])
    }

    @Test(arguments: [
        "{{title}}", "{{#note}}{{note}}{{/note}}", "{{^note}}none{{/note}}", "{{#isOpen}}{{title}}{{/isOpen}}",
        "{{#rows}}{{cell}} of {{title}}{{/rows}}", "{{#group}}{{inside}}{{/group}}", "{{! a comment }}",
        "<a href=\"x?{{title}}\">{{title}}</a>",
    ])
    func `what the page has may be used`(text: String) throws {
        try check(text)
    }

    @Test(arguments: [
        "{{titel}}", "{{#isopen}}x{{/isopen}}", "{{#rows}}{{call}}{{/rows}}", "{{cell}}", "{{inside}}", "{{^nobody}}x{{/nobody}}",
    ])
    func `a misspelt name is found`(text: String) {
        #expect { try check("\n" + text) } throws: { error in
            guard case .unknownName(_, template: "page", line: 2) = error as? PageError else { return false }
            return true
        }
    }

    @Test(arguments: [
        "{{note}}", "{{isOpen}}", "{{rows}}", "{{#title}}x{{/title}}", "{{^title}}x{{/title}}", "{{#nothing}}{{x}}{{/nothing}}",
        "{{#none}}{{x}}{{/none}}",
    ])
    func `a name used as what it isn't is found`(text: String) {
        #expect { try check(text) } throws: { error in
            guard case .misused = error as? PageError else { return false }
            return true
        }
    }

    @Test(arguments: [
        "{{{title}}}", "{{& title}}", "{{&title}}", "{{=<% %>=}}", "{{% CONTENT_TYPE: HTML}}", "{{upper(title)}}", "{{title", "{{#rows}}",
        "{{/rows}}", "{{#rows}}{{/group}}", "{{ title }}", "<a href={{title}}>", "<a href='{{title}}'>", "<a {{title}}>",
    ])
    func `unescaped output and unquoted attributes are refused`(text: String) {
        #expect { try check(text) } throws: { error in
            guard case .malformed(template: "page", line: 1, _) = error as? PageError else { return false }
            return true
        }
    }

    @Test func `partials and layouts are followed`() throws {
        try check("{{>row}}", and: ["row": "{{title}}"])
        try check("{{<frame}}{{$body}}{{title}}{{/body}}{{/frame}}", and: ["frame": "<p>{{$body}}{{/body}}</p>"])
        #expect(throws: PageError.missing(template: "row", namedBy: "page")) { try check("{{>row}}") }
        #expect(throws: PageError.unknownName("titel", template: "row", line: 1)) { try check("{{>row}}", and: ["row": "{{titel}}"]) }
        #expect(throws: PageError.unknownName("bdy", template: "page", line: 1)) {
            try check("{{<frame}}{{$bdy}}x{{/bdy}}{{/frame}}", and: ["frame": "{{$body}}{{/body}}"])
        }
    }

    @Test(arguments: [
        ("{{clientName}}", "{{clientNmae}}"), ("{{clientName}}", "{{{clientName}}}"), ("{{>credential}}", "{{>credentials}}"),
    ])
    func `a start with a spoilt template fails`(original: String, spoilt: String) throws {
        let folder = try copyOfTemplates()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: Never.self) { try PageRenderer(templates: folder.path) }
        let file = folder.appending(path: "consent.mustache")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing(original, with: spoilt, maxReplacements: 1).write(to: file, atomically: true, encoding: .utf8)
        #expect(throws: PageError.self) { try PageRenderer(templates: folder.path) }
    }

    @Test(arguments: ["home.mustache", "layout.mustache", "drawbridge.css", "drawbridge.svg"])
    func `a start without one of the files fails`(name: String) throws {
        let folder = try copyOfTemplates()
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.removeItem(at: folder.appending(path: name))
        #expect(throws: PageError.self) { try PageRenderer(templates: folder.path) }
    }

    @Test func `everything that a page carries is shown somewhere on it`() throws {
        let checker = TemplateChecker(try PageRenderer.sources(in: templates))
        for page in PageRenderer.pages {
            let samples = Chrome(stylesheetPath: "/a.css", iconPath: "/a.svg").samples(of: page)
            let used = try checker.check(page.template, against: samples)
            #expect(samples.reduce(into: Set()) { $0.formUnion($1.names) }.subtracting(used).isEmpty, "\(page)")
        }
    }

    private func copyOfTemplates() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pages-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in try FileManager.default.contentsOfDirectory(atPath: templates) {
            let data = try Data(contentsOf: URL(filePath: templates).appending(path: file))
            try data.write(to: folder.appending(path: file))
        }
        return folder
    }
}

extension Fields {
    /// Every name in it, however deep.
    fileprivate var names: Set<String> {
        reduce(into: Set(keys)) { names, field in
            switch field.value {
            case .list(let list): list.forEach { names.formUnion($0.names) }
            case .group(.some(let fields)): names.formUnion(fields.names)
            case .text, .optional, .link, .flag, .group(nil): break
            }
        }
    }
}
