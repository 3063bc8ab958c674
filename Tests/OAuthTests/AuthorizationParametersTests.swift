import OAuth
import Primitives
import TestKit
import Testing

struct AuthorizationParametersTests {
    private static let usual: [(String, String)] = [
        ("response_type", "code"), ("client_id", "client-1"), ("redirect_uri", "http://localhost:5123/callback"), ("state", "st-1"),
        ("scope", "read offline_access"), ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"), ("resource", "https://bridge.example/mcp"),
    ]

    /// The usual request with what a row changes in it; `null` takes a parameter out.
    private static func query(_ vector: Vector) throws -> String {
        let changes = try #require(vector["set"]?.object)
        var pairs = try usual.compactMap { name, value -> (String, String)? in
            guard let change = changes[name] else { return (name, value) }
            return change.isNull ? nil : (name, String(decoding: try Vector.bytes(change), as: UTF8.self))
        }
        for member in changes.members where !usual.contains(where: { $0.0 == member.key }) {
            pairs.append((member.key, String(decoding: try Vector.bytes(member.value), as: UTF8.self)))
        }
        return FormData(pairs).encoded + (try vector.optionalText("append") ?? "")
    }

    @Test(arguments: try Vectors.load("authorization.json"))
    func `each parameter is checked`(_ vector: Vector) throws {
        let query = try Self.query(vector)
        let parameters: AuthorizationParameters
        do {
            parameters = try AuthorizationParameters(query: query)
            #expect(!vector.flag("unreadable"))
        } catch {
            #expect(vector.flag("unreadable"))
            #expect(error.code == .invalidRequest)
            expectReadable(error)
            return
        }
        #expect(parameters.clientID == "client-1")
        #expect(parameters.redirectURI == "http://localhost:5123/callback")
        do {
            let details = try parameters.details(scopes: Fixture.scopes, resource: try Fixture.resource())
            #expect(vector.refused == nil)
            #expect(details.challenge.text == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
            #expect(details.scope == Fixture.scopes.expand(["read"]))
            #expect(details.state == parameters.state)
            let sent = try FormData(parsing: query)
            #expect(details.state == sent["state"])
            #expect(details.prompt == Set((sent["prompt"] ?? "").split(separator: " ").map(String.init)))
        } catch let error as OAuthError {
            #expect(error.code.rawValue == vector.refused)
            expectReadable(error)
        }
    }

    @Test func `a request without a client has none`() throws {
        let parameters = try AuthorizationParameters(query: "client_id=&response_type=code")
        #expect(parameters.clientID == nil)
        #expect(parameters.redirectURI == nil)
        #expect(parameters.state == nil)
    }

    @Test func `garbage never stops the reader, and nothing passes without PKCE`() throws {
        let resource = try Fixture.resource()
        let pieces = Self.usual.map { "\($0)=\(PercentEncoding.encode($1))" } + ["&", "&", "&", "=", "%", "+", "state", "prompt=none"]
        var generator = SeededGenerator(seed: 24)
        for _ in 0..<5_000 {
            let query = generator.text(of: pieces, upTo: 24)
            guard let parameters = try? AuthorizationParameters(query: query),
                let details = try? parameters.details(scopes: Fixture.scopes, resource: resource)
            else { continue }
            #expect(details.challenge.text.utf8.count == 43)
            #expect(query.contains("code_challenge_method=S256"))
        }
    }
}

struct ResourceIndicatorTests {
    @Test(arguments: try Vectors.load("resources.json"))
    func `the resource is recognised as clients spell it, and nothing else is`(_ vector: Vector) throws {
        let resource = try Fixture.resource()
        #expect(resource.text == "https://bridge.example/mcp")
        let parameter = try vector.text("parameter")
        #expect(resource.isMeant(by: parameter) == vector.flag("meant"))
        do {
            try resource.check([resource.text, parameter])
            #expect(vector.flag("meant"))
        } catch {
            #expect(!vector.flag("meant"))
            #expect(error.code == .invalidTarget)
            expectReadable(error)
        }
    }

    @Test func `no resource is fine, and a stored one is the same`() throws {
        let resource = try Fixture.resource()
        try resource.check([])
        #expect(ResourceIndicator(stored: resource.text) == resource)
        #expect(!ResourceIndicator(stored: "").isMeant(by: ""))
    }

    @Test func `the port of the issuer counts`() throws {
        let resource = ResourceIndicator(issuer: try WebOrigin("http://localhost:8484"), path: "/mcp")
        #expect(resource.isMeant(by: "http://LOCALHOST:8484/mcp/"))
        #expect(!resource.isMeant(by: "http://localhost/mcp"))
        #expect(!resource.isMeant(by: "http://127.0.0.1:8484/mcp"))
    }
}
