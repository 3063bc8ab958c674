/// A page, as its markup has it. Other than the demo's reader it takes what is missing or too much, since that is what is looked for.
struct PageReading: Sendable {
    struct Element: Sendable {
        let tag: String
        let attributes: [String: String]
    }

    let elements: [Element]

    /// `nil` where the markup cannot be read without guessing.
    init?(_ answer: DemoResponse) {
        guard answer.mediaType == "text/html" else { return nil }
        var scanner = HTMLScanner(answer.text)
        var elements: [Element] = []
        do throws(HTMLPage.Malformed) {
            while let token = try scanner.next() {
                if case .start(let tag, let attributes) = token { elements.append(Element(tag: tag, attributes: attributes)) }
            }
        } catch {
            return nil
        }
        self.elements = elements
    }

    func all(_ tag: String) -> [Element] { elements.filter { $0.tag == tag } }

    /// What has this name in a form.
    func controls(named name: String) -> [Element] {
        elements.filter { ($0.tag == "input" || $0.tag == "button") && $0.attributes["name"] == name }
    }

    /// Scripts, handlers of events and `javascript:` addresses.
    var scripts: [String] {
        elements.flatMap { element in
            let handlers = element.attributes.filter { name, value in
                name.hasPrefix("on") || value.lowercased().hasPrefix("javascript:")
            }
            return (element.tag == "script" ? ["<script>"] : []) + handlers.keys.map { "\($0) in <\(element.tag)>" }
        }
    }

    /// What a browser would fetch by itself.
    var fetched: [String] {
        elements.flatMap { element -> [String] in
            switch element.tag {
            case "link": element.attributes["href"].map { [$0] } ?? []
            case "img", "iframe", "embed", "source", "audio", "video", "input", "script":
                [element.attributes["src"], element.attributes["srcset"]].compactMap { $0 }
            case "object": element.attributes["data"].map { [$0] } ?? []
            default: []
            }
        }
    }
}

/// A `Set-Cookie` header (RFC 6265 §4.1).
struct CookieReading: Sendable {
    let name: String
    /// Names in lower case; those without a value have an empty one.
    let attributes: [String: String]

    init?(_ line: String) {
        let parts = line.split(separator: ";").map { String($0).trimmed }
        guard let first = parts.first, let equals = first.firstIndex(of: "=") else { return nil }
        name = String(first[..<equals])
        var attributes: [String: String] = [:]
        for part in parts.dropFirst() {
            let halves = part.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
            if let key = halves.first { attributes[key.lowercased()] = halves.count > 1 ? halves[1] : "" }
        }
        self.attributes = attributes
    }

    static func all(_ answer: DemoResponse) -> [CookieReading] { answer.values("Set-Cookie").compactMap { CookieReading($0) } }
}
