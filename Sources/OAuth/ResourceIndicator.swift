package import Primitives

/// The one resource of an upstream (RFC 8707), in the one spelling that goes into `aud`.
package struct ResourceIndicator: Sendable, Equatable {
    package let text: String

    /// - Parameter path: such as `/mcp`.
    package init(issuer: WebOrigin, path: String) {
        text = issuer.text + path
    }

    package init(stored text: String) {
        self.text = text
    }

    /// Whether a `resource` parameter means this one. Scheme and host in upper case, a default port and a slash at the end make no difference:
    /// real clients add them.
    package func isMeant(by parameter: String) -> Bool {
        guard let asked = try? StrictURL(parameter), let own = try? StrictURL(text), asked.query == nil, asked.fragment == nil else {
            return false
        }
        let path = asked.path.hasSuffix("/") ? String(asked.path.dropLast()) : asked.path
        return asked.origin == own.origin && path == own.path
    }

    /// Checks all `resource` parameters of a request; none at all is fine.
    package func check(_ parameters: [String]) throws(OAuthError) {
        guard parameters.allSatisfy(isMeant) else {
            throw OAuthError(.invalidTarget, "resource must be \(text), the only resource of this server.")
        }
    }
}
