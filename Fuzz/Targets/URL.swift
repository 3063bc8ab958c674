import Foundation
import Primitives

/// `StrictURL` and `WebOrigin`. What is accepted must be what every other reader takes it for: RFC 3986's own splitting, the WHATWG rule for
/// numeric hosts, the C library's addresses, and Foundation.
func fuzz(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    guard let url = try? StrictURL(text) else {
        expect((try? WebOrigin(text)) == nil, "an origin is a URL")
        return
    }
    expect(url.text.isExactly(text), "the text is kept")
    expect(text.utf8.count <= 2048, "the length is bounded")
    expect(
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !#""<>\^`{|}"#.utf8.contains($0) },
        "no control character, space or character that readers repair")
    checkParts(url)
    checkHost(url)
    checkOrigin(url)
    checkPort(url)
    checkFoundation(url)
}

/// RFC 3986 appendix B, as one scan over the bytes.
private func checkParts(_ url: StrictURL) {
    let bytes = Array(url.text.utf8)
    var end = bytes.firstIndex { ":/?#".utf8.contains($0) } ?? bytes.endIndex
    expect(end < bytes.endIndex && bytes[end] == UInt8(ascii: ":"), "a scheme")
    expect(url.scheme.isExactly(ascii(bytes[..<end]).lowercased()), "the scheme of RFC 3986")
    var start = end + 1
    var authority: String?
    if bytes[start...].starts(with: "//".utf8) {
        start += 2
        end = bytes[start...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.endIndex
        authority = ascii(bytes[start..<end]).lowercased()
        start = end
    }
    expect(authority == url.host.map { $0 + (url.port.map { ":\($0)" } ?? "") }, "the authority of RFC 3986")
    end = bytes[start...].firstIndex { "?#".utf8.contains($0) } ?? bytes.endIndex
    expect(url.path.isExactly(ascii(bytes[start..<end])), "the path of RFC 3986")
    var query: String?
    if end < bytes.endIndex, bytes[end] == UInt8(ascii: "?") {
        start = end + 1
        end = bytes[start...].firstIndex(of: UInt8(ascii: "#")) ?? bytes.endIndex
        query = ascii(bytes[start..<end])
    }
    expect(url.query == query, "the query of RFC 3986")
    expect(url.fragment == (end < bytes.endIndex ? ascii(bytes[(end + 1)...]) : nil), "the fragment of RFC 3986")
    let segments = url.path.lowercased().split(separator: "/").map { $0.split(separator: "%2e", omittingEmptySubsequences: false) }
    expect(segments.allSatisfy { ![".", ".."].contains($0.joined(separator: ".")) }, "no dot segment")
}

private func checkHost(_ url: StrictURL) {
    guard let host = url.host, !host.isEmpty else {
        expect(url.scheme != "http" && url.scheme != "https", "web addresses have a host")
        return
    }
    if host.hasPrefix("[") {
        expect(NetworkAddress(String(host.dropFirst().dropLast()))?.isIPv6 == true, "an IPv6 address to the C library")
        return
    }
    // WHATWG URL, "ends in a number".
    let last = host.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
    let isNumber = !last.isEmpty && last.utf8.allSatisfy { (0x30...0x39).contains($0) }
    if isNumber || (last.hasPrefix("0x") && last.dropFirst(2).allSatisfy(\.isHexDigit)) {
        expect(NetworkAddress(host)?.description == host, "a numeric host is a dotted quad in its one spelling")
    }
    expect(!host.contains("%") && !host.hasSuffix(".") && host.isExactly(host.lowercased()), "one spelling of the host")
}

private func checkOrigin(_ url: StrictURL) {
    guard let origin = url.origin else {
        expect(url.host == nil, "only what has no host has no origin")
        return
    }
    let again = expectAccepted("the origin is a URL") { try StrictURL(origin, maximumLength: .max) }
    expect(
        again.scheme == url.scheme && again.host == url.host && (again.port ?? again.defaultPort) == (url.port ?? url.defaultPort),
        "the origin names the same place")
    expect(again.origin == origin && again.path.isEmpty && again.query == nil && again.fragment == nil, "an origin is its own origin")
    if let web = try? WebOrigin(url.text) {
        expect(web.text == origin && url.path.isEmpty && url.query == nil && url.fragment == nil, "a web origin has nothing behind it")
        expect(web.text == "\(web.scheme)://\(web.authority)" && web.isLoopback == url.isLoopback, "an origin is scheme and authority")
    }
}

private func checkPort(_ url: StrictURL) {
    let bare = expectAccepted("the text without a port is a URL") { try StrictURL(url.textWithoutPort) }
    expect(bare.port == nil && bare.textWithoutPort == bare.text, "no port is left")
    expect(
        bare.scheme == url.scheme && bare.host == url.host && bare.path == url.path && bare.query == url.query
            && bare.fragment == url.fragment, "nothing but the port was taken")
}

private func checkFoundation(_ url: StrictURL) {
    guard url.scheme == "http" || url.scheme == "https" else { return }
    guard let other = URLComponents(string: url.text) else { return expect(false, "Foundation reads it") }
    expect(other.scheme?.lowercased() == url.scheme, "Foundation's scheme")
    expect(other.encodedHost?.lowercased() == url.host, "Foundation's host: \(other.encodedHost ?? "none")")
    expect(other.port == url.port, "Foundation's port")
    expect(other.percentEncodedPath == url.path && other.percentEncodedQuery == url.query, "Foundation's path and query")
    expect(other.percentEncodedFragment == url.fragment && other.user == nil && other.password == nil, "Foundation's fragment and user")
}

private func ascii(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
