package import HTTPTypes

/// One HTTP request as an endpoint sees it. Nothing in it has been decoded: path and query are the bytes of the request line.
package struct Request: Sendable {
    package var method: HTTPRequest.Method
    /// Everything before the first `?`, still percent-encoded.
    package var path: String
    /// Everything after the first `?`, still percent-encoded; `nil` when there was no `?`.
    package var query: String?
    package var headers: HTTPFields
    /// The `Host` header (or `:authority`), as sent.
    package var authority: String?
    /// The address of the person or client: the peer of the connection, or what a trusted proxy says of it. Without a port.
    package var remoteAddress: String
    package var body: RequestBody

    package init(
        method: HTTPRequest.Method, path: String, query: String? = nil, headers: HTTPFields = [:], authority: String? = nil,
        remoteAddress: String = "127.0.0.1", body: RequestBody = .empty
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.authority = authority
        self.remoteAddress = remoteAddress
        self.body = body
    }
}

/// A request's body, read when an endpoint asks for it and never beyond the size that the endpoint allows.
package struct RequestBody: Sendable {
    private let read: @Sendable (Int) async throws(BodyFailure) -> [UInt8]

    package init(read: @escaping @Sendable (Int) async throws(BodyFailure) -> [UInt8]) {
        self.read = read
    }

    /// A body that is already there.
    package init(bytes: [UInt8]) {
        self.init { limit throws(BodyFailure) in
            guard bytes.count <= limit else { throw .tooLarge }
            return bytes
        }
    }

    package static let empty = RequestBody(bytes: [])

    /// The whole body. Ask once.
    /// - Parameter limit: the most bytes that are accepted.
    package func collect(upTo limit: Int) async throws(BodyFailure) -> [UInt8] {
        try await read(limit)
    }
}

/// Why a body could not be read.
package enum BodyFailure: Error, Sendable {
    /// More bytes than the endpoint accepts: 413.
    case tooLarge
    /// The client did not finish sending in time: 408.
    case tooSlow
    /// The client went away.
    case disconnected
}

/// One HTTP response.
package struct Response: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: Body

    package enum Body: Sendable {
        case empty
        case bytes([UInt8])
        /// Pieces as they become available; the connection's back-pressure holds the producer. Ends when the sequence ends,
        /// and is cancelled when the client goes away.
        case stream(@Sendable (@Sendable ([UInt8]) async throws -> Void) async throws -> Void)
    }

    package init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
