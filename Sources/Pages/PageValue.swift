/// What a template can name. Dictionaries of these, and not the models themselves: reflection costs more than twice as much.
typealias Fields = [String: PageValue]

/// One thing that a template can name. What kind it is decides how a template may use it, which `TemplateChecker` enforces at boot.
enum PageValue {
    /// `{{name}}`
    case text(String)
    /// `{{#name}} … {{name}} … {{/name}}`, and `{{^name}}` where there is none.
    case optional(String?)
    /// `href="{{name}}"`
    case link(String)
    /// `{{#name}} … {{/name}}` and `{{^name}} … {{/name}}`
    case flag(Bool)
    /// `{{#name}} … {{/name}}`, once for each.
    case list([Fields])
    /// `{{#name}} … {{/name}}`, with what is inside; `{{^name}}` where there is none.
    case group(Fields?)

    /// A list of plain sentences, each of which a template names as `text`.
    static func texts(_ texts: [String]) -> PageValue {
        .list(texts.map { ["text": .text($0)] })
    }

    /// The value as the template engine takes it, escaped. What is absent is `false`, and not left out: the engine would otherwise look
    /// for the name further up and find another thing of that name.
    var rendered: Any {
        switch self {
        case .text(let text): HTMLText.escaped(text)
        case .optional(let text): text.map { HTMLText.escaped($0) } ?? false as Any
        case .link(let target): HTMLText.link(target)
        case .flag(let flag): flag
        case .list(let list): list.map(\.rendered)
        case .group(let fields): fields?.rendered ?? false as Any
        }
    }
}

extension Fields {
    var rendered: [String: Any] {
        mapValues(\.rendered)
    }
}

/// A page as its template sees it.
protocol PageModel: Sendable {
    /// The template's file name without `.mustache`.
    static var template: String { get }
    /// Pages that together show everything that one of this kind can show: at boot the template is held against their names.
    static var samples: [Self] { get }

    var frame: PageFrame { get }
    /// Everything that the template can name, always with the same keys, but for what `frame` adds.
    var fields: Fields { get }
}
