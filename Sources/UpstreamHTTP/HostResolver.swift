import NIOPosix
package import Primitives

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds the addresses of a host.
package struct HostResolver: Sendable {
    /// Empty where there are none.
    package let addresses: @Sendable (_ host: String) async -> [NetworkAddress]

    package init(addresses: @escaping @Sendable (_ host: String) async -> [NetworkAddress]) {
        self.addresses = addresses
    }

    /// The system's, in the order in which it would try them (RFC 6724). It blocks a thread for as long as the name servers like, so it has
    /// threads of its own, and what waits for one can be cancelled.
    package static func system() -> HostResolver {
        let threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        return HostResolver { host in (try? await threads.runIfActive { lookUp(host) }) ?? [] }
    }

    private static func lookUp(_ host: String) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [NetworkAddress] = []
        var next = list
        while let entry = next?.pointee {
            if let address = address(entry), !addresses.contains(address) { addresses.append(address) }
            next = entry.ai_next
        }
        return addresses
    }

    private static func address(_ entry: addrinfo) -> NetworkAddress? {
        guard let address = entry.ai_addr else { return nil }
        let raw = UnsafeRawPointer(address)
        switch entry.ai_family {
        case AF_INET:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { NetworkAddress(bytes: Array($0)) }
        case AF_INET6:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { NetworkAddress(bytes: Array($0)) }
        default: return nil
        }
    }
}
