/// The parts of a page that a program answers to: its forms, where it sends the browser on, what it announces.
///
/// A small strict reader for our own pages, not for the web: tags must be closed, attributes quoted or bare words, entities known.
struct HTMLPage: Sendable, Equatable {
    /// A form's control that can send a value.
    struct Control: Sendable, Equatable {
        /// `hidden`, `password`, `checkbox`, …; `submit` for a button without a type.
        let type: String
        let name: String
        let value: String
        let isChecked: Bool
        let isRequired: Bool
    }

    struct Form: Sendable, Equatable {
        let method: String
        let action: String
        fileprivate(set) var controls: [Control]

        func controls(named name: String) -> [Control] { controls.filter { $0.name == name } }
    }

    /// Why a text is no page of ours, and at which byte.
    struct Malformed: Error, Sendable, Equatable {
        let reason: String
        let offset: Int
    }

    private(set) var title = ""
    private(set) var forms: [Form] = []
    /// The target of `<meta http-equiv="refresh">`.
    private(set) var refresh: String?
    /// The text inside the first element with `role="alert"`, on one line.
    private(set) var alert: String?

    init(_ html: String) throws(Malformed) {
        var scanner = HTMLScanner(html)
        var reader = Reader()
        while let token = try scanner.next() { try reader.take(token, at: scanner.offset) }
        guard reader.form == nil else { throw Malformed(reason: "a form is not closed", offset: scanner.offset) }
        self = reader.page
    }

    private init() {}

    /// What has been seen so far.
    private struct Reader {
        var page = HTMLPage()
        var form: Form?
        private var inTitle = false
        private var alert: (tag: String, depth: Int, words: String)?

        mutating func take(_ token: HTMLScanner.Token, at offset: Int) throws(Malformed) {
            switch token {
            case .text(let text):
                if inTitle { page.title += text.trimmed }
                alert?.words += text
            case .start(let tag, let attributes):
                enter(tag, attributes)
                try open(tag, attributes, offset)
            case .end(let tag):
                leave(tag)
                if tag == "title" { inTitle = false }
                if tag == "form" {
                    guard let form else { throw Malformed(reason: "a form ends that never began", offset: offset) }
                    page.forms.append(form)
                    self.form = nil
                }
            }
        }

        private mutating func open(_ tag: String, _ attributes: [String: String], _ offset: Int) throws(Malformed) {
            switch tag {
            case "title": inTitle = true
            case "meta" where attributes["http-equiv"]?.lowercased() == "refresh":
                page.refresh = HTMLPage.target(attributes["content"] ?? "")
            case "form":
                guard form == nil else { throw Malformed(reason: "a form is inside another", offset: offset) }
                form = Form(method: (attributes["method"] ?? "get").lowercased(), action: attributes["action"] ?? "", controls: [])
            case "input", "button": form?.controls.append(HTMLPage.control(tag, attributes))
            default: break
            }
        }

        private mutating func enter(_ tag: String, _ attributes: [String: String]) {
            if let open = alert {
                if open.tag == tag { alert?.depth += 1 }
            } else if page.alert == nil, attributes["role"] == "alert" {
                alert = (tag, 1, "")
            }
        }

        private mutating func leave(_ tag: String) {
            guard let open = alert, open.tag == tag else { return }
            alert?.depth -= 1
            guard open.depth == 1 else { return }
            page.alert = open.words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            alert = nil
        }
    }

    private static func control(_ tag: String, _ attributes: [String: String]) -> Control {
        let type = (attributes["type"] ?? (tag == "button" ? "submit" : "text")).lowercased()
        // A box without a value sends "on".
        let unnamed = type == "checkbox" || type == "radio" ? "on" : ""
        return Control(
            type: type, name: attributes["name"] ?? "", value: attributes["value"] ?? unnamed, isChecked: attributes["checked"] != nil,
            isRequired: attributes["required"] != nil)
    }

    /// `0;url=https://…`, the target perhaps in quotes.
    private static func target(_ content: String) -> String? {
        let halves = content.split(separator: ";", maxSplits: 1).map { String($0).trimmed }
        guard halves.count == 2, halves[1].lowercased().hasPrefix("url=") else { return nil }
        let target = halves[1].dropFirst(4).drop { $0 == "'" || $0 == "\"" }
        return target.last.map { $0 == "'" || $0 == "\"" } == true ? String(target.dropLast()) : String(target)
    }
}
