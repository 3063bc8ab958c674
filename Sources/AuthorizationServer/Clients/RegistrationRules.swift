import OAuth
package import Primitives

/// Redirect URIs of well-known clients: exact ones, and shapes that end in `{id}`, which stands for one segment of unreserved characters.
package struct KnownRedirects: Sendable {
    private static let wildcard = "{id}"

    private let exact: Set<String>
    private let prefixes: [String]
    private let hosts: Set<String>
    private let schemes: Set<String>

    /// - Parameters:
    ///   - shapes: https URLs.
    ///   - schemes: private schemes of well-known apps.
    /// - Returns: `nil` where a shape is no https URL, or has its wildcard elsewhere than in place of the last segment.
    package init?(shapes: [String], schemes: Set<String> = []) {
        var (exact, prefixes, hosts): (Set<String>, [String], Set<String>) = ([], [], [])
        for shape in shapes {
            let isOpen = shape.hasSuffix("/" + Self.wildcard)
            let fixed = isOpen ? String(shape.dropLast(Self.wildcard.count)) : shape
            guard let url = try? StrictURL(fixed), url.scheme == "https", let host = url.host, url.query == nil, url.fragment == nil else {
                return nil
            }
            hosts.insert(host)
            if isOpen { prefixes.append(fixed) } else { exact.insert(fixed) }
        }
        self.exact = exact
        self.prefixes = prefixes
        self.hosts = hosts
        self.schemes = schemes
    }

    private init() {
        (exact, prefixes, hosts, schemes) = ([], [], [], [])
    }

    package static let none = KnownRedirects()

    /// Whether this is the redirect of a well-known client on the web, byte for byte.
    package func isShapeOfKnownClient(_ url: StrictURL) -> Bool {
        guard !exact.contains(url.text) else { return true }
        return prefixes.contains { prefix in
            let rest = url.text.utf8.dropFirst(prefix.utf8.count)
            return url.text.hasPrefix(prefix) && !rest.isEmpty && rest.allSatisfy(PercentEncoding.isUnreserved)
        }
    }

    /// Whether the host is one of a well-known client, whatever the path.
    package func isHostOfKnownClient(_ url: StrictURL) -> Bool {
        url.scheme == "https" && (url.port ?? 443) == 443 && url.host.map(hosts.contains) ?? false
    }

    /// A redirect that needs no trust in a stranger's web site: a known one, this computer, or a well-known app.
    func admits(_ url: StrictURL) -> Bool {
        switch url.scheme {
        case "https": isShapeOfKnownClient(url)
        case "http": url.isLoopback
        case let scheme: schemes.contains(scheme)
        }
    }
}

/// Who may register, and go through with an authorization, without proof of who they are. Clients that a document of their own host
/// vouches for are not meant.
package struct RegistrationRules: Sendable {
    package enum Policy: String, Sendable, CaseIterable {
        /// Everybody; people are warned about strangers.
        case open
        /// Redirects of well-known clients, of this computer, and of well-known apps. Judged at each new authorization too, since an id that
        /// was made while the policy was another one cannot be taken back.
        case known
        /// Nobody new: only clients that somebody has approved before.
        case off
    }

    package let policy: Policy
    package let known: KnownRedirects

    package init(policy: Policy = .open, known: KnownRedirects = .none) {
        self.policy = policy
        self.known = known
    }

    /// Whether a client with these redirects may register.
    func check(registering redirects: [RedirectURI]) throws(Rejection) {
        switch policy {
        case .open: return
        case .known: guard redirects.allSatisfy({ known.admits($0.url) }) else { throw .redirectNotKnown }
        case .off: throw .registrationClosed
        }
    }

    /// Whether an unproven client may be shown to a person.
    /// - Parameter isKept: whether it has a row.
    func check(authorizing redirect: ValidatedRedirectURI, isKept: () throws(Rejection) -> Bool) throws(Rejection) {
        switch policy {
        case .open: return
        case .known: guard known.admits(redirect.url) else { throw .redirectNotKnown }
        case .off: guard try isKept() else { throw .registrationClosed }
        }
    }
}
