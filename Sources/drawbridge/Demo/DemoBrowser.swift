import Primitives

/// As much of a browser as the consent page needs: one page, one form, cookies.
struct DemoBrowser: Sendable {
    let url: String
    private(set) var page: HTMLPage?
    private var cookies = DemoCookies()

    private static let accept = (name: "Accept", value: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")

    init(url: String) {
        self.url = url
    }

    func opening() -> DemoRequest {
        DemoRequest(method: "GET", url: url, headers: [Self.accept] + cookieHeader)
    }

    /// Takes an answer as the new page.
    /// - Returns: its one form.
    @discardableResult
    mutating func show(_ response: DemoResponse) throws(DemoFailure) -> HTMLPage.Form {
        cookies.keep(response)
        let page = try Self.page(response)
        self.page = page
        let posting = page.forms.filter { $0.method == "post" }
        guard let form = posting.first, posting.count == 1 else {
            throw DemoFailure(
                expected: "one form that posts", got: "\(posting.count) on the page “\(page.title)” (status \(response.status))")
        }
        return form
    }

    static func page(_ response: DemoResponse) throws(DemoFailure) -> HTMLPage {
        guard response.header("Content-Type")?.lowercased().hasPrefix("text/html") == true else {
            throw DemoFailure(expected: "a page (text/html)", response: response)
        }
        do throws(HTMLPage.Malformed) {
            return try HTMLPage(response.text)
        } catch {
            throw DemoFailure(expected: "HTML that can be read", got: "\(error.reason), at byte \(error.offset)")
        }
    }

    /// What the browser posts when the person pastes a token, confirms what must be confirmed and presses *approve*.
    func approving(token: String, base: String) throws(DemoFailure) -> DemoRequest {
        guard let form = page?.forms.first(where: { $0.method == "post" }) else {
            throw DemoFailure(expected: "the form", got: "no page yet")
        }
        var pairs = form.controls.flatMap(Self.sent)
        pairs.append(("token", token))
        pairs.append(("decision", "approve"))
        let headers = [
            Self.accept, (name: "Content-Type", value: "application/x-www-form-urlencoded"), (name: "Origin", value: base),
            (name: "Sec-Fetch-Site", value: "same-origin"),
        ]
        return DemoRequest(
            method: "POST", url: try target(of: form, base: base), headers: headers + cookieHeader,
            body: Array(FormData(pairs).encoded.utf8))
    }

    private static func sent(_ control: HTMLPage.Control) -> [(String, String)] {
        guard !control.name.isEmpty, control.name != "token", control.name != "decision" else { return [] }
        switch control.type {
        case "submit", "button", "reset", "image", "password", "file": return []
        // A box that the page requires is what the person confirms.
        case "checkbox", "radio": return control.isChecked || control.isRequired ? [(control.name, control.value)] : []
        default: return [(control.name, control.value)]
        }
    }

    private func target(of form: HTMLPage.Form, base: String) throws(DemoFailure) -> String {
        if form.action.isEmpty { return url }
        if form.action.hasPrefix("/"), !form.action.hasPrefix("//") { return base + form.action }
        guard form.action.hasPrefix(base + "/") else { throw DemoFailure(expected: "a form that posts to \(base)", got: form.action) }
        return form.action
    }

    private var cookieHeader: [(name: String, value: String)] { cookies.header.map { [("Cookie", $0)] } ?? [] }
}
