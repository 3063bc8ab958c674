import Primitives

/// Where an API is: an origin, and a path before all of its paths.
package struct BaseURL: Sendable, Hashable {
    package enum Failure: Error, Sendable, Equatable {
        case notAURL
        /// A token must not travel in clear beyond this computer.
        case insecure
        /// A query or fragment.
        case hasMore
    }

    /// `https://api.val.town`
    package let origin: String
    /// Empty, or begins with a slash and does not end with one.
    package let pathPrefix: String

    package init(_ text: String) throws(Failure) {
        guard let url = try? StrictURL(text), let origin = url.origin else { throw .notAURL }
        guard url.scheme == "https" || (url.scheme == "http" && url.isLoopback) else { throw url.scheme == "http" ? .insecure : .notAURL }
        guard url.query == nil, url.fragment == nil else { throw .hasMore }
        self.origin = origin
        var prefix = url.path[...]
        while prefix.hasSuffix("/") { prefix.removeLast() }
        pathPrefix = String(prefix)
    }

    package var text: String { origin + pathPrefix }
}
