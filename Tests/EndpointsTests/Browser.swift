import Endpoints
import HTTPTypes
import Primitives
import Synchronization

/// Somebody's browser: it keeps cookies, and posts forms as they stand on their pages.
final class Browser: Sendable {
    let stage: Stage
    private let jar = Mutex<[String: String]>([:])

    init(_ stage: Stage) {
        self.stage = stage
    }

    /// As the `Cookie` header has it; `nil` while there is none.
    var cookie: String? {
        let cookies = jar.withLock { $0 }
        return cookies.isEmpty ? nil : cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
    }

    private var headers: Pairs { [("Accept", "text/html,application/xhtml+xml")] + (cookie.map { [("Cookie", $0)] } ?? []) }

    func get(_ path: String, query: String? = nil) async -> Response {
        keep(await stage.get(path, query: query, headers))
    }

    /// What browsers add when a page of ours posts: no referrer, so `Origin: null`, and where the page came from.
    static let ownPage: Pairs = [("Origin", "null"), ("Sec-Fetch-Site", "same-origin")]

    func post(_ form: PageForm, to path: String = "/authorize", _ extra: Pairs = ownPage) async -> Response {
        keep(await stage.post(path, form: form.fields, headers + extra))
    }

    private func keep(_ response: Response) -> Response {
        for value in response.headers[values: .setCookie] {
            let pair = value.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { jar.withLock { $0[String(pair[0])] = String(pair[1]) } }
        }
        return response
    }
}
