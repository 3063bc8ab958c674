import AuthorizationServer
import OAuth
import Pages
import Primitives
import Upstream
import Vault

/// What a consent page shows, in the terms of the domain.
struct ConsentView {
    let client: Client
    let redirect: ValidatedRedirectURI
    let requested: ScopeSet
    let sealed: String
    let csrfToken: String
    /// `nil` on the first showing: ticked as asked.
    var ticked: ScopeSet?
    var preset: String?
    var understood = false
    var inputs: [String: String] = [:]
    var problem: ConsentProblem?
    var account: Account?
    var tokenWaits = false
}

extension Bridge {
    func consentPage(_ view: ConsentView) -> ConsentPage {
        let ticked = view.ticked ?? view.requested
        let asked = profile.scopes.entries.filter { view.requested.contains($0.atom) }
        return ConsentPage(
            frame: frame, transaction: view.sealed, csrf: view.csrfToken, client: client(view), upstreamName: profile.name,
            presets: presets(view),
            areas: areas(asked, ticked), warnings: asked.contains { $0.power != .read } ? profile.consent.warnings : [],
            credential: .paste(credentialForm(view, asked)),
            manageLink: PageLink(text: "your \(profile.name) tokens", href: profile.consent.manageURL),
            identity: identity(view), errors: view.problem.map { [error($0)] } ?? [])
    }

    private func client(_ view: ConsentView) -> ConsentPage.Client {
        let redirect: ConsentPage.Client.Redirect = view.redirect.isLoopback ? .loopback : view.redirect.url.scheme == "https" ? .web : .app
        let verified = view.client.verifiedHost(at: view.redirect)
        return ConsentPage.Client(
            name: view.client.name.text, verifiedHost: verified,
            documentHost: verified == nil ? view.client.document?.url.host : nil, redirectDisplay: view.redirect.display,
            redirect: redirect,
            isStranger: verified == nil && redirect == .web
                && !server.configuration.registration.known.isHostOfKnownClient(view.redirect.url),
            nameNote: view.client.name.isSuspicious ? "This name holds characters that can make it look like another one." : nil,
            needsUnderstood: verified == nil, isUnderstood: view.understood)
    }

    private func areas(_ asked: [ScopeCatalogue.Entry], _ ticked: ScopeSet) -> [ConsentPage.Area] {
        var areas: [ConsentPage.Area] = []
        for entry in asked {
            let power = ConsentPage.Power(
                value: entry.atom, title: entry.power.title, description: entry.text, isTicked: ticked.contains(entry.atom),
                isDestructive: entry.power == .delete)
            if let last = areas.indices.last, areas[last].title == entry.title {
                areas[last].powers.append(power)
            } else {
                areas.append(ConsentPage.Area(title: entry.title, powers: [power]))
            }
        }
        return areas
    }

    /// What a preset's id stands for.
    var presets: [String: [String]] {
        Dictionary(profile.scopes.presets.map { ($0.id, $0.scopes) }, uniquingKeysWith: { first, _ in first })
    }

    /// Those that leave the client something, and less than it asked for; the boxes come first.
    private func presets(_ view: ConsentView) -> [ConsentPage.Preset] {
        let scopes = server.configuration.scopes
        var seen: [ScopeSet] = []
        let offered = profile.scopes.presets.filter { preset in
            let left = scopes.expand(preset.scopes).intersection(view.requested)
            guard !left.isEmpty, !seen.contains(left) else { return false }
            seen.append(left)
            return true
        }
        guard offered.count > 1 else { return [] }
        let chosen = offered.first { $0.id == view.preset }?.id
        return [ConsentPage.Preset(value: ConsentForm.custom, title: "As ticked below", isChosen: chosen == nil)]
            + offered.map { ConsentPage.Preset(value: $0.id, title: $0.title, isChosen: $0.id == chosen) }
    }

