package import MCP

/// An API that knows only a pasted token, and how it becomes a set of tools: one file of `data/upstreams`.
package struct UpstreamProfile: Sendable {
    package let id: String
    /// For people: "Val Town".
    package let name: String
    package let homepage: String
    /// For the model, about the tools as a whole.
    package let instructions: String?
    package let secrets: [SecretField]
    package let inputs: [InputField]
    package let consent: Consent
    /// The header in which older clients send the bare token, if there is one.
    package let legacyHeader: String?
    package let scopes: ScopeCatalogue
    package let limits: Limits

    let base: Template
    let authentication: [AuthenticationPart]
    let verification: VerificationRule
    let errors: ErrorRules
    let operations: [ToolDefinition]

    /// Something secret that a person pastes.
    package struct SecretField: Sendable, Equatable {
        package let id: String
        package let label: String
        package let help: String
        /// What such tokens begin with. A hint for people, never a reason to refuse one.
        package let prefix: String?
        package let example: String?
        package let trim: Bool
        package let optional: Bool
    }

    /// Something that a person enters and that is no secret.
    package struct InputField: Sendable, Equatable {
        package let id: String
        package let label: String
        package let help: String
        /// A string with an anchored `pattern` or an `enum`.
        package let schema: JSONSchema
    }

    /// What the consent page says about getting a token.
    package struct Consent: Sendable, Equatable {
        /// Where a token is made.
        package let createURL: String
        /// Where tokens are listed and deleted.
        package let manageURL: String
        package let steps: [String]
        /// What a token needs at the service whatever is granted.
        package let permissions: [String]
        package let warnings: [String]
    }

    package struct Limits: Sendable, Equatable {
        /// For one request, in seconds.
        package let timeout: Int
        /// The largest answer that is read, in bytes.
        package let responseBytes: Int
        /// The most text that a tool returns, in bytes.
        package let textBytes: Int
        /// The largest binary that a tool returns, in bytes before base64.
        package let binaryBytes: Int
        /// Tool calls of one credential at once; further ones wait.
        package let concurrency: Int
    }

    /// All tools, in the order of the profile.
    package var tools: [Tool] { operations.map(\.tool) }

    /// Those tools that granted scopes allow, in the order of the profile.
    package func tools(allowedBy granted: some Sequence<String>) -> [Tool] {
        let held = scopes.expand(granted)
        return operations.filter { $0.scopes.allSatisfy(held.contains) }.map(\.tool)
    }

    /// The atoms that a tool needs, all of them; `nil` where there is no such tool.
    package func scopes(ofTool name: String) -> [String]? { operation(name)?.scopes }

    func operation(_ name: String) -> ToolDefinition? { operations.first { $0.tool.name == name } }

    /// Where the API is for one credential. What a vault entry is sealed for: compare it before each use.
    package func baseURL(for credential: UpstreamCredential) throws(BaseURL.Failure) -> BaseURL {
        guard let text = base.render(credential) else { throw .notAURL }
        return try BaseURL(text)
    }

    /// The same profile against another address: a sandbox, a test double. Every input in the address is ignored.
    package func pointed(at base: BaseURL) -> UpstreamProfile {
        UpstreamProfile(
            id: id, name: name, homepage: homepage, instructions: instructions, secrets: secrets, inputs: inputs, consent: consent,
            legacyHeader: legacyHeader, scopes: scopes, limits: limits, base: Template(literal: base.text), authentication: authentication,
            verification: verification, errors: errors, operations: operations)
    }
}

/// One place in which a request carries the credential, or a constant that the API wants.
struct AuthenticationPart: Sendable, Equatable {
    enum Place: Sendable, Equatable {
        case header(String)
        case query(String)
        case cookie(String)
        /// `Authorization: Basic` (RFC 7617).
        case basic(password: Template)
        /// A member of the JSON body.
        case body(String)
    }

    let place: Place
    /// The value; the user name for `basic`.
    let template: Template
}

/// How an API says whose token it is.
struct VerificationRule: Sendable, Equatable {
    let method: HTTPMethod
    let path: String
    let ok: Set<Int>
    let rejected: Set<Int>
    let insufficient: Set<Int>
    /// What else must be true of a good answer.
    let predicate: Predicate?
    let identity: IdentityRule?

    struct Predicate: Sendable, Equatable {
        let pointer: JSONPointer
        let equals: [String]
    }

    struct IdentityRule: Sendable, Equatable {
        let subject: JSONPointer
        let label: JSONPointer?
    }
}

/// Where an API's error answers keep their message, tried in order.
struct ErrorRules: Sendable, Equatable {
    let messages: [JSONPointer]
}
