import OAuth
import Primitives

/// `AuthorizationHeader`: each line is one header of the request.
func fuzz(_ input: [UInt8]) {
    let values = input.isEmpty ? [] : lines(input, maximum: 4)
    switch AuthorizationHeader(values) {
    case .absent: expect(values.isEmpty, "absent is no header at all")
    case .malformed: expect(!values.isEmpty, "malformed is a header")
    case .bearer(let token):
        let bytes = Array(values[0].utf8)
        expect(values.count == 1, "one header")
        expect(bytes.prefix(7).map { $0 | 0x20 } == Array("bearer ".utf8), "Bearer, and one space")
        let text = token.revealBytes()
        expect(text == Array(bytes.dropFirst(7)), "the token is all that follows")
        expect((1...16384).contains(text.count), "the length is bounded")
        // RFC 9110 §11.2, token68.
        let body = text.prefix { $0 != UInt8(ascii: "=") }
        expect(!body.isEmpty && text[body.count...].allSatisfy { $0 == UInt8(ascii: "=") }, "padding at the end only")
        expect(body.allSatisfy { PercentEncoding.isUnreserved($0) || "+/".utf8.contains($0) }, "characters of token68")
        expect(
            !"\(token)".utf8.contains(where: { body.count > 10 && $0 == 0x3D }) && "\(token)" == "[redacted]", "the token is not printed")
        if case .bearer(let same) = AuthorizationHeader(["bEARER " + token.reveal()]) {
            expect(same == token, "the scheme in any case")
        } else {
            expect(false, "the scheme in any case")
        }
        if case .malformed = AuthorizationHeader(values + values) { break }
        expect(false, "two headers are malformed")
    }
}
