import Endpoints
import HTTPTypes
import Primitives
import TestKit
import Testing
import Upstream

struct LimitTests {
    private static let attacker = "198.51.100.9"
    private static let neighbour = "198.51.100.10"

    /// Wrong header tokens until the answer is another one.
    private func guess(_ stage: Stage, at path: String) async -> Response {
        for number in 0..<59 {
            let response = await stage.try("vtwn_guess_\(number)", at: path, from: Self.attacker)
            if response.code != 401 { return response }
        }
        return await stage.try("vtwn_guess", at: path, from: Self.attacker)
    }

    @Test(arguments: ["/mcp", "/legacy/mcp"])
    func `guessing header tokens is answered with 429 within 60 tries, and the API is not asked any more`(path: String) async throws {
        let stage = try await Stage()
        let response = await guess(stage, at: path)
        #expect(response.code == 429)
        #expect(response.error == "too_many_requests")
        #expect(response["Retry-After"].flatMap { Int($0) }.map { (1...4).contains($0) } == true)
        #expect(response["WWW-Authenticate"] == nil, "no OAuth challenge at the header door")
        let questions = stage.valTown.questions
        #expect(await stage.try(ValTownDouble.token, at: "/mcp", from: Self.attacker).code == 429)
        #expect(await stage.try(ValTownDouble.token, at: "/legacy/mcp", from: Self.attacker).code == 429)
        #expect(stage.valTown.questions == questions)
        #expect(await stage.try(ValTownDouble.token, at: path, from: Self.neighbour).code == 200)
    }

    @Test func `a network that is limited at the header door is limited on the page, which stays usable`() async throws {
        let stage = try await Stage()
        let visit = try await stage.visit()
        _ = await guess(stage, at: "/mcp")
        let questions = stage.valTown.questions
        let response = await stage.post(visit, token: ValTownDouble.token, from: Self.attacker)
        #expect(response.code == 429)
        #expect(response["Retry-After"].flatMap { Int($0) } != nil)
        let page = try Page(response)
        #expect(page.text.contains("Too many wrong tokens came from your network"))
        #expect(try page.form.inputs.contains { $0["name"] == "token" })
        #expect(stage.valTown.questions == questions)
        #expect(await stage.post(visit, token: ValTownDouble.token, from: Self.neighbour).code == 200)
    }

    @Test func `OAuth goes on for everybody behind an address that is limited`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        _ = await guess(stage, at: "/mcp")
        let call = await stage.request(
            "/mcp", Stage.bearer(tokens.access) + [("Content-Type", "application/json")], from: Self.attacker,
            body: Stage.ping)
        #expect(call.code == 200)
        let form = [("Content-Type", "application/x-www-form-urlencoded")]
        let refresh = await stage.request("/token", form, from: Self.attacker, body: Array(FormData(tokens.refreshing).encoded.utf8))
        #expect(refresh.code == 200)
    }

    @Test func `refreshes that fail again and again are told when to come back`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let stranger = try await stage.register(name: "Another")
        let fields: Pairs = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh)] + stranger.credentials
        var response = await stage.post("/token", form: fields)
        for _ in 0..<30 where response.code == 400 { response = await stage.post("/token", form: fields) }
        #expect(response.code == 429)
        #expect(response.error == "temporarily_unavailable")
        #expect(response["Retry-After"].flatMap { Int($0) } != nil)
        #expect(response["Cache-Control"] == "no-store")
    }

    @Test func `while the API is left alone every door says at once when to try again`() async throws {
        let stage = try await Stage()
        let tokens = try await stage.connect()
        let visit = try await stage.visit()
        stage.valTown.setOutage(.paused(retryAfter: 7))
        let door = await stage.try(ValTownDouble.bobsToken, at: "/mcp", from: Self.neighbour)
        #expect(door.code == 503)
        #expect(door["Retry-After"] == "7")
        let page = await stage.post(visit, token: ValTownDouble.bobsToken, from: Self.neighbour)
        #expect(page.code == 200)
        #expect(try Page(page).text.contains("could not be asked about the token just now. Nothing was stored; try again in 7 seconds."))
        let call = await stage.callTool("get-my-info", as: tokens)
        #expect(call.code == 200)
        #expect(call.isToolError)
        #expect(call.toolText.contains("7"))
    }
}

extension Stage {
    fileprivate static let ping = (["jsonrpc": "2.0", "id": 1, "method": "ping"] as JSON).serialized

    fileprivate func request(_ path: String, _ headers: Pairs, from address: String, body: [UInt8]) async -> Response {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return await bridge.respond(
            to: Request(
                method: .post, path: path, headers: fields, authority: Self.host, remoteAddress: address, body: RequestBody(bytes: body)))
    }

    /// A ping with a header token.
    fileprivate func `try`(_ token: String, at path: String, from address: String) async -> Response {
        let body = Stage.ping
        return await request(path, Self.header(token) + [("Content-Type", "application/json")], from: address, body: body)
    }

    fileprivate func post(_ visit: Visit, token: String, from address: String) async -> Response {
        guard let form = try? visit.form.answered(token: token) else { return Response(status: .badRequest) }
        let headers = [("Content-Type", "application/x-www-form-urlencoded")] + (visit.browser.cookie.map { [("Cookie", $0)] } ?? [])
        return await request("/authorize", headers, from: address, body: Array(FormData(form.fields).encoded.utf8))
    }
}
