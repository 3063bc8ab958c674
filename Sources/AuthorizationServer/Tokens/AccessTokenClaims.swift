package import OAuth
package import Primitives
package import Vault

/// The claims of an access token (RFC 9068 §2.2), and the sealed one.
package struct AccessTokenClaims: Sendable, Equatable {
    package let issuer: String
    package let subject: Subject
    package let audience: String
    package let expiry: UnixTime
    package let notBefore: UnixTime
    package let issuedAt: UnixTime
    package let tokenID: String
    package let client: ClientID
    /// Space-separated names, as the client reads them.
    package let scope: String
    package let grant: GrantID
    package let sealed: SealedClaim

    package init(
        issuer: String, subject: Subject, audience: String, expiry: UnixTime, notBefore: UnixTime, issuedAt: UnixTime, tokenID: String,
        client: ClientID, scope: String, grant: GrantID, sealed: SealedClaim
    ) {
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.expiry = expiry
        self.notBefore = notBefore
        self.issuedAt = issuedAt
        self.tokenID = tokenID
        self.client = client
        self.scope = scope
        self.grant = grant
        self.sealed = sealed
    }

    /// `nil` where a claim is missing or of another type. `aud` must be the one audience that is minted here, as a string.
    init?(json: JSON) {
        guard let issuer = json["iss"]?.string, let subject = json["sub"]?.string, let audience = json["aud"]?.string,
            let expiry = json["exp"]?.integer, let notBefore = json["nbf"]?.integer, let issuedAt = json["iat"]?.integer,
            let tokenID = json["jti"]?.string, !tokenID.isEmpty, let client = json["client_id"]?.string, let scope = json["scope"]?.string,
            let grant = json["grant_id"]?.string, let sealed = json["vault"]?.string
        else { return nil }
        self.init(
            issuer: issuer, subject: Subject(subject), audience: audience, expiry: UnixTime(expiry), notBefore: UnixTime(notBefore),
            issuedAt: UnixTime(issuedAt), tokenID: tokenID, client: ClientID(client), scope: scope, grant: GrantID(grant),
            sealed: SealedClaim(text: sealed))
    }

    /// Where the sealed claim belongs.
    var place: SealedClaim.Place { SealedClaim.Place(grant: grant.text, tokenID: tokenID, expiry: expiry) }
}

/// The protected header of a compact JWS, read strictly: three members and no others (RFC 8725 §3.1, RFC 9068 §4).
struct AccessTokenHeader: Sendable {
    let algorithm: String
    let keyID: String
    let payload: [UInt8]

    /// - Parameter token: `header.payload.signature`.
    init?(token: String) {
        guard token.utf8.count <= 8192 else { return nil }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]), !signature.isEmpty,
            let document = try? JSON.parse(header, maximumSize: 1024, maximumDepth: 4), let members = document.object,
            Set(members.keys).isSubset(of: ["alg", "typ", "kid"]), let algorithm = members["alg"]?.string,
            let keyID = members["kid"]?.string,
            let type = members["typ"]?.string?.lowercased(), type == "at+jwt" || type == "application/at+jwt"
        else { return nil }
        self.algorithm = algorithm
        self.keyID = keyID
        self.payload = payload
    }
}
