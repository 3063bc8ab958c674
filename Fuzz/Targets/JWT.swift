import OAuth
import Primitives

@testable import AuthorizationServer

/// `SignedToken`, its claims, and `ClientAssertion`: the input is a whole token, or the lines header, payload and signature before base64url.
func fuzz(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    check(text)
    let lines = input.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
    if lines.count == 3 { check(lines.map { Base64URL.encode($0) }.joined(separator: ".")) }
}

private func check(_ token: String) {
    if let read = SignedToken(token) { checkHeader(read, token) }
    if let read = try? ClientAssertion(Secret(token)) { checkAssertion(read, token) }
}

private func checkHeader(_ read: SignedToken, _ token: String) {
    expect(token.utf8.count <= 8192, "the length is bounded")
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64URL.decode(parts[0]) else { return expect(false, "three parts of base64url") }
    let header = expectAccepted("a header of JSON") { try JSON.parse(bytes) }
    expect(header.object?.count == 3, "three members")
    expect(header["alg"] == .string(read.algorithm) && header["kid"] == .string(read.keyID.text), "what the header says")
    expect(["at+jwt", "application/at+jwt"].contains(header["typ"]?.string?.lowercased()), "an access token (RFC 9068 §4)")
    expect(read.signed == Array("\(parts[0]).\(parts[1])".utf8), "what was signed is what came (RFC 7515 §5.2)")
    expect(!read.signature.isEmpty, "a signature")
    let spelt = "\(Base64URL.encode(bytes)).\(Base64URL.encode(read.payload)).\(Base64URL.encode(read.signature))"
    expect(spelt.isExactly(token), "one spelling of a token")
    guard let claims = read.claims else { return }
    expect(AccessTokenClaims(json: claims.json) == claims, "the claims after a round trip")
    expect(!claims.tokenID.isEmpty, "a token id")
    let again = expectAccepted("the claims are JSON") { try JSON.parse(claims.json.serialized) }
    expect(again == claims.json, "the claims as they are signed")
}

private func checkAssertion(_ read: ClientAssertion, _ token: String) {
    expect(read.token.isExactly(token) && token.utf8.count <= 8192, "the token is kept")
    expect(ClientAssertion.algorithms.contains(read.algorithm), "an algorithm of ours")
    expect((1...256).contains(read.tokenID.utf8.count), "a jti that can be remembered")
    let header = token.split(separator: ".").first.flatMap { Base64URL.decode($0) }.flatMap { try? JSON.parse($0) }?.object
    expect(header.map { Set($0.keys).isSubset(of: ["alg", "kid", "typ"]) } == true, "nothing in the header that points elsewhere")
    expect(header?["alg"] == .string(read.algorithm) && header?["kid"] == read.keyID.map(JSON.string), "what the header says")
    let now = UnixTime(1_800_000_000)
    guard (try? read.check(client: ClientID(read.subject), audiences: ["https://bridge.example.test"], at: now, leeway: 30)) != nil else {
        return
    }
    expect(read.expiry > now - 30 && read.expiry <= now + 630, "it holds for ten minutes at most")
    let other = ClientID(read.subject + "x")
    expect((try? read.check(client: other, audiences: ["https://bridge.example.test"], at: now, leeway: 30)) == nil, "for its client only")
    expect((try? read.check(client: ClientID(read.subject), audiences: [], at: now, leeway: 30)) == nil, "for its audience only")
}
