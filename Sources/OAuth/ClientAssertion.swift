package import Primitives

/// A client's signed proof of itself, `private_key_jwt` (RFC 7523 §2.2), read strictly. Its signature is somebody else's to verify.
package struct ClientAssertion: Sendable {
    package static let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    /// What the client may sign with. Which of them counts is said by the key and never by the header (RFC 8725 §3.1).
    package static let algorithms = ["ES256", "RS256", "EdDSA"]
    /// In seconds. So long each `jti` has to be remembered.
    package static let maximumLifetime: Int64 = 600

    /// Why an assertion proves nothing.
    package enum Failure: String, Error, Sendable {
        /// Not three parts of base64url with JSON in them, or longer than 8 KiB.
        case malformed
        /// A header with anything but `alg`, `kid` and `typ`: what points to keys elsewhere is never followed.
        case header
        case algorithm
        /// `iss` or `sub` is not the client's id (RFC 7523 §3).
        case issuer
        case audience
        case expired
        /// `exp` is further away than ten minutes.
        case tooLong = "too_long"
        /// `iat` or `nbf` lies in the future.
        case early
        /// `jti` is missing, too long, or was used before.
        case replayed
        /// No key of the client fits.
        case noKey = "no_key"
        case signature
    }

    package let token: String
    package let algorithm: String
    package let keyID: String?
    package let subject: String
    package let tokenID: String
    package let expiry: UnixTime
    private let issuer: String
    private let audience: [String]
    private let notBefore: UnixTime?
    private let issuedAt: UnixTime?

    package init(_ secret: Secret) throws(Failure) {
        let token = secret.reveal()
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= 8192, parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Base64URL.decode(parts[2]), !signature.isEmpty
        else { throw .malformed }
        guard Set(header.keys).isSubset(of: ["alg", "kid", "typ"]), Self.isKnownType(header["typ"]),
            header["kid"] == nil || header["kid"]?.string != nil
        else { throw .header }
        guard let algorithm = header["alg"]?.string, Self.algorithms.contains(algorithm) else { throw .algorithm }
        guard let issuer = claims["iss"]?.string, let subject = claims["sub"]?.string else { throw .issuer }
        guard let audience = claims["aud"]?.string.map({ [$0] }) ?? claims["aud"]?.strings, !audience.isEmpty else { throw .audience }
        guard let expiry = try Self.time(claims["exp"]) else { throw .expired }
        guard let tokenID = claims["jti"]?.string, (1...256).contains(tokenID.utf8.count) else { throw .replayed }
        self.token = token
        self.algorithm = algorithm
        keyID = header["kid"]?.string
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.expiry = expiry
        notBefore = try Self.time(claims["nbf"])
        issuedAt = try Self.time(claims["iat"])
        self.tokenID = tokenID
    }

    /// Checks everything but the signature and whether it was used before (RFC 7523 §3).
    /// - Parameters:
    ///   - audiences: the names of this server. Every audience must be one: what is also meant for somebody else, he could present here.
    ///   - leeway: in seconds.
    package func check(client: ClientID, audiences: Set<String>, at now: UnixTime, leeway: Int64) throws(Failure) {
        guard ClientID(issuer) == client, ClientID(subject) == client else { throw .issuer }
        guard audience.allSatisfy(audiences.contains) else { throw .audience }
        guard now < expiry + leeway else { throw .expired }
        guard expiry <= now + Self.maximumLifetime + leeway else { throw .tooLong }
        guard (notBefore ?? now) <= now + leeway, (issuedAt ?? now) <= now + leeway else { throw .early }
    }

    private static func object(_ part: Substring) -> JSONObject? {
        Base64URL.decode(part).flatMap { try? JSON.parse($0, maximumSize: 8192, maximumDepth: 8) }?.object
    }

    private static func isKnownType(_ value: JSON?) -> Bool {
        guard let value else { return true }
        return ["jwt", "client-authentication+jwt"].contains(value.string?.lowercased())
    }

    /// A NumericDate may have a fraction (RFC 7519 §2).
    private static func time(_ value: JSON?) throws(Failure) -> UnixTime? {
        guard let value else { return nil }
        if let seconds = value.integer { return UnixTime(seconds) }
        guard let seconds = value.double, abs(seconds) < 1e15 else { throw .malformed }
        return UnixTime(Int64(seconds))
    }
}
