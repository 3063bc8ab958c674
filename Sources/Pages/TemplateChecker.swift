/// Holds a template against the names of its page: what the engine would silently render as nothing is an error here.
struct TemplateChecker {
    private let sources: [String: TemplateSource]

    init(_ sources: [TemplateSource]) {
        self.sources = Dictionary(sources.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Checks a page's template with all partials, for everything that a page of this kind can show.
    /// - Parameter samples: pages that together show every section.
    /// - Returns: the names that are used, which lets a test find what a page carries and never shows.
    @discardableResult
    func check(_ template: String, against samples: [Fields]) throws(PageError) -> Set<String> {
        var walk = Walk(template: template)
        for fields in samples {
            try check(try source(template, for: nil).nodes, in: [fields], &walk)
        }
        for (place, error) in walk.skipped where !walk.entered.contains(place) { throw error }
        return walk.used
    }

    private struct Walk {
        var template: String
        /// The sections that are open, by name: an optional text may only be named inside its own.
        var open: Set<String> = []
        var used: Set<String> = []
        /// Sections that were empty in a sample have to be there in another.
        var skipped: [Place: PageError] = [:]
        var entered: Set<Place> = []
    }

    private struct Place: Hashable {
        let template: String
        let line: Int
        let name: String
    }

    private func source(_ name: String, for user: String?) throws(PageError) -> TemplateSource {
        guard let source = sources[name] else { throw .missing(template: name, namedBy: user) }
        return source
    }

    private func check(_ nodes: [TemplateNode], in scopes: [Fields], _ walk: inout Walk) throws(PageError) {
        for node in nodes {
            switch node {
            case .variable(let name, let line):
                try checkVariable(name, line, in: scopes, &walk)
            case .section(let name, let isInverted, let inner, let line):
                try checkSection(name, isInverted, inner, line, in: scopes, &walk)
            case .partial(let name, _):
                try checkFile(try source(name, for: walk.template), in: scopes, &walk)
            case .parent(let name, let inner, _):
                let parent = try source(name, for: walk.template)
                try checkFile(parent, in: scopes, &walk)
                try checkBlocks(inner, of: parent, in: scopes, &walk)
            case .block(_, let inner, _):
                try check(inner, in: scopes, &walk)
            }
        }
    }

    private func checkFile(_ source: TemplateSource, in scopes: [Fields], _ walk: inout Walk) throws(PageError) {
        let user = walk.template
        walk.template = source.name
        try check(source.nodes, in: scopes, &walk)
        walk.template = user
    }

    private func checkBlocks(_ nodes: [TemplateNode], of parent: TemplateSource, in scopes: [Fields], _ walk: inout Walk) throws(PageError)
    {
        for node in nodes {
            guard case .block(let name, let inner, let line) = node else { continue }
            guard parent.nodes.contains(block: name) else {
                throw .unknownName(name, template: walk.template, line: line)
            }
            try check(inner, in: scopes, &walk)
        }
    }

    private func checkVariable(_ name: String, _ line: Int, in scopes: [Fields], _ walk: inout Walk) throws(PageError) {
        switch try find(name, line, in: scopes, &walk) {
        case .text, .link: return
        case .optional where walk.open.contains(name): return
        case .optional: throw misuse(name, line, "may be absent, so it needs its own section around it", walk)
        case .flag, .list, .group: throw misuse(name, line, "is no text", walk)
        }
    }

    private func checkSection(
        _ name: String, _ isInverted: Bool, _ inner: [TemplateNode], _ line: Int, in scopes: [Fields], _ walk: inout Walk
    ) throws(PageError) {
        let value = try find(name, line, in: scopes, &walk)
        if isInverted {
            if case .text = value { throw misuse(name, line, "is always there", walk) }
            return try check(inner, in: scopes, &walk)
        }
        let isOutermost = walk.open.insert(name).inserted
        defer { if isOutermost { walk.open.remove(name) } }
        let contents: [Fields?]
        switch value {
        case .text, .link: throw misuse(name, line, "is always there", walk)
        case .flag, .optional: contents = [[:]]
        case .group(let fields): contents = [fields]
        case .list(let list): contents = list
        }
        let place = Place(template: walk.template, line: line, name: name)
        for case .some(let fields) in contents {
            walk.entered.insert(place)
            try check(inner, in: scopes + [fields], &walk)
        }
        walk.skipped[place] = misuse(name, line, "is empty in the page's samples, so nothing inside can be checked", walk)
    }

    private func find(_ name: String, _ line: Int, in scopes: [Fields], _ walk: inout Walk) throws(PageError) -> PageValue {
        guard let value = scopes.reversed().lazy.compactMap({ $0[name] }).first else {
            throw .unknownName(name, template: walk.template, line: line)
        }
        walk.used.insert(name)
        return value
    }

    private func misuse(_ name: String, _ line: Int, _ reason: String, _ walk: Walk) -> PageError {
        .misused(name, template: walk.template, line: line, reason: reason)
    }
}

extension [TemplateNode] {
    fileprivate func contains(block wanted: String) -> Bool {
        contains { node in
            switch node {
            case .block(let name, let inner, _): name == wanted || inner.contains(block: wanted)
            case .section(_, _, let inner, _), .parent(_, let inner, _): inner.contains(block: wanted)
            case .variable, .partial: false
            }
        }
    }
}
