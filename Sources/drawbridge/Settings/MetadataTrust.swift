/// Hosts from which client metadata documents may be fetched although they are private: `host[:port],…[;ca=FILE]`. For tests, and for clients
/// of one's own network.
struct MetadataTrust: Sendable, Equatable, CustomStringConvertible {
    let hosts: [HostAndPort]
    /// A PEM file with the certificates to trust for these hosts; `nil`: the system's authorities.
    let certificateFile: String?

    static let nobody = MetadataTrust(hosts: [], certificateFile: nil)

    private init(hosts: [HostAndPort], certificateFile: String?) {
        self.hosts = hosts
        self.certificateFile = certificateFile
    }

    var description: String { hosts.map(\.description).joined(separator: ",") + (certificateFile.map { ";ca=" + $0 } ?? "") }

    init(_ text: String) throws(BadValue) {
        let halves = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).map { String($0).trimmed }
        var hosts: [HostAndPort] = []
        for part in try CommaList.parts(of: halves[0]) {
            guard !part.contains("://") else {
                throw BadValue("holds a URL", advice: "write the host alone: clients.example, localhost:8443")
            }
            guard !part.contains("*") else { throw BadValue("holds a wildcard", advice: "name every host") }
            let host = try HostAndPort(part)
            guard host.port != 0 else { throw BadValue("holds a host with port 0") }
            hosts.append(host)
        }
        self.hosts = hosts
        guard halves.count == 2 else {
            certificateFile = nil
            return
        }
        guard halves[1].hasPrefix("ca="), halves[1].utf8.count > 3 else {
            throw BadValue("has something else than ca=FILE behind its semicolon")
        }
        certificateFile = try FilePath(String(halves[1].dropFirst(3))).text
    }
}
