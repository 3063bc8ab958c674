/// Where to listen.
struct ListenSetting: Sendable, Equatable, CustomStringConvertible {
    enum Interface: Sendable, Equatable {
        /// Both loopback addresses, `127.0.0.1` and `::1`.
        case localhost
        case address(IPAddressText)
    }

    let interface: Interface
    /// 0 stands for any free port.
    let port: Int

    /// In the form in which it is written: `localhost:8484`, `[::1]:8484`.
    var description: String { "\(hostText):\(port)" }

    var isLoopback: Bool {
        switch interface {
        case .localhost: true
        case .address(let address): address.isLoopback
        }
    }

    /// The hosts of URLs under which a program on this machine reaches it, without the port.
    var localHosts: [String] {
        let loopback = ["localhost", "127.0.0.1", "[::1]"]
        switch interface {
        case .localhost: return loopback
        case .address(let address):
            let own = NetworkHost.address(address).description
            if address.isUnspecified { return loopback }
            return loopback.contains(own) ? ["localhost", own] : [own]
        }
    }

    /// The public port's default, and that of the port for operators.
    static let standard = ListenSetting(interface: .localhost, port: 8484)
    static let standardAdmin = ListenSetting(interface: .address(.loopback), port: 9484)

    init(interface: Interface, port: Int) {
        self.interface = interface
        self.port = port
    }

    init(_ text: String) throws(BadValue) {
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { throw BadValue("is a port alone", better: "localhost:" + text) }
        if text.hasPrefix(":") { throw BadValue("has no host", better: "localhost" + text) }
        if text.hasPrefix("*:") { throw BadValue("has * as its host", better: "0.0.0.0" + text.dropFirst()) }
        if text.contains("/") { throw BadValue("has a slash in it: an address to listen on is no URL") }
        if IPAddressText(text)?.isIPv6 == true { throw BadValue("is an IPv6 address without a port", better: "[\(text)]:8484") }
        let place = try HostAndPort(text)
        guard let port = place.port else { throw BadValue("has no port", better: "\(place.host):8484") }
        self.port = port
        switch place.host {
        case .name("localhost"): interface = .localhost
        case .address(let address): interface = .address(address)
        case .name:
            throw BadValue("has a name as its host, and a name may mean several addresses", advice: "write the address, or localhost")
        }
    }

    private var hostText: String {
        switch interface {
        case .localhost: "localhost"
        case .address(let address): NetworkHost.address(address).description
        }
    }

    /// Whether two listeners would want the same port of the same address.
    func collides(with other: ListenSetting) -> Bool {
        guard port == other.port, port != 0 else { return false }
        return takesAll || other.takesAll || !addresses.isDisjoint(with: other.addresses)
    }

    private var takesAll: Bool {
        if case .address(let address) = interface { address.isUnspecified } else { false }
    }

    private var addresses: Set<String> {
        switch interface {
        case .localhost: ["127.0.0.1", "::1"]
        case .address(let address): [address.description]
        }
    }
}
