import Primitives
import TestKit
import Testing

struct StrictURLTests {
    struct Refused: Vector {
        let why: String
        let url: Input
        let refused: String
    }

    @Test(arguments: try Vectors.load("urls-refused.json", as: Refused.self))
    func `what two readers could read differently is refused`(_ vector: Refused) {
        do {
            let url = try StrictURL(vector.url.text)
            Issue.record("accepted, with host \(url.host ?? "none") and path \(url.path)")
        } catch {
            #expect("\(error)" == vector.refused)
        }
    }

    struct Accepted: Vector {
        let why: String
        let url: Input
        let scheme: String
        let host: String?
        let port: Int?
        let path: String
        let query: String?
        let fragment: String?
        let origin: String?
        let loopback: Bool?
    }

    @Test(arguments: try Vectors.load("urls-accepted.json", as: Accepted.self))
    func `a URL is taken apart and its text left alone`(_ vector: Accepted) throws {
        let url = try StrictURL(vector.url.text)
        #expect(url.text == vector.url.text)
        #expect(url.description == vector.url.text)
        #expect(url.scheme == vector.scheme)
        #expect(url.host == vector.host)
        #expect(url.port == vector.port)
        #expect(url.path == vector.path)
        #expect(url.query == vector.query)
        #expect(url.fragment == vector.fragment)
        #expect(url.origin == vector.origin)
        #expect(url.isLoopback == (vector.loopback ?? false))
    }

    @Test(arguments: [
        ("http://localhost:8080/a:8080?b=:8080", "http://localhost/a:8080?b=:8080"),
        ("HTTP://LocalHost:80", "HTTP://LocalHost"),
        ("http://localhost:80?a", "http://localhost?a"),
        ("http://localhost:80#a", "http://localhost#a"),
        ("http://[::1]:8080/", "http://[::1]/"),
        ("http://[::1]/", "http://[::1]/"),
        ("com.example.app:/a", "com.example.app:/a"),
    ])
    func `without its port a URL is otherwise the same text`(_ text: String, _ expected: String) throws {
        #expect(try StrictURL(text).textWithoutPort == expected)
    }

    @Test func `the length is bounded, by the caller too`() throws {
        #expect(try StrictURL("http://localhost/" + String(repeating: "a", count: 2031)).text.utf8.count == 2048)
        #expect(throws: StrictURL.Failure.tooLong) { try StrictURL("https://example.com/", maximumLength: 19) }
        #expect(try StrictURL("https://example.com/", maximumLength: 20).path == "/")
    }

    @Test func `URLs are equal by their text`() throws {
        #expect(try StrictURL("http://localhost") == StrictURL("http://localhost"))
        #expect(try StrictURL("http://localhost") != StrictURL("http://LOCALHOST"))
        #expect(try StrictURL("http://localhost") != StrictURL("http://localhost/"))
    }

    @Test func `no byte outside visible ASCII is ever accepted, wherever it stands`() throws {
        let whole = Array("https://bridge.example:8443/a/b?c=d#e".utf8)
        _ = try StrictURL(String(decoding: whole, as: UTF8.self))
        for place in 0...whole.count {
            for scalar in Array(0...0x20) + Array(0x7F...0x3FF) + [0x2028, 0x202E, 0x3002, 0xFEFF, 0xFF0E, 0x1F600] {
                let odd = Array(String(try #require(Unicode.Scalar(UInt32(scalar)))).utf8)
                let text = String(decoding: whole[..<place] + odd + whole[place...], as: UTF8.self)
                if (try? StrictURL(text)) != nil { Issue.record("accepted: \(text.debugDescription)") }
            }
        }
    }

    @Test func `whatever is accepted has visible ASCII only, and its parts make up its text again`() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = "http://localhost:80127.0.0.1[::1]@\\/?#%2e.&=;aA "
        for _ in 0..<20_000 {
            let start = ["http://", "https://", "a:", ""][generator.number(0...3)]
            let text = start + String(decoding: generator.bytes(upTo: 12, mostlyOf: alphabet), as: UTF8.self)
            guard let url = try? StrictURL(text) else { continue }
            #expect(text.utf8.allSatisfy { (0x21...0x7E).contains($0) })
            let authority = url.host.map { "//" + $0 + (url.port.map { ":\($0)" } ?? "") } ?? ""
            let again = url.scheme + ":" + authority + url.path + (url.query.map { "?" + $0 } ?? "") + (url.fragment.map { "#" + $0 } ?? "")
            #expect(again.lowercased() == text.lowercased())
            if url.scheme == "http" || url.scheme == "https" { #expect(url.host?.isEmpty == false) }
        }
    }
}

struct WebOriginTests {
    struct Row: Vector {
        let why: String
        let text: String
        let origin: String?
        let port: Int?
        let refused: String?
    }

    @Test(arguments: try Vectors.load("origins.json", as: Row.self))
    func `an origin has one spelling and nothing behind it`(_ vector: Row) {
        do {
            let origin = try WebOrigin(vector.text)
            #expect(vector.refused == nil)
            #expect(origin.text == vector.origin)
            #expect(origin.description == vector.origin)
            #expect(origin.port == vector.port)
            #expect("\(origin.scheme)://\(origin.authority)" == origin.text)
            #expect(origin.authority.hasPrefix(origin.host))
            #expect(origin.isSecure == (origin.scheme == "https"))
            #expect(origin.isLoopback == (origin.scheme == "http"))
        } catch {
            #expect("\(error)".split(separator: "(").first.map(String.init) == vector.refused)
        }
    }
}
