import AuthorizationServer
import HTTPTypes
import Primitives

/// The cookie that binds a browser to its authorization requests.
extension Bridge {
    /// `__Host-` keeps other hosts and subdomains from setting it (RFC 6265bis §4.1.3.2); browsers take it over https only.
    private var isSecure: Bool { server.configuration.issuer.isSecure }
    private var cookieName: String { isSecure ? "__Host-drawbridge-browser" : "drawbridge-browser" }

    func browser(of request: Request) -> BrowserBinding? {
        let pairs = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }
        for pair in pairs {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, halves[0].drop(while: { $0 == " " }) == cookieName else { continue }
            if let browser = BrowserBinding(cookie: String(halves[1])) { return browser }
        }
        return nil
    }

    func setCookie(_ browser: BrowserBinding, on response: inout Response) {
        let secure = isSecure ? "; Secure" : ""
        response.headers[.setCookie] = "\(cookieName)=\(browser.secret.reveal()); Path=/; HttpOnly; SameSite=Lax\(secure)"
    }
}
