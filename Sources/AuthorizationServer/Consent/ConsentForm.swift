package import OAuth
package import Primitives
package import Vault

/// The consent form as a person posted it.
package struct ConsentForm: Sendable {
    package enum Decision: String, Sendable {
        case approve
        case deny
        case check
    }

    package let transaction: String
    package let csrfToken: String
    package let decision: Decision
    /// By the profile's ids; empty ones are left out.
    package let secrets: [String: String]
    package let inputs: [String: String]
    /// The names that are ticked, or those of the chosen preset.
    package let scope: [String]
    /// The chosen preset; `nil` where the boxes count.
    package let preset: String?
    package let understood: Bool

    /// The preset that stands for the boxes.
    package static let custom = "custom"

    /// - Parameters:
    ///   - secretIDs: the profile's, in its order; the first one is posted as `token`, others as `secret.<id>`.
    ///   - presets: what each preset stands for.
    /// - Returns: `nil` where a field is given twice, or there is no such decision or preset.
    package init?(_ form: FormData, secretIDs: [String], presets: [String: [String]] = [:]) {
        guard form.repeated.subtracting(["scope"]).isEmpty, let decision = form["decision"].flatMap(Decision.init),
            let transaction = form["transaction"], let csrfToken = form["csrf"]
        else { return nil }
        self.transaction = transaction
        self.csrfToken = csrfToken
        self.decision = decision
        var secrets: [String: String] = [:]
        for (index, id) in secretIDs.enumerated() { secrets[id] = form[index == 0 ? "token" : "secret.\(id)"] }
        self.secrets = secrets
        var inputs: [String: String] = [:]
        for pair in form.pairs where pair.name.hasPrefix("input.") && !pair.value.isEmpty {
            inputs[String(pair.name.dropFirst("input.".count))] = pair.value
        }
        self.inputs = inputs
        let preset = form["preset"].flatMap { $0 == Self.custom ? nil : $0 }
        guard let scope = preset.map({ presets[$0] }) ?? form.values("scope") else { return nil }
        self.preset = preset
        self.scope = scope
        understood = form["understood"] != nil
    }
}

/// What a person can put right, and is told on the form.
package enum ConsentProblem: Sendable, Equatable {
    /// The upstream was not asked.
    case unreadable(PasteProblem)
    case wrongToken(triesLeft: Int)
    case insufficientToken
    case upstreamUnavailable(retryAfter: Int?)
    /// From this network, at whatever page or door. The upstream was not asked.
    case tooManyWrongTokens(retryAfter: Int)
    case accountNotAdmitted(Account)
    case notUnderstood
    case noScope
}

/// The answer to a posted consent form.
package enum ConsentAnswer: Sendable {
    /// The same form again.
    case form(ConsentProblem?, checked: Account?, tokenWaits: Bool)
    /// Approved: the browser goes on to the client with a code.
    case connected(account: String, url: String, granted: ScopeSet)
    /// The person said no: the browser goes on with `access_denied`.
    case refused(url: String)
    /// Approved earlier, and the client has its tokens already.
    case finished
    /// Five wrong tokens: only a new request of the client helps.
    case burned
    /// Not sealed here, or for another browser, or no CSRF token.
    case foreign
    case expired
}
