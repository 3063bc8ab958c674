import Primitives
import Testing

@Suite struct NetworkAddressTests {
    static let special: [(String, SpecialUse)] = [
        ("0.0.0.0", .thisNetwork), ("0.255.255.255", .thisNetwork), ("10.0.0.0", .privateUse), ("10.255.255.255", .privateUse),
        ("100.64.0.0", .shared), ("100.127.255.255", .shared), ("127.0.0.1", .loopback), ("127.255.255.255", .loopback),
        ("169.254.0.0", .linkLocal), ("169.254.169.254", .linkLocal), ("172.16.0.0", .privateUse), ("172.31.255.255", .privateUse),
        ("192.0.0.0", .protocolAssignments), ("192.0.0.170", .protocolAssignments), ("192.0.2.1", .documentation),
        ("192.88.99.1", .reserved), ("192.168.0.0", .privateUse), ("192.168.255.255", .privateUse), ("198.18.0.0", .benchmarking),
        ("198.19.255.255", .benchmarking), ("198.51.100.7", .documentation), ("203.0.113.7", .documentation), ("224.0.0.1", .multicast),
        ("239.255.255.255", .multicast), ("240.0.0.0", .reserved), ("255.255.255.254", .reserved), ("255.255.255.255", .broadcast),
        ("::", .thisNetwork), ("::1", .loopback), ("::2", .wrappedIPv4), ("::7f00:1", .wrappedIPv4), ("::ffff:127.0.0.1", .wrappedIPv4),
        ("::ffff:8.8.8.8", .wrappedIPv4), ("::ffff:0:8.8.8.8", .wrappedIPv4), ("64:ff9b::8.8.8.8", .wrappedIPv4),
        ("64:ff9b::a00:1", .wrappedIPv4), ("64:ff9b:1::1", .wrappedIPv4), ("64:ff9b:1:ffff::1", .wrappedIPv4),
        ("2002::1", .wrappedIPv4), ("2002:7f00:1::1", .wrappedIPv4), ("2002:ffff:ffff::", .wrappedIPv4), ("2001::1", .wrappedIPv4),
        ("2001:0:7f00:1::", .wrappedIPv4), ("2001:2::1", .benchmarking), ("2001:10::1", .protocolAssignments),
        ("2001:20::1", .protocolAssignments), ("2001:1ff:ffff::", .protocolAssignments), ("2001:db8::1", .documentation),
        ("3fff::1", .documentation), ("3fff:fff::1", .documentation), ("fc00::1", .privateUse), ("fdff:ffff::1", .privateUse),
        ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("fec0::1", .privateUse), ("ff02::1", .multicast), ("100::1", .reserved),
        ("5f00::1", .reserved), ("4000::1", .reserved), ("1fff:ffff::1", .reserved), ("64:ff9b:2::1", .reserved), ("fe00::1", .reserved),
    ]

    @Test(arguments: special.indices) func `an address that is no host of the public internet says what it is`(_ index: Int) throws {
        let (text, use) = Self.special[index]
        #expect(try #require(NetworkAddress(text)).specialUse == use, "\(text)")
    }

    @Test(arguments: [
        "1.0.0.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.1", "192.0.3.0", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "203.0.112.255", "203.0.114.0", "223.255.255.255",
        "2000::1", "2001:200::1", "2001:4860:4860::8888", "2001:db7:ffff::1", "2001:db9::1", "2003::1", "2606:4700::1111", "3ffe::1",
        "3fff:1000::1",
    ])
    func `the neighbours of special blocks are hosts`(_ text: String) throws {
        #expect(try #require(NetworkAddress(text)).specialUse == nil)
    }

    @Test(arguments: [
        "", "1", "127.1", "0x7f000001", "127.0.0.1.", " 127.0.0.1", "127.0.0.1 ", "256.0.0.1", "[::1]", "fe80::1%eth0", "::1/128",
        "1.2.3.4:80", "::1\u{0}",
    ])
    func `what is no address in its one spelling is none`(_ text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test func `an address has four or sixteen bytes and prints as it is read`() throws {
        #expect(
            NetworkAddress(bytes: []) == nil && NetworkAddress(bytes: [1, 2, 3]) == nil
                && NetworkAddress(bytes: .init(repeating: 0, count: 17)) == nil)
        for (text, _) in Self.special {
            let address = try #require(NetworkAddress(text))
            #expect(NetworkAddress(address.description) == address)
            #expect(NetworkAddress(bytes: address.bytes) == address)
        }
    }
}
