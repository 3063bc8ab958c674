import AsyncHTTPClient
import NIOCore
import NIOSSL
import Primitives

/// A host from which documents may be fetched although it is private.
package struct TrustedHost: Sendable, Hashable {
    /// Lower-case; IPv6 in brackets.
    package let host: String
    /// `nil`: 443.
    package let port: Int?

    package init(host: String, port: Int?) {
        self.host = host
        self.port = port
    }

    func covers(_ url: StrictURL) -> Bool { url.host == host && (url.port ?? 443) == port ?? 443 }
}

/// Where a document is fetched, once it is known that it may be.
struct DialTarget: Sendable, Equatable {
    /// For `Host`, SNI and the certificate.
    let host: String
    let port: Int
    /// What is connected to; looked up once, in the system's order.
    let addresses: [NetworkAddress]
    let isTrusted: Bool
}

extension DocumentFetcher {
    /// All rules for fetching what a stranger's URL names.
    ///
    /// - `https` only, at port 443, of a host with a name: no addresses, of whatever spelling.
    /// - The name is looked up once. If *any* of its addresses is not a public one (`NetworkAddress.specialUse`: loopback, private, link-local,
    ///   carriers' shared, documentation, benchmarking, multicast, reserved, and every IPv4 address wrapped up in IPv6), the host is refused
    ///   whole: a name that points both ways is a mistake or a trick.
    /// - The connection goes to the addresses that were judged, never to the name again, so a name that resolves differently a moment
    ///   later (DNS rebinding) changes nothing. `Host`, SNI and the certificate's name are those of the URL.
    /// - A redirect is an answer like any other, and not 200.
    /// - No proxy, no cookies, no credentials, no compression, no second request on the connection, no retry after an answer.
    /// - A trusted host (`DRAWBRIDGE_METADATA_TRUST`) may be private, an address, and at its port; where a CA was given, that one alone vouches for it.
    func target(of url: StrictURL) async throws(FetchFailure) -> DialTarget {
        guard url.scheme == "https", let host = url.host else { throw .forbidden }
        let isTrusted = trusted.contains { $0.covers(url) }
        let literal = NetworkAddress(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host)
        guard isTrusted || (literal == nil && (url.port ?? 443) == 443) else { throw .forbidden }
        var addresses = literal.map { [$0] } ?? []
        if literal == nil { addresses = await resolver.addresses(host) }
        guard !addresses.isEmpty else { throw .unreachable }
        guard isTrusted || addresses.allSatisfy({ $0.specialUse == nil }) else { throw .forbidden }
        return DialTarget(host: host, port: url.port ?? 443, addresses: addresses, isTrusted: isTrusted)
    }

    /// A client for one request to one address.
    static func client(_ target: DialTarget, _ address: NetworkAddress, tls: TLSConfiguration, timeout: Duration) -> HTTPClient {
        let limit = TimeAmount(timeout)
        var rules = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(timeout * 2 / 5), read: limit),
            proxy: nil, decompression: .disabled)
        rules.dnsOverride = [target.host: address.description]
        rules.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
        rules.connectionPool.retryConnectionEstablishment = false
        rules.httpVersion = .http1Only
        rules.tracing.tracer = nil
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: rules)
    }
}
