import Primitives
import Vault

/// Whose token it is, or what to answer instead.
enum Proof: Sendable {
    case proven(ProvenCredential)
    case answer(ConsentAnswer)
}

extension AuthorizationServer {
    /// Asks the upstream whose the posted credential is. Each question takes one of the request's tries, given back unless the token was wrong.
    func prove(_ consent: OpenedConsent, _ caller: Caller) async throws(Rejection) -> Proof {
        let credential: Credential
        switch try posted(consent) {
        case .left(let problem): return .answer(.form(problem, checked: nil, tokenWaits: false))
        case .right(let posted): credential = posted
        }
        let tried = try await change(consent) { record, _ in
            _ = record.takeTry()
            return ConsentChange(record)
        }
        if let closed = closedAnswer(tried, consent) { return .answer(closed) }
        switch await upstream.check(credential) {
        case .good(let account):
            guard upstream.admits(account) else { return try await refund(consent, .accountNotAdmitted(account)) }
            return .proven(ProvenCredential(credential: credential, account: account))
        case .insufficient: return try await refund(consent, .insufficientToken)
        case .unavailable(let wait): return try await refund(consent, .upstreamUnavailable(retryAfter: wait))
        case .rejected:
            let event = AuditEvent(.denied, clientID: consent.client.id.text, address: caller.address, detail: "wrong token")
            let record = try await change(consent) { record, _ in
                record.burnIfSpent()
                return ConsentChange(record, audit: [event])
            }
            if let closed = closedAnswer(record, consent) { return .answer(closed) }
            let left = Int(ConsentRecord.maximumTries - record.tries)
            return .answer(.form(.wrongToken(triesLeft: left), checked: nil, tokenWaits: false))
        }
    }

    private func refund(_ consent: OpenedConsent, _ problem: ConsentProblem) async throws(Rejection) -> Proof {
        let record = try await change(consent) { record, _ in
            record.giveTryBack()
            return ConsentChange(record)
        }
        return .answer(closedAnswer(record, consent) ?? .form(problem, checked: nil, tokenWaits: record.waiting != nil))
    }

    private enum Posted {
        case left(ConsentProblem)
        case right(Credential)
    }

    /// The credential in the form, or the one that was checked before and waits.
    private func posted(_ consent: OpenedConsent) throws(Rejection) -> Posted {
        let form = consent.form
        if form.secrets.values.allSatisfy({ trimmed($0).isEmpty }), let waiting = try waitingCredential(consent) { return .right(waiting) }
        var secrets: [String: Secret] = [:]
        for field in upstream.secrets {
            let text = trimmed(form.secrets[field.id] ?? "")
            if text.isEmpty {
                guard field.isOptional else { return .left(.missingSecret(field.id)) }
                continue
            }
            guard text.utf8.count <= 4096, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                return .left(.malformedSecret(field.id))
            }
            secrets[field.id] = Secret(String(text))
        }
        guard let origin = upstream.origin(form.inputs) else { return .left(.badInput) }
        return .right(Credential(origin: origin, secrets: secrets, inputs: form.inputs))
    }

    private func waitingCredential(_ consent: OpenedConsent) throws(Rejection) -> Credential? {
        let record: ConsentRecord?
        do { record = try store.consent(consent.transaction.id) } catch { throw .store(error) }
        guard let locked = record?.waiting,
            let opened = try? BearerLock.unlock(
                locked, with: consent.browser.secret, kind: .browser, owner: consent.transaction.id.text,
                deployment: vault.keyring.deployment)
        else { return nil }
        return ProvenCredential(decoding: opened)?.credential
    }

    /// People paste line ends and spaces along. Inside a token they are refused.
    private func trimmed(_ text: String) -> Substring {
        let isSpace = { (character: Character) in
            character == " " || character == "\t" || character == "\n" || character == "\r" || character == "\r\n"
        }
        var rest = text[...].drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }
}
