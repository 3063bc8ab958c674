import Endpoints
import Primitives

/// A page as a program sees it.
struct Page {
    let pieces: [HTMLPiece]

    init(_ response: Response) throws {
        guard response.isPage else { throw Unexpected("no page: \(response.code) \(response.text.prefix(200))") }
        pieces = HTMLPiece.scan(response.bytes)
    }

    /// Attributes of all tags of a name.
    func tags(_ name: String) -> [[String: String]] {
        pieces.compactMap { if case .start(name, let attributes) = $0 { attributes } else { nil } }
    }

    /// What a person reads.
    var text: String {
        pieces.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined(separator: " ")
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    var forms: Int { tags("form").count }

    /// Where the page sends the browser by itself.
    var refresh: String? {
        guard let content = tags("meta").first(where: { $0["http-equiv"] == "refresh" })?["content"], content.hasPrefix("0;url=")
        else { return nil }
        return String(content.dropFirst("0;url=".count))
    }

    /// Links that leave this server by way of a redirect URI: those with a parameter of an authorization response.
    var answers: [String] { tags("a").compactMap { $0["href"] }.filter { $0.contains("iss=") } }

    /// The only form.
    var form: PageForm {
        get throws {
            guard forms == 1, let form = PageForm(pieces) else { throw Unexpected("\(forms) forms: \(text.prefix(300))") }
            return form
        }
    }
}

/// A form with what a browser would post of it.
struct PageForm {
    let attributes: [String: String]
    let inputs: [[String: String]]
    let buttons: [[String: String]]
    /// Hidden fields, what is typed or preset, and what is ticked, in their order.
    private(set) var fields: Pairs

    init?(_ pieces: [HTMLPiece]) {
        let start = pieces.firstIndex { if case .start("form", _) = $0 { true } else { false } }
        guard let start, let end = pieces[start...].firstIndex(of: .end("form")), case .start(_, let attributes) = pieces[start] else {
            return nil
        }
        self.attributes = attributes
        inputs = pieces[start..<end].compactMap { if case .start("input", let attributes) = $0 { attributes } else { nil } }
        buttons = pieces[start..<end].compactMap { if case .start("button", let attributes) = $0 { attributes } else { nil } }
        fields = inputs.compactMap { input in
            let isChoice = input["type"] == "checkbox" || input["type"] == "radio"
            guard let name = input["name"], !isChoice || input["checked"] != nil else { return nil }
            return (name, input["value"] ?? "")
        }
    }

    /// The values of a field's boxes, whether ticked or not.
    func choices(_ name: String) -> [String] { inputs.filter { $0["name"] == name }.compactMap { $0["value"] } }

    /// What would be posted under a name.
    func values(_ name: String) -> [String] { fields.filter { $0.0 == name }.map(\.1) }

    /// Types into a field, or ticks exactly these boxes of a group; no values leave the field out.
    func with(_ name: String, _ values: String...) -> PageForm { with(name, values) }

    func with(_ name: String, _ values: [String]) -> PageForm {
        var changed = self
        changed.fields.removeAll { $0.0 == name }
        changed.fields += values.map { (name, $0) }
        return changed
    }

    /// One more field, whether there is one of that name or not.
    func adding(_ name: String, _ value: String) -> PageForm {
        var changed = self
        changed.fields.append((name, value))
        return changed
    }

    /// A person who pastes a token, knows the application and clicks.
    func answered(_ decision: String = "approve", token: String = ValTownDouble.token) -> PageForm {
        with("token", token).with("understood", "yes").with("decision", decision)
    }
}
