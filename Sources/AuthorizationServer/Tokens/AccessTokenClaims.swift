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

    /// As it is signed.
    var json: JSON {
        [
            "iss": .string(issuer), "sub": .string(subject.text), "aud": .string(audience), "exp": .integer(expiry.seconds),
            "nbf": .integer(notBefore.seconds), "iat": .integer(issuedAt.seconds), "jti": .string(tokenID),
            "client_id": .string(client.text),
            "scope": .string(scope), "grant_id": .string(grant.text), "vault": .string(sealed.text),
        ]
    }

    /// Where the sealed claim belongs.
    var place: SealedClaim.Place { SealedClaim.Place(grant: grant.text, tokenID: tokenID, expiry: expiry) }
}
