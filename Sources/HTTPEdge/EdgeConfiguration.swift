package import NIOCore

/// Where the edge listens and how patient it is.
package struct EdgeConfiguration: Sendable {
    package var listen: [ListenAddress]
    /// Peers whose `X-Forwarded-For` and `Forwarded` are believed.
    package var trustedProxies: [CIDR] = []
    /// From a connection's beginning, or the end of the answer before, until a request's head is there. So it also ends idle connections.
    package var requestHeadDeadline: Duration = .seconds(10)
    /// From when an endpoint asks for the body until the last byte of it.
    package var bodyDeadline: Duration = .seconds(20)
    /// How long a client may leave an answer unread, not counting what a slow line needs.
    package var writeDeadline: Duration = .seconds(20)
    /// How long a connection that ends is still read from, so that the answer is not lost to a reset (RFC 9112 §9.6).
    package var lingerDeadline: Duration = .seconds(2)
    /// After a graceful shutdown began, requests and streams that still run are cut off.
    package var drainGrace: Duration = .seconds(8)
    /// An unread body of up to so many bytes is swallowed; before a larger one the connection closes.
    package var unreadBodyLimit = 1 << 20
    /// All fields of a head together, in bytes.
    package var headerListLimit = 64 << 10
    package var headerFieldLimit = 16 << 10
    package var headerCountLimit = 128
    /// Of all listeners together; further ones wait until one ends.
    package var maximumConnections = 8000
    /// Adds what lies beneath HTTP to a new connection, TLS for one. Called on the connection's event loop.
    package var transport: (@Sendable (any Channel) throws -> Void)?

    package init(listen: [ListenAddress]) {
        self.listen = listen
    }
}
