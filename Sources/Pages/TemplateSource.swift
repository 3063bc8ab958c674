/// A template's text, and the tags in it as a tree. The engine keeps its own tree to itself, and what it doesn't understand or find it
/// renders as nothing; so the templates are read a second time here, to be checked.
struct TemplateSource: Sendable {
    let name: String
    /// What the engine gets: without indentation, and with the engine's escaping off because values come escaped (`HTMLText`).
    let engineText: String
    let nodes: [TemplateNode]

    init(name: String, text: String) throws(PageError) {
        self.name = name
        engineText = "{{% CONTENT_TYPE: TEXT}}\n" + Self.withoutIndentation(text)
        var reader = TagReader(template: name, text: text)
        nodes = try reader.nodes(closedBy: nil)
    }

    private static func withoutIndentation(_ text: String) -> String {
        var isPreformatted = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            defer { isPreformatted = (isPreformatted || line.contains("<pre")) && !line.contains("</pre>") }
            return isPreformatted ? line : line.drop { $0 == " " }
        }
        return lines.joined(separator: "\n")
    }
}

/// One tag of a template, with what it encloses.
indirect enum TemplateNode: Sendable {
    case variable(String, line: Int)
    case section(String, isInverted: Bool, [TemplateNode], line: Int)
    case partial(String, line: Int)
    /// `{{<layout}}`: the layout with the blocks given here.
    case parent(String, [TemplateNode], line: Int)
    case block(String, [TemplateNode], line: Int)
}

private struct TagReader {
    let template: String
    private var rest: Substring
    private var line = 1
    private var place = Place.text

    /// Where in the HTML the reader is. A variable inside a tag needs quotation marks around it, or a space in it would end its attribute.
    private enum Place {
        case text
        case tag
        case quotedValue
    }

    init(template: String, text: String) {
        self.template = template
        self.rest = text[...]
    }

    mutating func nodes(closedBy name: String?) throws(PageError) -> [TemplateNode] {
        let opened = line
        var nodes: [TemplateNode] = []
        while let tag = try nextTag() {
            switch tag.sigil {
            case "!": continue
            case "#", "^":
                nodes.append(.section(tag.name, isInverted: tag.sigil == "^", try self.nodes(closedBy: tag.name), line: tag.line))
            case "<": nodes.append(.parent(tag.name, try self.nodes(closedBy: tag.name), line: tag.line))
            case "$": nodes.append(.block(tag.name, try self.nodes(closedBy: tag.name), line: tag.line))
            case ">": nodes.append(.partial(tag.name, line: tag.line))
            case "/":
                guard tag.name == name else { throw malformed(tag.line, "'/\(tag.name)' closes nothing that is open here") }
                return nodes
            default: nodes.append(.variable(tag.name, line: tag.line))
            }
        }
        if let name { throw malformed(opened, "'\(name)' is never closed") }
        return nodes
    }

    private struct Tag {
        let sigil: Character?
        let name: String
        let line: Int
    }

    private mutating func nextTag() throws(PageError) -> Tag? {
        guard let open = rest.firstRange(of: "{{") else { return nil }
        let before = rest[..<open.lowerBound]
        advance(over: before)
        let at = line
        var content = rest[open.upperBound...]
        if content.first == "{" { throw malformed(at, "triple braces would let text in as HTML") }
        guard let close = content.firstRange(of: "}}") else { throw malformed(at, "a tag without its closing braces") }
        rest = content[close.upperBound...]
        content = content[..<close.lowerBound]
        line += content.count { $0 == "\n" }
        let sigil = content.first.flatMap { $0.isLetter ? nil : $0 }
        if sigil == "!" { return Tag(sigil: sigil, name: "", line: at) }
        if let sigil, !"#^/<>$".contains(sigil) { throw malformed(at, "'{{\(sigil)' is not used in these templates") }
        let name = String(sigil == nil ? content : content.dropFirst())
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
            throw malformed(at, "'\(name)' is not a name: letters, digits and hyphens, without spaces")
        }
        if sigil == nil, place == .tag { throw malformed(at, "'\(name)' needs quotation marks around it") }
        return Tag(sigil: sigil, name: name, line: at)
    }

    private mutating func advance(over text: Substring) {
        for character in text {
            switch (place, character) {
            case (_, "\n"): line += 1
            case (.text, "<"): place = .tag
            case (.tag, ">"): place = .text
            case (.tag, "\""): place = .quotedValue
            case (.quotedValue, "\""): place = .tag
            default: continue
            }
        }
    }

    private func malformed(_ line: Int, _ reason: String) -> PageError {
        .malformed(template: template, line: line, reason: reason)
    }
}
