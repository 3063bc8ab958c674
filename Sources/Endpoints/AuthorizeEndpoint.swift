import AuthorizationServer
import HTTPTypes
import OAuth
import Pages
import Primitives
import Upstream

extension Bridge {
    /// Larger than any form of ours, small enough to be read whole: what is too long for a token is told on the form.
    private static let maximumBody = 2 << 20

    /// `GET /authorize`: the consent page. It has no effect and can be repeated.
    func getAuthorize(_ request: Request) async -> Response {
        let known = browser(of: request)
        let browser = known ?? BrowserBinding.new()
        do throws(AuthorizationRefusal) {
            let consent = try await server.begin(query: request.query ?? "", browser: browser)
            let page = ConsentView(
                client: consent.client, redirect: consent.redirect, requested: consent.transaction.requested, sealed: consent.sealed,
                csrfToken: consent.csrfToken)
            var response = Response.page(pages.render(consentPage(page)))
            if known == nil { setCookie(browser, on: &response) }
            return response
        } catch {
            return refusal(error)
        }
    }

    private func refusal(_ refusal: AuthorizationRefusal) -> Response {
        switch refusal {
        case .page(let error):
            return errorPage(
                "This connection can’t be started",
                ["The application that sent you here made a request that this server does not accept.", error.description],
                remedies: [
                    "Remove this server in the application and add it again.",
                    "If that does not help, tell the application’s makers what stands here.",
                ],
                code: error.code.rawValue, status: .badRequest)
        case .client(let error, let client, let url):
            let host = (try? StrictURL(url)).map { $0.host ?? $0.scheme }
            return errorPage(
                "This connection can’t be started",
                ["\(client.name.text) asked for something that this server does not accept.", error.description],
                remedies: ["Go back to the application and try again. Nothing was connected."], code: error.code.rawValue,
                status: .badRequest,
                wayBack: ErrorPage.WayBack(link: PageLink(text: "Back to \(client.name.text)", href: url), unverifiedHost: host))
        case .redirect(_, let url):
            return Response(status: .seeOther, headers: [.location: url, .cacheControl: "no-store", .referrerPolicy: "no-referrer"])
        case .server(let rejection):
            report(rejection)
            return unavailablePage()
        }
    }

    /// `POST /authorize`: the person's answer.
    func postAuthorize(_ request: Request) async -> Response {
        guard isSameSite(request) else { return foreignForm() }
        let form: FormData
        do throws(FormFailure) {
            form = try await request.form(upTo: Self.maximumBody)
        } catch {
            let status = failure(error).status
            return errorPage(
                "The form could not be read", ["What your browser sent is not a form that this page makes."],
                remedies: ["Go back to the application and start again."], code: OAuthErrorCode.invalidRequest.rawValue, status: status)
        }
        let browser = browser(of: request)
        // What every form of ours carries and no form of another site can.
        guard browser != nil, form["csrf"] != nil, form["transaction"] != nil else { return foreignForm() }
        guard let posted = ConsentForm(form, secretIDs: profile.secrets.map(\.id), presets: presets) else {
            return errorPage(
                "The form could not be read", ["A field is missing, or was sent twice."],
                remedies: ["Go back to the application and start again."], code: OAuthErrorCode.invalidRequest.rawValue, status: .badRequest
            )
        }
        do throws(Rejection) {
            guard let consent = try await server.open(posted, browser: browser) else { return foreignForm() }
            let answer = try await server.answer(consent, caller: Caller(address: request.remoteAddress))
            return page(for: answer, consent)
        } catch {
            return refusal(AuthorizationRefusal(error))
        }
    }

    /// Whether the form was posted by a page of this server. With `Referrer-Policy: no-referrer` browsers send `Origin: null`, so the fetch metadata
    /// decide where there are any; the cookie and the CSRF token decide in any case.
    private func isSameSite(_ request: Request) -> Bool {
        if let site = request.headers[.fetchSite] { return site == "same-origin" || site == "none" }
        guard let origin = request.headers[.origin], origin != "null" else { return true }
        let issuer = server.configuration.issuer
        if origin == issuer.text { return true }
        // On loopback the same server has several names; a page of ours has the one that it was asked by.
        guard let authority = request.authority, settings.allowsHost(authority) else { return false }
        return origin == issuer.scheme + "://" + authority
    }

    private func foreignForm() -> Response {
        errorPage(
            "This form belongs to another browser",
            ["The answer did not come from the page that this server showed to this browser, so it was not used."],
            remedies: ["Allow cookies for this site.", "Go back to the application and start again."],
            code: OAuthErrorCode.invalidRequest.rawValue,
            status: .forbidden)
    }

    private func unavailablePage() -> Response {
        errorPage(
            "Not possible at the moment", ["This server could not save your answer. Nothing was connected."],
            remedies: ["Try again in a minute: go back and press the button once more."], code: OAuthErrorCode.serverError.rawValue,
            status: .serviceUnavailable)
    }

    private func page(for answer: ConsentAnswer, _ consent: OpenedConsent) -> Response {
        switch answer {
        case .form(let problem, let account, let waits):
            let page = ConsentView(
                client: consent.client, redirect: consent.redirect, requested: consent.transaction.requested,
                sealed: consent.form.transaction,
                csrfToken: consent.form.csrfToken, ticked: server.configuration.scopes.expand(consent.form.scope),
                preset: consent.form.preset,
                understood: consent.form.understood, inputs: consent.form.inputs, problem: problem, account: account, tokenWaits: waits)
            var response = Response.page(pages.render(consentPage(page)), status: problem.map(status) ?? .ok)
            if case .tooManyWrongTokens(let seconds) = problem { response.headers[.retryAfter] = String(seconds) }
            return response
        case .connected(let account, let url, let granted):
            let powers = granted.atoms.compactMap { profile.scopes.entry($0)?.text }
            return .page(pages.render(sentOn(.approved(account: account), consent, url, powers: powers)))
        case .refused(let url): return .page(pages.render(sentOn(.denied, consent, url, powers: [])))
        case .finished:
            return simplePage(
                "Already connected", ["\(consent.client.name.text) has fetched what it needs. You can close this page and go back to it."],
                status: .ok)
        case .burned:
            return errorPage(
                "Too many wrong tokens",
                ["This request was given up after five tokens that \(profile.name) does not know. Nothing was connected."],
                remedies: ["Copy the token again from \(profile.name).", "Go back to the application and start again."],
                code: OAuthErrorCode.accessDenied.rawValue, status: .tooManyRequests)
        case .foreign: return foreignForm()
        case .expired:
            return errorPage(
                "This page is too old", ["A request waits ten minutes for an answer. Nothing was connected."],
                remedies: ["Go back to the application and start again."], code: OAuthErrorCode.invalidRequest.rawValue, status: .badRequest
            )
        }
    }

    private func sentOn(_ outcome: SentOnPage.Outcome, _ consent: OpenedConsent, _ url: String, powers: [String]) -> SentOnPage {
        SentOnPage(
            frame: frame, outcome: outcome, clientName: consent.client.name.text, upstreamName: profile.name, url: url,
            redirectDisplay: consent.redirect.display, powers: powers)
    }

    private func status(_ problem: ConsentProblem) -> HTTPResponse.Status {
        switch problem {
        case .unreadable, .wrongToken, .insufficientToken, .notUnderstood, .noScope: .badRequest
        case .accountNotAdmitted: .forbidden
        // The form is shown again and works; it is not this server that fails.
        case .upstreamUnavailable: .ok
        case .tooManyWrongTokens: .tooManyRequests
        }
    }
}
