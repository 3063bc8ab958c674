import OAuth
import Primitives

/// `ClientCredentials`: the first line is the `Authorization` header, or what is in it before base64; the rest is the form.
func fuzz(_ input: [UInt8]) {
    let lines = lines(input, maximum: 2)
    guard let form = try? FormData(parsing: lines.count > 1 ? lines[1] : "") else { return }
    let first = lines.first ?? ""
    checkBody(form)
    check(header: first, form)
    let header = "Basic " + Base64.encode(Array(first.utf8))
    expect(Base64.decode(String(header.dropFirst(6))).map { Array(first.utf8) == $0 } == true, "base64 there and back")
    check(header: header, form)
    checkEncoded(first)
}

private func read(_ header: String?, _ form: FormData) -> ClientCredentials? {
    do {
        return try ClientCredentials(authorization: header, form: form)
    } catch {
        expect([.invalidClient, .invalidRequest].contains(error.code), "a client that is refused is invalid, or its request")
        expect(isReadable(error.description), "an error for headers")
        return nil
    }
}

private func checkBody(_ form: FormData) {
    guard let read = read(nil, form) else { return }
    expect(!read.usedHeader && !read.clientID.isEmpty && read.secrets.count <= 1, "one secret in the body")
    if read.assertion == nil { expect(form["client_id"].map(read.clientID.isExactly) == true, "the id of the body") }
    if let secret = read.secrets.first { expect(form["client_secret"].map { Secret($0) == secret } == true, "the secret of the body") }
    expect(read.assertion == nil || read.secrets.isEmpty, "an assertion or a secret")
}

private func check(header: String, _ form: FormData) {
    guard let read = read(header, form) else { return }
    expect(read.usedHeader && read.assertion == nil && form["client_secret"] == nil, "the header alone")
    expect(header.utf8.prefix(6).map { $0 | 0x20 } == Array("basic ".utf8), "Basic, and one space")
    let text = header.utf8.dropFirst(6).drop { $0 == 0x20 }
    guard let bytes = Base64.decode(String(decoding: text, as: UTF8.self)), let colon = bytes.firstIndex(of: 0x3A) else {
        return expect(false, "base64 with a colon in it")
    }
    expect(bytes.allSatisfy { (0x20...0x7E).contains($0) }, "visible ASCII")
    let id = String(decoding: bytes[..<colon], as: UTF8.self)
    let secret = Secret(Array(bytes[(colon + 1)...]))
    expect(!id.isEmpty && !read.clientID.isEmpty, "an id")
    expect((try? FormData(parsing: "v=" + id)) != nil || read.clientID.isExactly(id), "the id as it stands where it is no form text")
    let decoded = (try? FormData(parsing: "v=" + id))?["v"]
    expect(read.clientID.isExactly(id) || decoded.map(read.clientID.isExactly) == true, "the id of the header, decoded or not")
    expect(read.secrets.count <= 2 && read.secrets.allSatisfy { !$0.isEmpty }, "two readings at most")
    expect(secret.isEmpty ? read.secrets.isEmpty : read.secrets.contains(secret), "the secret as it stands is among them")
}

/// A client that form-encodes both halves, as RFC 6749 §2.3.1 says, is understood whatever they are.
private func checkEncoded(_ text: String) {
    guard let colon = text.utf8.firstIndex(of: 0x3A), colon > text.startIndex, !text.utf8.contains(0) else { return }
    let id = String(text[..<colon])
    let secret = String(text[text.utf8.index(after: colon)...])
    let header = "Basic " + Base64.encode(Array((PercentEncoding.encode(id) + ":" + PercentEncoding.encode(secret)).utf8))
    guard let read = read(header, FormData([])) else { return expect(false, "form-encoded credentials are read") }
    expect(read.clientID.isExactly(id), "the form-encoded id")
    expect(secret.isEmpty || read.secrets.contains(Secret(secret)), "the form-encoded secret")
}
