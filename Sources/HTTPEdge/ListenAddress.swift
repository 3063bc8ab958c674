/// Where the edge listens: an address and a port.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IP address, without brackets.
    package let host: String
    /// 0 takes any free port.
    package let port: Int
    /// A machine without IPv6 has no `::1`; listening at `localhost` goes on without it.
    let isDispensable: Bool

    package init(_ host: IPAddress, port: Int) {
        self.init(host, port: port, isDispensable: false)
    }

    private init(_ host: IPAddress, port: Int, isDispensable: Bool) {
        self.host = host.description
        self.port = port
        self.isDispensable = isDispensable
    }

    func at(port: Int) -> ListenAddress {
        ListenAddress(host: host, port: port, isDispensable: isDispensable)
    }

    private init(host: String, port: Int, isDispensable: Bool) {
        self.host = host
        self.port = port
        self.isDispensable = isDispensable
    }

    package var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Why a text is no address to listen at, and what to write instead.
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// `127.0.0.1:8484`, `[::1]:8484`, `0.0.0.0:80`; `localhost:8484` gives both loopback addresses, IPv4 first.
    package static func parse(_ text: String) throws(Failure) -> [ListenAddress] {
        guard let colon = text.lastIndex(of: ":"), text[..<colon].hasPrefix("[") == text[..<colon].hasSuffix("]") else {
            throw Failure(description: "an address to listen at is host:port, like localhost:8484 or [::1]:8484")
        }
        let digits = text[text.index(after: colon)...]
        guard let port = Int(digits), String(port) == digits, (0...65535).contains(port) else {
            throw Failure(description: "the port must be a number from 0 to 65535")
        }
        var host = text[..<colon]
        if host == "localhost", let four = IPAddress("127.0.0.1"), let six = IPAddress("::1") {
            return [ListenAddress(four, port: port), ListenAddress(six, port: port, isDispensable: true)]
        }
        let isBracketed = host.hasPrefix("[")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host) else {
            throw Failure(
                description: "the host must be an IP address or localhost; 0.0.0.0 and [::] stand for every address of the machine")
        }
        guard isBracketed || !host.contains(":") else { throw Failure(description: "an IPv6 address stands in brackets, like [::1]:8484") }
        return [ListenAddress(address, port: port)]
    }
}
