import OAuth
import Primitives
import Testing

struct RedirectURITests {
    private static let policy = RedirectURI.Policy(knownSchemes: ["cursor", "vscode"])

    @Test(arguments: try Vectors.load("redirects-registered.json"))
    func `a redirect is registered when every reader takes it alike and its owner is known`(_ vector: Vector) throws {
        let text = try vector.text("uri")
        do {
            let redirect = try RedirectURI(registering: text, policy: Self.policy)
            #expect(vector.refused == nil)
            #expect(redirect.text == text)
            #expect(redirect.display == vector["display"]?.string)
            #expect(redirect.isLoopback == vector.flag("loopback"))
        } catch {
            #expect(error.code.rawValue == vector.refused)
            expectReadable(error)
        }
    }

    @Test(arguments: try Vectors.load("redirects-matched.json"))
    func `a request names a registered redirect byte for byte, but for the port of loopback`(_ vector: Vector) throws {
        let client = try Self.client(vector.texts("registered"))
        let asked = try vector.optionalText("asked")
        let found = client.redirect(matching: asked)
        #expect((found != nil) == vector.flag("matches"))
        if let found {
            #expect(found.text == asked ?? client.redirectURIs.first?.text)
            #expect(client.redirectURIs.contains(found.registered))
        }
    }

    private static func client(_ redirects: [String]) throws -> ClientMetadata {
        ClientMetadata(
            redirectURIs: try redirects.map { try RedirectURI(registering: $0, policy: policy) }, authMethod: .none, name: nil)
    }

    @Test(arguments: [
        ("https://app.example/cb", "https://app.example/cb?code=a%20b&state=%26%3D"),
        ("https://app.example/cb?tenant=7", "https://app.example/cb?tenant=7&code=a%20b&state=%26%3D"),
        ("https://app.example/cb?", "https://app.example/cb?code=a%20b&state=%26%3D"),
        ("https://app.example", "https://app.example?code=a%20b&state=%26%3D"),
        ("cursor://anysphere.cursor-mcp/cb", "cursor://anysphere.cursor-mcp/cb?code=a%20b&state=%26%3D"),
        ("com.example.app:/cb", "com.example.app:/cb?code=a%20b&state=%26%3D"),
    ])
    func `an answer goes behind the redirect's own query`(_ redirect: String, _ expected: String) throws {
        let found = try #require(try Self.client([redirect]).redirect(matching: redirect))
        let answer = found.adding([("code", "a b"), ("state", "&=")])
        #expect(answer == expected)
        #expect(try StrictURL(answer).query?.hasSuffix("code=a%20b&state=%26%3D") == true)
    }

    /// A state is whatever the client chose; the answer stays one URL with the same state in it.
    @Test func `nothing in a parameter breaks out of the answer's query`() throws {
        let found = try #require(try Self.client(["https://app.example/cb"]).redirect(matching: nil))
        for state in ["#", "&code=other", "\r\nSet-Cookie: a=b", "\"><script>", "é", "%00", "a+b c", "://evil.example"] {
            let answer = try StrictURL(found.adding([("state", state)]))
            #expect(answer.host == "app.example")
            #expect(answer.fragment == nil)
            #expect(try FormData(parsing: try #require(answer.query)) == FormData([("state", state)]))
        }
    }

    @Test func `the person is told the port that was asked for`() throws {
        let client = try Self.client(["http://localhost/callback", "com.example.app:/cb", "https://app.example/cb"])
        let shown = ["http://localhost:5123/callback", "com.example.app:/cb", "https://app.example/cb"].map {
            client.redirect(matching: $0)?.display
        }
        #expect(shown == ["localhost:5123", "com.example.app:", "app.example"])
        #expect(client.redirect(matching: "http://localhost:5123/callback")?.isLoopback == true)
        #expect(client.redirect(matching: "https://app.example/cb")?.isLoopback == false)
    }

    @Test func `whatever is changed in a redirect, only the port of loopback may be another`() throws {
        let client = try Self.client(["http://localhost:3000/callback?a=b"])
        let whole = Array("http://localhost:3000/callback?a=b".utf8)
        let port = 17..<21
        for place in whole.indices {
            for byte in UInt8(0x20)...0x7E where byte != whole[place] {
                var changed = whole
                changed[place] = byte
                let isPort = port.contains(place) && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                let isFound = client.redirect(matching: String(decoding: changed, as: UTF8.self)) != nil
                #expect(!isFound || isPort)
            }
        }
    }
}
