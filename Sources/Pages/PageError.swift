/// Why the pages can't be used. Every case stops the start: a template that renders half a page would be found by a person otherwise.
package enum PageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file that can't be read, or is not UTF-8.
    case unreadable(path: String)
    /// A page, or a partial that another template names, has no file.
    case missing(template: String, namedBy: String?)
    /// A tag that is not closed, closed by another name, or forbidden.
    case malformed(template: String, line: Int, reason: String)
    /// A name that the page's model doesn't have: it would render as nothing.
    case unknownName(String, template: String, line: Int)
    /// A name used in a way that its kind doesn't allow, such as a list without its section.
    case misused(String, template: String, line: Int, reason: String)

    package var description: String {
        switch self {
        case .unreadable(let path):
            "\(path): can't be read as UTF-8 text; restore it, or point DRAWBRIDGE_DATA at the folder that holds templates/"
        case .missing(let template, let user):
            "templates/\(template).mustache is missing" + (user.map { ", and templates/\($0).mustache needs it" } ?? "")
        case .malformed(let template, let line, let reason):
            "templates/\(template).mustache:\(line): \(reason)"
        case .unknownName(let name, let template, let line):
            "templates/\(template).mustache:\(line): nothing on this page is called '\(name)'"
        case .misused(let name, let template, let line, let reason):
            "templates/\(template).mustache:\(line): '\(name)' \(reason)"
        }
    }
}
