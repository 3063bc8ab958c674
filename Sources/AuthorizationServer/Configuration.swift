package import OAuth
package import Primitives
package import Vault

/// Spans of time, in seconds.
package struct Lifetimes: Sendable {
    package var code: Int64 = 60
    package var accessToken: Int64 = 900
    /// A refresh token that is not used for so long is dead.
    package var refreshTokenIdle: Int64 = 2_592_000
    /// A grant is dead after so long, used or not.
    package var grant: Int64 = 7_776_000
    /// How long, at least, the answer to a refresh may be asked for again.
    package var refreshGrace: Int64 = 120
    /// How long a person may take to answer the consent page.
    package var consent: Int64 = 600
    /// How far two clocks may be apart (RFC 7519 §4.1.4).
    package var leeway: Int64 = 30

    package init() {}
}

/// What the authorization server is told once, at its start.
package struct Configuration: Sendable {
    package let issuer: WebOrigin
    package let resource: ResourceIndicator
    package let scopes: ScopeVocabulary
    package let redirects: RedirectURI.Policy
    package let registration: RegistrationRules
    package let lifetimes: Lifetimes

    package init(
        issuer: WebOrigin, resource: ResourceIndicator, scopes: ScopeVocabulary, redirects: RedirectURI.Policy,
        registration: RegistrationRules = RegistrationRules(), lifetimes: Lifetimes = Lifetimes()
    ) {
        self.issuer = issuer
        self.resource = resource
        self.scopes = scopes
        self.redirects = redirects
        self.registration = registration
        self.lifetimes = lifetimes
    }
}

/// What who-am-I says of a credential.
package enum AccountCheck: Sendable, Equatable {
    case good(Account)
    /// The upstream does not know it (401).
    case rejected
    /// It lives, but may not say whose it is (403).
    case insufficient
    /// Nobody can tell now. Says nothing about the credential.
    case unavailable(retryAfter: Int?)
}

/// Why what was pasted is not even tried at the upstream. Labels are those of the profile's fields.
package enum PasteProblem: Error, Sendable, Equatable {
    case missing(label: String)
    case tooLong(label: String)
    /// Something else than visible ASCII: nobody's token.
    case badCharacters(label: String)
    case badInput(label: String, help: String)
}

/// The upstream, as far as consent needs it.
package struct UpstreamGate: Sendable {
    package let id: UpstreamID
    /// Makes a credential out of what was posted, by the profile's field ids.
    package let read: @Sendable (_ secrets: [String: String], _ inputs: [String: String]) -> Result<Credential, PasteProblem>
    package let check: @Sendable (Credential) async -> AccountCheck
    /// Whether this account may use this bridge at all.
    package let admits: @Sendable (Account) -> Bool

    package init(
        id: UpstreamID,
        read: @escaping @Sendable (_ secrets: [String: String], _ inputs: [String: String]) -> Result<Credential, PasteProblem>,
        check: @escaping @Sendable (Credential) async -> AccountCheck, admits: @escaping @Sendable (Account) -> Bool = { _ in true }
    ) {
        self.id = id
        self.read = read
        self.check = check
        self.admits = admits
    }
}
