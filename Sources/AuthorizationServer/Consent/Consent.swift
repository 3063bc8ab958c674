package import OAuth
import Primitives
import Vault

/// A consent form that belongs to a request that was sealed here for this browser, is in time and carries its CSRF token. Only
/// `AuthorizationServer.open` makes one.
package struct OpenedConsent: Sendable {
    package let transaction: AuthorizationTransaction
    package let client: Client
    package let redirect: ValidatedRedirectURI
    package let form: ConsentForm
    package let browser: BrowserBinding

    fileprivate init(
        transaction: AuthorizationTransaction, client: Client, redirect: ValidatedRedirectURI, form: ConsentForm, browser: BrowserBinding
    ) {
        self.transaction = transaction
        self.client = client
        self.redirect = redirect
        self.form = form
        self.browser = browser
    }

    /// What the person leaves to the client: never more than it asked for.
    func granted(_ scopes: ScopeVocabulary) -> ScopeSet { scopes.expand(form.scope).intersection(transaction.requested) }
}

extension AuthorizationServer {
    /// Finds out what a posted form belongs to. No upstream call, nothing written.
    /// - Returns: `nil` for a form of another site or another browser, or whose redirect the client has since given up.
    package func open(_ form: ConsentForm, browser: BrowserBinding?) async throws(Rejection) -> OpenedConsent? {
        guard let browser, sealer.isCSRFToken(form.csrfToken, for: browser), let transaction = sealer.open(form.transaction, for: browser)
        else { return nil }
        let client = try await clients.current(transaction.client)
        guard let redirect = client.metadata.redirect(matching: transaction.redirectURI) else { return nil }
        return OpenedConsent(transaction: transaction, client: client, redirect: redirect, form: form, browser: browser)
    }

    /// Answers a posted form. The first approval or denial closes the request; the same post again gives the same answer.
    package func answer(_ consent: OpenedConsent, caller: Caller) async throws(Rejection) -> ConsentAnswer {
        if try now() >= consent.transaction.expiresAt { return .expired }
        if let record = try storedConsent(consent.transaction.id), let closed = closedAnswer(record, consent) { return closed }
        switch consent.form.decision {
        case .deny: return try await deny(consent, caller)
        case .check: return try await check(consent, caller)
        case .approve: return try await approve(consent, caller)
        }
    }

    // MARK: Decisions

    private func deny(_ consent: OpenedConsent, _ caller: Caller) async throws(Rejection) -> ConsentAnswer {
        let event = AuditEvent(.refused, clientID: consent.client.id.text, address: caller.address)
        let record = try await change(consent) { record, _ in
            guard case .open = record.state else { return ConsentChange(record) }
            record.deny()
            return ConsentChange(record, audit: [event])
        }
        return closedAnswer(record, consent) ?? .expired
    }

    private func check(_ consent: OpenedConsent, _ caller: Caller) async throws(Rejection) -> ConsentAnswer {
        let proven: ProvenCredential
        switch try await prove(consent, caller) {
        case .answer(let answer): return answer
        case .proven(let credential): proven = credential
        }
        let locked = BearerLock.lock(
            proven.encoded, under: consent.browser.secret, kind: .browser, owner: consent.transaction.id.text,
            deployment: vault.keyring.deployment)
        let record = try await change(consent) { record, _ in
            record.giveTryBack()
            record.keepWaiting(locked)
            return ConsentChange(record)
        }
        return closedAnswer(record, consent) ?? .form(nil, checked: proven.account, tokenWaits: true)
    }

    private func approve(_ consent: OpenedConsent, _ caller: Caller) async throws(Rejection) -> ConsentAnswer {
        let waits = try storedConsent(consent.transaction.id)?.waiting != nil
        guard consent.form.understood || consent.client.verifiedHost(at: consent.redirect) != nil else {
            return .form(.notUnderstood, checked: nil, tokenWaits: waits)
        }
        guard !consent.granted(configuration.scopes).isEmpty else { return .form(.noScope, checked: nil, tokenWaits: waits) }
        let proven: ProvenCredential
        switch try await prove(consent, caller) {
        case .answer(let answer): return answer
        case .proven(let credential): proven = credential
        }
        let approved = try makeGrant(consent, proven)
        let event = AuditEvent(
            .connected, subject: approved.approval.grant.subject, clientID: consent.client.id.text,
            grantID: approved.approval.grant.id.text,
            address: caller.address, detail: configuration.scopes.text(for: approved.approval.grant.granted))
        let record = try await change(consent) { record, _ in
            // Two tabs, a double click: the first one made the grant, and both show it.
            guard case .open = record.state else { return ConsentChange(record) }
            record.approve(approved.approval.grant.id, outcome: approved.outcome)
            return ConsentChange(record, approval: approved.approval, audit: [event])
        }
        return closedAnswer(record, consent) ?? .expired
    }

