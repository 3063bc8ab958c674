import Primitives
import TestKit
import Testing

@testable import AuthorizationServer

@Suite struct SignedTokenTests {
    @Test(arguments: try Vectors.cases("signing/access-token-headers.json"))
    func `a header is read as the three members of an access token or not at all`(_ vector: JSON) throws {
        let why = vector["why"]?.string ?? ""
        let parts = [try Self.bytes(try #require(vector["header"])), Array("{}".utf8), [1, 2, 3]]
        let token = parts.map { Base64URL.encode($0) }.joined(separator: ".")
        let read = SignedToken(token)
        #expect(read?.algorithm == vector["algorithm"]?.string, "\(why)")
        #expect(read?.keyID.text == vector["kid"]?.string, "\(why)")
        if let read {
            #expect(read.signed == Array(token.utf8.dropLast(".AQID".utf8.count)), "\(why)")
            #expect(read.payload == parts[1] && read.signature == parts[2], "\(why)")
        }
    }

    /// A text as it stands, bytes in hexadecimal, or a piece many times over.
    private static func bytes(_ input: JSON) throws -> [UInt8] {
        if let text = input.string { return Array(text.utf8) }
        if let hex = input["hex"]?.string { return try #require(Hex.decode(hex)) }
        let times = Int(try #require(input["times"]?.integer))
        let piece = try #require(input["repeat"]?.string)
        return Array(((input["before"]?.string ?? "") + String(repeating: piece, count: times) + (input["after"]?.string ?? "")).utf8)
    }
}
