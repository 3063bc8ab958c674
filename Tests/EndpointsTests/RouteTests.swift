import Endpoints
import HTTPTypes
import Primitives
import Testing

/// A place of the public port under all of its names.
struct Place: Sendable, CustomTestStringConvertible {
    let paths: [String]
    let methods: [HTTPRequest.Method]
    var testDescription: String { paths[0] }

    static let documents = [
        Place(
            paths: [
                "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp",
                "/mcp/.well-known/oauth-authorization-server",
            ], methods: [.get]),
        Place(
            paths: [
                "/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp", "/mcp/.well-known/openid-configuration",
            ], methods: [.get]),
        Place(paths: ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"], methods: [.get]),
        Place(paths: ["/.well-known/jwks.json"], methods: [.get]),
    ]
    static let posts = [
        Place(paths: ["/token", "/oauth/token"], methods: [.post]), Place(paths: ["/register", "/oauth/register"], methods: [.post]),
        Place(paths: ["/revoke", "/oauth/revoke"], methods: [.post]),
        Place(paths: ["/introspect", "/oauth/introspect"], methods: [.post]),
    ]
    static let authorize = Place(paths: ["/authorize", "/oauth/authorize"], methods: [.get, .post])
    static let mcp = [
        Place(paths: ["/mcp"], methods: [.post, .get, .delete]), Place(paths: ["/legacy/mcp"], methods: [.post, .get, .delete]),
    ]
    static let all =
        documents + posts + mcp + [authorize, Place(paths: ["/"], methods: [.get]), Place(paths: ["/healthz"], methods: [.get])]
}

@Suite(.sharedStage) struct RouteTests {
    @Test(arguments: Place.all) func `every name of a place answers its methods`(place: Place) async throws {
        let stage = try Stage.shared
        for path in place.paths {
            for method in place.methods {
                let code = await stage.send(method, path).code
                #expect(code != 404 && code != 405 && code < 500, "\(method) \(path): \(code)")
            }
        }
    }

    @Test(arguments: Place.all) func `other methods are refused with the list of those that work`(place: Place) async throws {
        let stage = try Stage.shared
        for path in place.paths {
            for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] where !place.methods.contains(method) {
                let response = await stage.send(method, path)
                #expect(response.code == 405, "\(method) \(path)")
                #expect(response["Allow"] == place.methods.map(\.rawValue).joined(separator: ", "))
                #expect(response.error == "invalid_request")
                #expect(response.json["error_description"]?.string != nil)
            }
        }
    }

    @Test(arguments: Place.documents) func `every name of a document gives the same bytes`(place: Place) async throws {
        let stage = try Stage.shared
        let first = await stage.get(place.paths[0])
        #expect(first.code == 200)
        for path in place.paths.dropFirst() { #expect(await stage.get(path).bytes == first.bytes, "\(path)") }
    }

    @Test func `HEAD is answered where GET is`() async throws {
        let stage = try Stage.shared
        for place in Place.all where place.methods.contains(.get) {
            for path in place.paths {
                let (head, get) = (await stage.send(.head, path), await stage.get(path))
                #expect(head.code == get.code, "\(path)")
                #expect(head["Content-Type"] == get["Content-Type"])
            }
        }
        #expect(await stage.send(.head, "/token").code == 405)
    }

    static let unknown: [(String, String?)] = [
        ("/nothing", nil), ("/nothing", "application/json"), ("/nothing", "*/*"), ("/authorize/", nil), ("/Authorize", nil),
        ("/%61uthorize", nil), ("//authorize", nil), ("/authorize/../token", nil), ("/token;a=b", nil), ("/mcp/evil", nil),
        ("/mcp-evil", nil),
        ("/.well-known/oauth-authorization-server/", nil), ("/.well-known/nothing", nil), ("/assets/../drawbridge.css", nil),
        ("/assets/drawbridge.css", nil), ("/.git/config", nil), ("", nil),
    ]

    @Test(arguments: unknown) func `a program that asks for an unknown path reads JSON`(path: String, accept: String?) async throws {
        let stage = try Stage.shared
        let response = await stage.get(path, accept.map { [("Accept", $0)] } ?? [])
        #expect(response.code == 404)
        #expect(response.error == "not_found")
        #expect(response.json["error_description"]?.string != nil)
    }

    @Test(arguments: ["/nothing", "/.well-known/nothing", "/assets/nothing.css"])
    func `a person who asks for an unknown path reads a page`(path: String) async throws {
        let stage = try Stage.shared
        let response = await stage.get(path, [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")])
        #expect(response.code == 404)
        #expect(try Page(response).text.contains("Nothing here"))
    }

    @Test func `what the pages load is there, and may be kept for ever`() async throws {
        let stage = try Stage.shared
        let links = try Page(await stage.get("/")).tags("link").compactMap { $0["href"] }
        #expect(links.count == 2)
        for link in links {
            let response = await stage.get(link)
            #expect(response.code == 200, "\(link)")
            #expect(["text/css; charset=utf-8", "image/svg+xml"].contains(response["Content-Type"]))
            #expect(response["Cache-Control"]?.contains("immutable") == true)
        }
    }

    @Test func `the front page says where to connect and whose server this is`() async throws {
        let stage = try Stage.shared
        let text = try Page(await stage.get("/")).text
        #expect(text.contains(Stage.resource))
        #expect(text.contains("Ada"))
    }

    @Test func `the page of connections is there`() async throws {
        #expect(try await Page(Stage.shared.get("/connections")).text.contains("Your connections"))
    }
}
