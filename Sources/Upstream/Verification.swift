import Primitives

/// Whose token it is, as the API says: nothing else of that answer is kept.
package struct Identity: Sendable, Equatable {
    /// The account's id; `nil` where the API has no identity to give.
    package let subject: String?
    /// What the account is called; `nil` where it has no name.
    package let label: String?

    package init(subject: String?, label: String?) {
        self.subject = subject
        self.label = label
    }
}

/// What the who-am-I call said of a credential.
package enum Verification: Sendable, Equatable {
    case good(Identity)
    /// The API does not know it.
    case rejected
    /// It is alive, but may not ask who it is.
    case insufficient
    /// Nothing was learned.
    /// - Parameter retryAfter: in seconds, where the API said so.
    case unavailable(retryAfter: Int?)
}

extension UpstreamProfile {
    /// Asks the API whose credential this is. Nothing that it answers but a clear refusal is held against the credential.
    package func verify(_ credential: UpstreamCredential, transport: UpstreamTransport) async -> Verification {
        guard let builder = try? RequestBuilder(self, credential: credential) else { return .unavailable(retryAfter: nil) }
        do throws(UpstreamFailure) {
            return interpret(try await transport.send(builder.request(verification)))
        } catch {
            if case .paused(let seconds) = error { return .unavailable(retryAfter: seconds) }
            return .unavailable(retryAfter: nil)
        }
    }

    func interpret(_ response: UpstreamResponse) -> Verification {
        let status = response.status
        if verification.rejected.contains(status) { return .rejected }
        if verification.insufficient.contains(status) { return .insufficient }
        guard verification.ok.contains(status) else { return .unavailable(retryAfter: response.retryAfter) }
        guard verification.identity != nil || verification.predicate != nil else { return .good(Identity(subject: nil, label: nil)) }
        guard let body = try? JSON.parse(response.body) else { return .unavailable(retryAfter: nil) }
        if let predicate = verification.predicate {
            guard let value = predicate.pointer.value(in: body) else { return .unavailable(retryAfter: nil) }
            guard predicate.equals.contains(value.plainText) else { return .rejected }
        }
        guard let rule = verification.identity else { return .good(Identity(subject: nil, label: nil)) }
        guard let subject = Self.identifier(rule.subject.value(in: body)) else { return .unavailable(retryAfter: nil) }
        return .good(Identity(subject: subject, label: rule.label.flatMap { Self.identifier($0.value(in: body)) }))
    }

    /// An id or a name: some APIs count, others spell.
    private static func identifier(_ value: JSON?) -> String? {
        switch value {
        case .some(.string(let text)) where !text.isEmpty && text.utf8.count <= 256: text
        case .some(.number(let number)): number.integer.map(String.init)
        default: nil
        }
    }
}
