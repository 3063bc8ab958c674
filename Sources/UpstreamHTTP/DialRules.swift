import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Upstream

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension UpstreamClient {
    /// All rules for calling out.
    ///
    /// - Where to is the profile's alone: no argument and no answer names a host. A redirect is an answer like any other and is not followed,
    ///   for it would carry the token to wherever it points.
    /// - `https` with the certificate and the host name checked; plain `http` only to this computer (see `outbound`).
    /// - Straight to the host: proxies from the environment are not used, since they would see what goes to loopback.
    /// - HTTP/1.1 on kept-alive connections. No cookies are kept, nothing is unpacked (a small answer cannot become a large one), nothing is
    ///   traced.
    /// - A connection that cannot be made fails at once: whether to try again is for the caller, who knows what may be repeated.
    static func dialRules(_ configuration: Configuration, tls: TLSConfiguration) -> HTTPClient.Configuration {
        let timeout = TimeAmount(configuration.timeout)
        var rules = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: min(timeout, .seconds(10)), read: timeout),
            proxy: nil, decompression: .disabled)
        rules.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.maximumConnections
        rules.connectionPool.retryConnectionEstablishment = false
        rules.connectionPool.idleTimeout = .seconds(50)
        rules.httpVersion = .http1Only
        rules.tracing.tracer = nil
        return rules
    }

    /// The request as it goes out, after a last look at where it goes.
    static func outbound(_ request: UpstreamRequest) throws(UpstreamFailure) -> HTTPClientRequest {
        guard let base = try? BaseURL(request.origin), base.pathPrefix.isEmpty, request.path.hasPrefix("/"),
            request.target.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .malformed }
        var outbound = HTTPClientRequest(url: base.origin + request.target)
        outbound.method = NIOHTTP1.HTTPMethod(rawValue: request.method.rawValue)
        for header in request.headers { outbound.headers.add(name: header.name, value: header.value) }
        if let body = request.body { outbound.body = .bytes(ByteBuffer(bytes: body)) }
        return outbound
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}

extension UpstreamFailure {
    /// What went wrong, as far as it makes a difference to the caller.
    init(_ error: any Error) {
        switch error {
        case let failure as UpstreamFailure: self = failure
        case let error as HTTPClientError: self = UpstreamFailure(client: error)
        case is NIOConnectionError, is NIOSSLError, is NIOSSLExtraError: self = .unreachable
        case let error as IOError where Self.neverConnected.contains(error.errnoCode): self = .unreachable
        case is HTTPParserError: self = .malformed
        // Among them resets. When it is not known whether the request arrived, the answer must not sound as if it had not.
        default: self = .connectionLost
        }
    }

    /// What the system says where there was no connection to begin with.
    private static let neverConnected: Set<CInt> = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL]

    private init(client error: HTTPClientError) {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout, .emptyHost, .invalidURL: self = .unreachable
        case .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout: self = .timedOut
        case .remoteConnectionClosed, .cancelled, .uncleanShutdown, .requestStreamCancelled, .alreadyShutdown: self = .connectionLost
        default: self = .malformed
        }
    }
}
