import Endpoints
import HTTPEdge
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("127.0.0.1:8484", ["127.0.0.1:8484"]), ("[::1]:80", ["[::1]:80"]), ("0.0.0.0:0", ["0.0.0.0:0"]), ("[::]:65535", ["[::]:65535"]),
        ("localhost:8484", ["127.0.0.1:8484", "[::1]:8484"]),
    ]) func `an address to listen at is host and port`(text: String, expected: [String]) throws {
        #expect(try ListenAddress.parse(text).map(\.description) == expected)
    }

    @Test(arguments: [
        ("8484", "host:port"), (":8484", "IP address"), ("localhost", "host:port"), ("localhost:", "port"), ("localhost:x", "port"),
        ("localhost:65536", "port"), ("localhost:-1", "port"), ("localhost:+1", "port"), ("localhost:080", "port"), ("::1:80", "brackets"),
        ("[::1:80", "host:port"), ("[localhost]:80", "IP address"), ("example.com:80", "IP address"), ("127.1:80", "IP address"),
        ("http://localhost:80", "IP address"), ("", "host:port"), ("127.0.0.1:80 ", "port"),
    ]) func `anything else is refused with what to write`(text: String, hint: String) {
        let error = #expect(throws: ListenAddress.Failure.self) { try ListenAddress.parse(text) }
        #expect(error?.description.contains(hint) == true)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.0/9", "10.128.0.1", false),
        ("10.0.0.1", "10.0.0.1", true),
        ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false), ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe00::1", false),
        ("::1", "::1", true), ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("192.168.1.128/25", "192.168.1.127", false),
    ]) func `a range holds its addresses`(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(CIDR(range)).contains(#require(IPAddress(address))) == isInside)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10/8", "10.0.0.0/8/8", "::/129", "x", "", "10.0.0.0/08", "fe80::1%eth0"])
    func `what is no range is none`(text: String) {
        #expect(CIDR(text) == nil)
    }

    @Test(arguments: [
        ("", "127.0.0.1"), ("X-Forwarded-For: 1.2.3.4", "1.2.3.4"), ("X-Forwarded-For: 6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("X-Forwarded-For: 1.2.3.4, 10.0.0.7", "1.2.3.4"), ("X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 10.0.0.7", "1.2.3.4"),
        ("X-Forwarded-For: 10.0.0.8, 10.0.0.7", "10.0.0.8"), ("X-Forwarded-For: 1.2.3.4:5678", "1.2.3.4"),
        ("X-Forwarded-For: [2001:db8::1]:5678", "2001:db8::1"), ("X-Forwarded-For: 2001:DB8::1", "2001:db8::1"),
        ("X-Forwarded-For: ::ffff:1.2.3.4", "1.2.3.4"), ("X-Forwarded-For: 1.2.3.4, unknown", "127.0.0.1"),
        ("X-Forwarded-For: 1.2.3.4, unknown, 10.0.0.7", "10.0.0.7"), ("X-Forwarded-For: <script>", "127.0.0.1"),
        ("X-Forwarded-For: ", "127.0.0.1"),
        ("Forwarded: for=1.2.3.4;proto=https", "1.2.3.4"), ("Forwarded: proto=https; For=\"[2001:db8::1]:47\"", "2001:db8::1"),
        ("Forwarded: for=6.6.6.6, for=1.2.3.4, for=10.0.0.7", "1.2.3.4"), ("Forwarded: for=_hidden", "127.0.0.1"),
        ("Forwarded: for=1.2.3.4\r\nX-Forwarded-For: 6.6.6.6", "127.0.0.1"),
        ("Forwarded: for=1.2.3.4\r\nX-Forwarded-For: 1.2.3.4", "1.2.3.4"),
    ]) func `of a trusted proxy is believed what it wrote itself`(field: String, expected: String) async throws {
        let ranges = ["127.0.0.0/8", "10.0.0.0/8"].compactMap { CIDR($0) }
        try await withEdge {
            $0.trustedProxies = ranges
        } respond: {
            .text($0.remoteAddress)
        } _: { edge async throws in
            #expect(try await edge.send("GET / HTTP/1.1\r\nHost: h\r\n\(field.isEmpty ? "" : field + "\r\n")\r\n").body == expected)
        }
    }

    @Test(arguments: ["X-Forwarded-For: 1.2.3.4", "Forwarded: for=1.2.3.4"])
    func `of anybody else nothing is believed`(field: String) async throws {
        let ranges = [CIDR("10.0.0.0/8")].compactMap { $0 }
        try await withEdge {
            $0.trustedProxies = ranges
        } respond: {
            .text($0.remoteAddress)
        } _: { edge async throws in
            #expect(try await edge.send("GET / HTTP/1.1\r\nHost: h\r\n\(field)\r\n\r\n").body == "127.0.0.1")
        }
    }
}
