/// `scheme://host[:port]` of http or https, in one spelling: lower-case, no default port, no trailing slash (RFC 6454 §6.2).
package struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    package enum Failure: Error, Sendable, Equatable {
        case notAURL(StrictURL.Failure)
        /// Neither `http` nor `https`, or no host.
        case notWeb
        /// A path, query or fragment stands behind the origin.
        case hasMore
    }

    package let text: String
    package let scheme: String
    package let host: String
    package let port: Int

    package var description: String { text }
    package var isSecure: Bool { scheme == "https" }
    package var isLoopback: Bool { host == "127.0.0.1" || host == "[::1]" || host == "localhost" }
    /// `host[:port]` as a `Host` header spells it.
    package var authority: String { String(text.dropFirst(scheme.count + 3)) }

    package init(_ text: String) throws(Failure) {
        let url: StrictURL
        do { url = try StrictURL(text) } catch { throw .notAURL(error) }
        guard url.scheme == "https" || url.scheme == "http", let host = url.host, let port = url.port ?? url.defaultPort,
            let origin = url.origin
        else { throw .notWeb }
        guard url.path.isEmpty, url.query == nil, url.fragment == nil else { throw .hasMore }
        self.text = origin
        self.scheme = url.scheme
        self.host = host
        self.port = port
    }
}
