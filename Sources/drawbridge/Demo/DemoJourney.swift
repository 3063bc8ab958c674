import Primitives

/// One whole journey through a running bridge, as a client and a person would make it. Knows nothing of the bridge but its URL.
struct DemoJourney: Sendable {
    /// Without a trailing slash; it must be the issuer.
    let baseURL: String
    /// What the person pastes.
    let apiToken: String
    /// Whose token that is, where it is known: the journey then checks the name.
    let account: String?
    let random: @Sendable (Int) -> [UInt8]
    let sha256: @Sendable ([UInt8]) -> [UInt8]
    let report: DemoReport
    private let http: DemoTransport

    static let stepCount = 8

    /// - Parameters:
    ///   - random: that many random bytes, for PKCE and `state`.
    ///   - sha256: the digest of bytes, for PKCE.
    ///   - colours: whether the output is a terminal's.
    ///   - milliseconds: a steady clock.
    ///   - output: takes one line, or several at once, without the last line break.
    init(
        baseURL: String, apiToken: String, account: String? = nil, http: @escaping DemoTransport,
        random: @escaping @Sendable (Int) -> [UInt8], sha256: @escaping @Sendable ([UInt8]) -> [UInt8], colours: Bool = false,
        milliseconds: @escaping @Sendable () -> Double = DemoReport.systemMilliseconds(), output: @escaping @Sendable (String) -> Void
    ) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.apiToken = apiToken
        self.account = account
        self.http = http
        self.random = random
        self.sha256 = sha256
        report = DemoReport(colours: colours, milliseconds: milliseconds, output: output)
    }

    /// Every step as it happens; stops at the first that fails.
    /// - Returns: whether all of them worked.
    func run() async -> Bool {
        let start = report.now
        var step = 0
        func begin(_ title: String) {
            step += 1
            report.step(step, title)
        }
        do throws(DemoFailure) {
            report.heading("One whole journey through \(baseURL)")
            begin("Discovery: the client knows nothing but the URL")
            let server = try await discover()
            begin("Registration: the client introduces itself")
            let client = try await register(at: server)
            begin("Consent: a person pastes an API token, once")
            let approval = try await consent(to: client, at: server)
            begin("Tokens: the code becomes an access and a refresh token")
            let tokens = try await exchange(approval, of: client, at: server)
            begin("MCP: the same tools in both eras of the protocol")
            let tools = try await listTools(server, tokens)
            begin("Tools: calls that reach the API with the pasted token")
            try await useTools(tools, server, tokens)
            begin("Refresh: new tokens without the person")
            let renewed = try await refresh(tokens, of: client, at: server)
            begin("Revocation: over at once")
            try await revoke(renewed, of: client, at: server)
            report.finished(since: start)
            return true
        } catch {
            report.stopped(at: step, of: Self.stepCount)
            return false
        }
    }
}

extension DemoJourney {
    func send(_ request: DemoRequest) async throws(DemoFailure) -> DemoResponse {
        do {
            return try await http(request)
        } catch {
            throw DemoFailure(expected: "an answer to \(request.method) \(request.url.prefix { $0 != "?" })", got: "\(error)")
        }
    }

    func get(_ url: String, accept: String = "application/json") async throws(DemoFailure) -> DemoResponse {
        try await send(DemoRequest(method: "GET", url: url, headers: [("Accept", accept)]))
    }

    func post(form: [(String, String)], to url: String, headers: [(name: String, value: String)] = []) async throws(DemoFailure)
        -> DemoResponse
    {
        let type = [(name: "Content-Type", value: "application/x-www-form-urlencoded")]
        return try await send(DemoRequest(method: "POST", url: url, headers: type + headers, body: Array(FormData(form).encoded.utf8)))
    }

    func post(json: JSON, to url: String, headers: [(name: String, value: String)] = []) async throws(DemoFailure) -> DemoResponse {
        let type = [(name: "Content-Type", value: "application/json")]
        return try await send(DemoRequest(method: "POST", url: url, headers: type + headers, body: json.serialized))
    }

    /// The JSON of an answer with this status.
    func json(_ response: DemoResponse, status: Int, _ what: String) throws(DemoFailure) -> JSON {
        guard response.status == status, let value = try? JSON.parse(response.body) else {
            throw DemoFailure(expected: "\(what) as JSON, with status \(status)", response: response)
        }
        return value
    }

    /// A text that a document must hold.
    func text(_ key: String, in document: JSON) throws(DemoFailure) -> String {
        guard let value = document[key]?.string, !value.isEmpty else {
            let members = document.object?.keys.joined(separator: ", ") ?? "no object"
            throw DemoFailure(expected: "a text named \(key)", got: members)
        }
        return value
    }

    func require(_ condition: Bool, _ expected: String, got: @autoclosure () -> String) throws(DemoFailure) {
        guard condition else { throw DemoFailure(expected: expected, got: got()) }
    }

    /// A random text that is safe in a URL.
    func nonce(_ count: Int) -> String { Base64URL.encode(random(count)) }
}
