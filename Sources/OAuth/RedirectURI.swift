package import Primitives

/// A redirect URI that may be registered here (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1).
package struct RedirectURI: Sendable, Equatable {
    package let url: StrictURL

    package var text: String { url.text }

    /// Whether an answer sent there stays on the person's own computer (RFC 8252 §7.3).
    package var isLoopback: Bool { url.scheme == "http" && url.isLoopback }

    /// Where people are told the answer goes: the host, or the scheme of an app.
    package var display: String {
        guard let host = url.host, url.scheme == "https" || url.scheme == "http" else { return "\(url.scheme):" }
        return url.port.map { "\(host):\($0)" } ?? host
    }

    /// Which custom schemes are accepted beside the reverse-domain ones of RFC 8252 §7.1.
    package struct Policy: Sendable {
        package let knownSchemes: Set<String>

        package init(knownSchemes: Set<String>) {
            self.knownSchemes = knownSchemes
        }
    }

    /// - Throws: `invalid_redirect_uri` with the reason.
    package init(registering text: String, policy: Policy) throws(OAuthError) {
        let url: StrictURL
        do { url = try StrictURL(text) } catch { throw Self.refusal("is not a URI that every reader understands alike (\(error))") }
        guard url.fragment == nil else { throw Self.refusal("has a fragment") }
        guard !text.contains("*") else { throw Self.refusal("has a wildcard; register each redirect URI whole") }
        guard !Self.hasEncodedControl(text) else { throw Self.refusal("has an encoded control character") }
        switch url.scheme {
        case "https":
            // "Any address" is no address: systems that connect to it reach this computer.
            guard url.host != "0.0.0.0", url.host != "[::]" else { throw Self.refusal("has an address that belongs to nobody") }
        case "http":
            guard url.isLoopback else { throw Self.refusal("uses http for a host other than 127.0.0.1, [::1] or localhost") }
        case let scheme:
            // A reverse domain name belongs to somebody; any other private scheme must be one that we know (data/clients). People are shown
            // the whole scheme, so it is no longer than a domain name can be (RFC 1035 §2.3.4).
            let isReverseDomain = scheme.contains(".") && !scheme.hasSuffix(".") && scheme.utf8.count <= 253
            guard policy.knownSchemes.contains(scheme) || isReverseDomain else {
                throw Self.refusal("has a scheme that is not accepted here; use https, http on loopback, or a reverse domain name")
            }
        }
        try Self.checkQuery(url)
        self.url = url
    }

    /// An answer adds `code`, `state`, `iss` or `error`; a redirect that already has one would make it ambiguous.
    private static func checkQuery(_ url: StrictURL) throws(OAuthError) {
        guard let query = url.query else { return }
        guard let pairs = try? FormData(parsing: query) else { throw refusal("has a query that cannot be read") }
        let reserved: Set = ["code", "state", "iss", "error", "error_description", "error_uri"]
        if pairs.pairs.contains(where: { reserved.contains($0.name.lowercased()) }) {
            throw refusal("already carries a parameter that belongs to the answer")
        }
    }

    /// `%00` to `%1F` and `%7F`: what decodes a redirect behind us could split a header or end a string there.
    private static func hasEncodedControl(_ text: String) -> Bool {
        text.split(separator: "%", omittingEmptySubsequences: false).dropFirst().contains { piece in
            guard let byte = UInt8(piece.prefix(2), radix: 16) else { return false }
            return byte < 0x20 || byte == 0x7F
        }
    }

    private static func refusal(_ reason: String) -> OAuthError {
        OAuthError(.invalidRedirectURI, "A redirect URI \(reason).")
    }

    /// Whether an authorization request may name `asked` where this one is registered: equal byte for byte, except for the port of a
    /// loopback redirect, which native apps learn at run time (RFC 8252 §7.3). Hosts are not interchangeable.
    package func allows(_ asked: StrictURL) -> Bool {
        asked.text == text || (isLoopback && asked.textWithoutPort == url.textWithoutPort)
    }
}

/// The redirect URI of one authorization request, found among those of its client. Only `ClientMetadata` makes one.
package struct ValidatedRedirectURI: Sendable, Equatable {
    package let url: StrictURL
    package let registered: RedirectURI

    package var text: String { url.text }
    package var isLoopback: Bool { registered.isLoopback }
    package var display: String {
        guard let host = url.host, url.scheme == "https" || url.scheme == "http" else { return "\(url.scheme):" }
        return url.port.map { "\(host):\($0)" } ?? host
    }

    fileprivate init(url: StrictURL, registered: RedirectURI) {
        self.url = url
        self.registered = registered
    }

    /// The URI with an answer's parameters behind its own query.
    package func adding(_ parameters: [(String, String)]) -> String {
        let separator = url.query == nil ? "?" : (url.query?.isEmpty == true ? "" : "&")
        return text + separator + FormData(parameters).encoded
    }
}

extension ClientMetadata {
    /// Finds the registered redirect that the request names.
    ///
    /// - Parameter text: the parameter; may be absent where exactly one is registered (RFC 6749 §3.1.2.3).
    /// - Returns: `nil` where none allows it. Then nothing may ever be sent there.
    package func redirect(matching text: String?) -> ValidatedRedirectURI? {
        guard let text else {
            guard redirectURIs.count == 1, let only = redirectURIs.first else { return nil }
            return ValidatedRedirectURI(url: only.url, registered: only)
        }
        guard let asked = try? StrictURL(text), let registered = redirectURIs.first(where: { $0.allows(asked) }) else { return nil }
        return ValidatedRedirectURI(url: asked, registered: registered)
    }
}
