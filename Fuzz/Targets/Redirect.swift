import OAuth
import Primitives

private let policy = RedirectURI.Policy(knownSchemes: ["cursor", "vscode", "windsurf", "claude"])

/// Registration of redirect URIs: an object is a whole registration; anything else is a redirect to register, and on the next line one to ask for.
func fuzz(_ input: [UInt8]) {
    guard input.first != UInt8(ascii: "{") else { return checkRegistration(input) }
    let lines = lines(input, maximum: 2)
    guard let redirect = register(lines.first ?? "") else { return }
    checkAccepted(redirect)
    if lines.count > 1 { checkMatch(redirect, asked: lines[1]) }
}

private func register(_ text: String) -> RedirectURI? {
    do {
        return try RedirectURI(registering: text, policy: policy)
    } catch {
        expect(error.code == .invalidRedirectURI && isReadable(error.description), "a redirect is refused as such")
        return nil
    }
}

private func client(_ redirect: RedirectURI) -> ClientMetadata { ClientMetadata(redirectURIs: [redirect], authMethod: .none, name: nil) }

private func checkAccepted(_ redirect: RedirectURI) {
    let url = redirect.url
    expect(url.fragment == nil && !redirect.text.contains("*"), "no fragment, no wildcard")
    expect(register(redirect.text) == redirect, "what was registered can be registered")
    switch url.scheme {
    case "https": expect(url.host?.isEmpty == false, "https has a host")
    case "http": expect(redirect.isLoopback && ["127.0.0.1", "[::1]", "localhost"].contains(url.host), "http is loopback")
    default: expect(policy.knownSchemes.contains(url.scheme) || url.scheme.contains("."), "a scheme that somebody owns")
    }
    expect(!["javascript", "data", "file", "blob", "about", "view-source"].contains(url.scheme), "nothing that a browser runs")
    let decoded = (try? FormData(parsing: "v=" + url.path.replacing("&", with: "")))?["v"] ?? ""
    expect(decoded.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "no control character, encoded or not")
    expect(redirect.allows(url), "a redirect allows itself")
    expect(isReadable(redirect.display), "what people are shown is visible ASCII")

    guard let validated = client(redirect).redirect(matching: redirect.text) else { return expect(false, "a redirect matches itself") }
    expect(client(redirect).redirect(matching: nil) == validated, "the only one may be left out")
    expect(validated.text.isExactly(redirect.text) && validated.display == redirect.display, "what is sent there is shown")
    checkAnswer(validated)
}

private func checkMatch(_ redirect: RedirectURI, asked text: String) {
    guard let validated = client(redirect).redirect(matching: text) else {
        expect(!text.isExactly(redirect.text), "the same text matches")
        return
    }
    expect(validated.text.isExactly(text), "the answer goes where was asked")
    if !text.isExactly(redirect.text) {
        expect(redirect.isLoopback && validated.isLoopback && validated.url.isLoopback, "only loopback redirects may differ")
        expect(validated.url.textWithoutPort == redirect.url.textWithoutPort, "and only in the port")
    }
    expect(
        validated.url.scheme == redirect.url.scheme && validated.url.host == redirect.url.host && validated.url.path == redirect.url.path
            && validated.url.query == redirect.url.query && validated.url.fragment == nil, "the same place on the same host")
    expect(register(text)?.text == text, "what is matched could have been registered")
    checkAnswer(validated)
}

/// The answer's parameters arrive as they were meant, behind the redirect's own.
private func checkAnswer(_ redirect: ValidatedRedirectURI) {
    let answer = [("code", "dbc_a&b=c#d"), ("state", "é +%"), ("iss", "https://bridge.example")]
    let sent = expectAccepted("an answer is a URL") { try StrictURL(redirect.adding(answer), maximumLength: .max) }
    expect(
        sent.scheme == redirect.url.scheme && sent.host == redirect.url.host && sent.port == redirect.url.port
            && sent.path == redirect.url.path && sent.fragment == nil, "the answer goes to the redirect")
    let query = Array((sent.query ?? "").utf8)
    let pairs = expectAccepted("the answer's query is a form") { try FormData(parsing: query, maximumPairs: 512) }.pairs
    let own = (try? FormData(parsing: redirect.url.query ?? ""))?.pairs ?? []
    expect(pairs.count == own.count + answer.count && Array(pairs.prefix(own.count)) == own, "the redirect's own parameters stay")
    for (name, value) in answer {
        expect(pairs.filter { $0.name == name }.map(\.value) == [value], "each parameter of the answer once, as it was")
    }
}

private func checkRegistration(_ body: [UInt8]) {
    do {
        let metadata = try ClientMetadata(registration: body, policy: policy)
        expect((1...ClientMetadata.maximumRedirects).contains(metadata.redirectURIs.count), "a bounded number of redirects")
        expect(body.count <= ClientMetadata.maximumDocumentSize, "a bounded document")
        expect(metadata.name.map { (1...256).contains($0.utf8.count) } ?? true, "a bounded name")
        expect(metadata.authMethod != .privateKeyJWT, "no key without a place to look it up")
        for redirect in metadata.redirectURIs {
            checkAccepted(redirect)
            expect(metadata.redirect(matching: redirect.text)?.text == redirect.text, "each of them matches itself")
        }
        if metadata.redirectURIs.count > 1 { expect(metadata.redirect(matching: nil) == nil, "one of several must be named") }
    } catch {
        expect([.invalidClientMetadata, .invalidRedirectURI].contains(error.code), "an error of RFC 7591 §3.2.2")
        expect(isReadable(error.description), "an error that a client may read")
    }
}
