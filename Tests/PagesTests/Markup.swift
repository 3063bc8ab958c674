/// The start tags of a page, in order, read as a browser does: enough of HTML to see what a form really says.
struct Markup {
    struct Element {
        let tag: String
        let attributes: [String: String]

        subscript(_ name: String) -> String? { attributes[name] }
    }

    let elements: [Element]

    init(_ html: String) {
        var rest = Array(html.unicodeScalars)[...]
        var elements: [Element] = []
        while let open = rest.firstIndex(of: "<") {
            rest = rest[(open + 1)...]
            guard let first = rest.first, first.properties.isAlphabetic else { continue }
            elements.append(Self.element(&rest))
        }
        self.elements = elements
    }

    func all(_ tag: String, where matches: (Element) -> Bool = { _ in true }) -> [Element] {
        elements.filter { $0.tag == tag && matches($0) }
    }

    func named(_ name: String) -> [Element] {
        elements.filter { $0["name"] == name }
    }

    private static func element(_ rest: inout ArraySlice<Unicode.Scalar>) -> Element {
        let tag = take(&rest) { !" \n\t>/".unicodeScalars.contains($0) }
        var attributes: [String: String] = [:]
        while true {
            _ = take(&rest) { " \n\t/".unicodeScalars.contains($0) }
            guard let next = rest.first, next != ">" else { break }
            let name = take(&rest) { !" \n\t>=/".unicodeScalars.contains($0) }
            guard rest.first == "=" else {
                attributes[name] = ""
                if name.isEmpty { rest = rest.dropFirst() }
                continue
            }
            rest = rest.dropFirst()
            guard rest.first == "\"" else {
                attributes[name] = take(&rest) { !" \n\t>".unicodeScalars.contains($0) }
                continue
            }
            rest = rest.dropFirst()
            attributes[name] = unescaped(take(&rest) { $0 != "\"" })
            rest = rest.dropFirst()
        }
        return Element(tag: tag.lowercased(), attributes: attributes)
    }

    private static func take(_ rest: inout ArraySlice<Unicode.Scalar>, while matches: (Unicode.Scalar) -> Bool) -> String {
        let taken = rest.prefix(while: matches)
        rest = rest.dropFirst(taken.count)
        var text = ""
        text.unicodeScalars.append(contentsOf: taken)
        return text
    }

    static func unescaped(_ text: String) -> String {
        let references = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        // By bytes: as characters, a semicolon with an accent over it would not be one.
        let bytes = references.reduce(Array(text.utf8)) { $0.replacing(Array($1.0.utf8), with: Array($1.1.utf8)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
