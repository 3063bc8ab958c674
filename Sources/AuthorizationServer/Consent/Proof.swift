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
        case .failure(let problem): return .answer(.form(.unreadable(problem), checked: nil, tokenWaits: false))
        case .success(let posted): credential = posted
        }
        guard await limits.questions.enter(caller.network) else {
            return .answer(.form(.upstreamUnavailable(retryAfter: 1), checked: nil, tokenWaits: false))
        }
        defer { limits.questions.leave(caller.network) }
        // Taken before the question and given back unless the token was wrong, so that parallel guesses slip past neither limit.
        if let wait = limits.wrongTokens.take(for: caller.network) {
            let waits = try storedConsent(consent.transaction.id)?.waiting != nil
            return .answer(.form(.tooManyWrongTokens(retryAfter: wait), checked: nil, tokenWaits: waits))
        }
        var wasWrong = false
        defer { if !wasWrong { limits.wrongTokens.giveBack(for: caller.network) } }
        let (tried, mayAsk) = try await takeTry(consent)
        if let closed = closedAnswer(tried, consent) { return .answer(closed) }
        // All tries are being spent at this moment, and none has failed for good yet. This one is not asked about, and costs nothing.
        guard mayAsk else {
            return .answer(.form(.upstreamUnavailable(retryAfter: 1), checked: nil, tokenWaits: tried.waiting != nil))
        }
        switch await upstream.check(credential) {
        case .good(let account):
            guard upstream.admits(account) else { return try await refund(consent, .accountNotAdmitted(account)) }
            return .proven(ProvenCredential(credential: credential, account: account))
        case .insufficient: return try await refund(consent, .insufficientToken)
        case .unavailable(let wait): return try await refund(consent, .upstreamUnavailable(retryAfter: wait))
        case .rejected:
            wasWrong = true
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

    private func takeTry(_ consent: OpenedConsent) async throws(Rejection) -> (record: ConsentRecord, wasLeft: Bool) {
        let (id, expiry) = (consent.transaction.id, consent.transaction.expiresAt)
        do {
            return try await store.updateConsent(id) { stored, _ in
                var record = stored ?? ConsentRecord(id: id, expiresAt: expiry)
                let wasLeft = record.takeTry()
                stored = record
                return ConsentChange((record, wasLeft))
            }
        } catch {
            throw .store(error)
        }
    }

    private func refund(_ consent: OpenedConsent, _ problem: ConsentProblem) async throws(Rejection) -> Proof {
        let record = try await change(consent) { record, _ in
            record.giveTryBack()
            return ConsentChange(record)
        }
        return .answer(closedAnswer(record, consent) ?? .form(problem, checked: nil, tokenWaits: record.waiting != nil))
    }

    /// The credential in the form, or the one that was checked before and waits.
    private func posted(_ consent: OpenedConsent) throws(Rejection) -> Result<Credential, PasteProblem> {
        let pasted = upstream.read(consent.form.secrets, consent.form.inputs)
        guard case .failure(.missing) = pasted, let waiting = try waitingCredential(consent) else { return pasted }
        return .success(waiting)
    }

    private func waitingCredential(_ consent: OpenedConsent) throws(Rejection) -> Credential? {
        guard let locked = try storedConsent(consent.transaction.id)?.waiting,
            let opened = try? BearerLock.unlock(
                locked, with: consent.browser.secret, kind: .browser, owner: consent.transaction.id.text,
                deployment: vault.keyring.deployment)
        else { return nil }
        return ProvenCredential(decoding: opened)?.credential
    }
}