    /// The new grant, its entry, and the page to show, locked for this browser.
    private func makeGrant(
        _ consent: OpenedConsent, _ proven: ProvenCredential
    ) throws(Rejection) -> (approval: Approval, outcome: [UInt8]) {
        let now = try now()
        let id = tokens.newGrantID()
        let code = try tokens.make(.code, grant: id, generation: 0)
        let sealed: Vault.Sealed
        do {
            sealed = try vault.seal(proven, upstream: upstream.id, for: RecipientName(role: .grant, id: id.text), at: now)
        } catch {
            throw .keyMissing
        }
        let pending = bearers.lock(
            UnlockedKey(sealed.secretKey), under: code, challenge: consent.transaction.challenge,
            expiresAt: now + configuration.lifetimes.code)
        let grant = Grant(
            id: id, client: consent.client.id, subject: sealed.entry.subject, upstream: upstream.id,
            redirectURI: consent.transaction.redirectURI, requested: consent.transaction.requested,
            granted: consent.granted(configuration.scopes), resource: consent.transaction.resource, createdAt: now,
            expiresAt: now + configuration.lifetimes.grant,
            connection: Grant.Connection(entry: sealed.entry.id, publicKey: sealed.publicKey, envelope: sealed.envelope),
            state: .pending(pending))
        var outcome = ByteWriter()
        outcome.append(code.secret.revealBytes())
        outcome.append(proven.account.label)
        outcome.append(grant.granted.stored)
        let locked = BearerLock.lock(
            Secret(outcome.bytes), under: consent.browser.secret, kind: .browser, owner: consent.transaction.id.text,
            deployment: vault.keyring.deployment)
        return (Approval(client: clients.rowAtApproval(of: consent.client, at: now), entry: sealed.entry, grant: grant), locked)
    }

    // MARK: The record

    func storedConsent(_ id: ConsentID) throws(Rejection) -> ConsentRecord? {
        do { return try store.consent(id) } catch { throw .store(error) }
    }

    /// Changes the record, which the first answer makes.
    func change(
        _ consent: OpenedConsent, _ transition: @escaping @Sendable (inout ConsentRecord, UnixTime) -> ConsentChange<ConsentRecord>
    ) async throws(Rejection) -> ConsentRecord {
        let (id, expiry) = (consent.transaction.id, consent.transaction.expiresAt)
        do {
            return try await store.updateConsent(id) { stored, now in
                var record = stored ?? ConsentRecord(id: id, expiresAt: expiry)
                let change = transition(&record, now)
                stored = record
                return ConsentChange(record, approval: change.approval, audit: change.audit)
            }
        } catch {
            throw .store(error)
        }
    }

    /// What a request that has been answered shows from then on; `nil` while it is open.
    func closedAnswer(_ record: ConsentRecord, _ consent: OpenedConsent) -> ConsentAnswer? {
        switch record.state {
        case .open: return nil
        case .burned: return .burned
        case .denied:
            let parameters = [("error", "access_denied"), ("error_description", "The person refused the connection.")]
            return .refused(url: answer(consent.redirect, state: consent.transaction.state, parameters))
        case .approved(_, let outcome):
            guard let outcome,
                let opened = try? BearerLock.unlock(
                    outcome, with: consent.browser.secret, kind: .browser, owner: consent.transaction.id.text,
                    deployment: vault.keyring.deployment)
            else { return .finished }
            var fields = ByteReader(opened.revealBytes())
            guard let code = fields.text(), let label = fields.text(), let granted = fields.text() else { return .finished }
            return .connected(
                account: label, url: answer(consent.redirect, state: consent.transaction.state, [("code", code)]),
                granted: ScopeSet(stored: granted))
        }
    }
}
