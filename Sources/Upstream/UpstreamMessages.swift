import Primitives

/// A method of HTTP that a profile may use.
package enum HTTPMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    /// For `doctor`, which asks as a browser does; no profile can name it.
    case options = "OPTIONS"

    /// May be sent again when nobody knows whether it arrived (RFC 9110 §9.2.2), narrowed to what changes nothing at all.
    package var isSafe: Bool { self == .get }
}

/// A name with a value, as a header or in a query.
package struct Field: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// One request to an API, complete with its credential. Headers, query and body never show up when it is printed.
package struct UpstreamRequest: Sendable, Equatable {
    package let method: HTTPMethod
    /// `https://api.val.town`: from the profile alone, never from an argument or an answer.
    package let origin: String
    /// Begins with a slash; every argument in it is one encoded segment.
    package let path: String
    package let query: [Field]
    /// All headers there are, but `Host` and `Content-Length`.
    package let headers: [Field]
    package let body: [UInt8]?
    /// Whose it is, for whoever counts; `nil` for a request without a credential.
    package let credential: CredentialTag?

    package init(
        method: HTTPMethod, origin: String, path: String, query: [Field] = [], headers: [Field] = [], body: [UInt8]? = nil,
        credential: CredentialTag? = nil
    ) {
        self.method = method
        self.origin = origin
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.credential = credential
    }

    /// Path and query, encoded (RFC 9112 §3.2.1).
    package var target: String {
        guard !query.isEmpty else { return path }
        let pairs = query.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }
        return path + "?" + pairs.joined(separator: "&")
    }

    package var url: String { origin + target }
}

extension UpstreamRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(method.rawValue) \(origin)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What an API answered.
package struct UpstreamResponse: Sendable, Equatable {
    package let status: Int
    package let headers: [Field]
    package let body: [UInt8]

    package init(status: Int, headers: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of a name, in whatever case.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }

    /// `Retry-After` in seconds (RFC 9110 §10.2.3); `nil` where it is a date or nonsense.
    package var retryAfter: Int? {
        header("Retry-After").flatMap { Int($0) }.flatMap { (0...86_400).contains($0) ? $0 : nil }
    }
}

/// Why an API gave no answer.
package enum UpstreamFailure: Error, Sendable, Equatable {
    /// No connection: refused, no such host, no valid certificate.
    case unreachable
    /// The connection ended before the answer did. Whether the request was carried out is not known.
    case connectionLost
    case timedOut
    /// The answer was larger than this many bytes.
    case tooLarge(limit: Int)
    /// What came was not HTTP, or the request could not be put as HTTP.
    case malformed
    /// Not sent: the API failed too often just now, for everybody or for this credential. In seconds.
    case paused(retryAfter: Int)
}