    private func credentialForm(_ view: ConsentView, _ asked: [ScopeCatalogue.Entry]) -> CredentialForm {
        var permissions = profile.consent.permissions.map { CredentialForm.Permission(name: $0, reason: "to see whose token it is") }
        for entry in asked {
            for name in entry.permissions where !permissions.contains(where: { $0.name == name }) {
                permissions.append(CredentialForm.Permission(name: name, reason: "for “\(entry.title)”"))
            }
        }
        // “Vals: Read” goes without saying beside “Vals: Read and write”.
        let names = permissions.map(\.name)
        permissions.removeAll { permission in names.contains { $0.hasPrefix(permission.name + " and ") } }
        return CredentialForm(
            secrets: profile.secrets.map {
                CredentialForm.Secret(id: $0.id, label: $0.label, help: $0.help, example: $0.example, isOptional: $0.optional)
            },
            inputs: profile.inputs.map { CredentialForm.Input(id: $0.id, label: $0.label, help: $0.help, value: view.inputs[$0.id] ?? "") },
            createLink: PageLink(text: "Create a token at \(profile.name)", href: profile.consent.createURL), steps: profile.consent.steps,
            permissions: permissions)
    }

    private func identity(_ view: ConsentView) -> ConsentPage.Identity? {
        if let account = view.account { return ConsentPage.Identity(account: account.label) }
        // The checked token still waits, also where something else has to be put right first.
        return view.tokenWaits
            ? ConsentPage.Identity(account: nil, note: "The token that you checked is still here; leave the field empty to use it.") : nil
    }

    private func error(_ problem: ConsentProblem) -> ConsentPage.FormError {
        switch problem {
        case .unreadable(let problem): return unreadable(problem)
        case .wrongToken(let left):
            let rest = left == 1 ? "One try is left." : "\(left) tries are left."
            return .init(field: "token", text: "\(profile.name) does not know this token: it was mistyped, deleted or has expired. \(rest)")
        case .insufficientToken:
            let names = profile.consent.permissions.joined(separator: ", ")
            return .init(
                field: "token",
                text:
                    "\(profile.name) knows this token, but it may not say whose it is. Create one with the permission \(names) and paste that."
            )
        case .upstreamUnavailable(let wait):
            let when = wait.map { "in \($0) seconds" } ?? "in a minute"
            return .init(text: "\(profile.name) could not be asked about the token just now. Nothing was stored; try again \(when).")
        case .tooManyWrongTokens(let wait):
            return .init(
                text: "Too many wrong tokens came from your network, so \(profile.name) was not asked about this one. "
                    + "Nothing was stored; try again in \(wait) seconds.")
        case .accountNotAdmitted(let account):
            return .init(
                field: "token",
                text: "This bridge is not open to \(account.label). Its operator decides which accounts may use it. Nothing was stored.")
        case .notUnderstood:
            return .init(field: "understood", text: "Tick the box to say that you know this application.")
        case .noScope: return .init(field: "scope", text: "Tick at least one thing that the application may do, or refuse.")
        }
    }

    private func unreadable(_ problem: PasteProblem) -> ConsentPage.FormError {
        switch problem {
        case .missing(let label): .init(field: field(label), text: "Paste the \(label).")
        case .tooLong(let label):
            .init(field: field(label), text: "This is too long for a \(label). Copy it again and paste only the token.")
        case .badCharacters(let label):
            .init(
                field: field(label),
                text: "There is a space, a line break or a foreign character inside the \(label). Copy it again and paste only the token.")
        case .badInput(let label, let help): .init(field: field(label), text: "\(label) does not have the right form. \(help)")
        }
    }

    /// The form's field of a label.
    private func field(_ label: String) -> String {
        if let place = profile.secrets.firstIndex(where: { $0.label == label }) {
            return place == 0 ? "token" : "secret.\(profile.secrets[place].id)"
        }
        return profile.inputs.first { $0.label == label }.map { "input.\($0.id)" } ?? "token"
    }
}

extension ScopeCatalogue.Power {
    fileprivate var title: String {
        switch self {
        case .read: "Read"
        case .write: "Write"
        case .delete: "Delete"
        }
    }
}
