import Primitives
import Vault

/// A compact JWS taken apart, its protected header read strictly: three members and no others (RFC 8725 §3.1, RFC 9068 §4). Nothing in it has
/// been verified.
struct SignedToken: Sendable {
    private static let maximumSize = 8192

    let algorithm: String
    let keyID: KeyID
    let payload: [UInt8]
    /// The bytes that were signed (RFC 7515 §5.2): header and payload as they came.
    let signed: [UInt8]
    let signature: [UInt8]

    /// - Parameter token: `header.payload.signature`.
    init?(_ token: String) {
        guard token.utf8.count <= Self.maximumSize else { return nil }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]), !signature.isEmpty,
            let document = try? JSON.parse(header, maximumSize: 1024, maximumDepth: 4), let members = document.object,
            Set(members.keys).isSubset(of: ["alg", "typ", "kid"]), let algorithm = members["alg"]?.string,
            let keyID = members["kid"]?.string,
            let type = members["typ"]?.string?.lowercased(), type == "at+jwt" || type == "application/at+jwt"
        else { return nil }
        self.algorithm = algorithm
        self.keyID = KeyID(keyID)
        self.payload = payload
        self.signature = signature
        signed = Array(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
    }

    /// The claims; `nil` where they are not those of an access token.
    var claims: AccessTokenClaims? {
        (try? JSON.parse(payload, maximumSize: Self.maximumSize, maximumDepth: 8)).flatMap(AccessTokenClaims.init(json:))
    }
}
