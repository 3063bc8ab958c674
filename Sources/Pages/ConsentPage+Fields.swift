extension ConsentPage: PageModel {
    static let template = "consent"

    var fields: Fields {
        let errorOf = Dictionary(errors.compactMap { error in error.field.map { ($0, error.text) } }) { $0 + " " + $1 }
        return client.fields.merging([
            "action": .link(action),
            "transaction": .text(transaction),
            "csrf": .text(csrf),
            "upstreamName": .text(upstreamName),
            "failure": .group(errors.isEmpty ? nil : ["errors": .list(errors.map(\.fields))]),
            "choice": .group(presets.isEmpty ? nil : ["presets": .list(presets.map(\.fields))]),
            "areas": .list(areas.map(\.fields)),
            "warnings": .texts(warnings),
            "scopeError": .optional(errorOf["scope"]),
            "understoodError": .optional(errorOf["understood"]),
            "manage": .group(manageLink?.fields),
            "identity": .group(identity?.fields),
            "paste": .group(pasteFields(errors: errorOf)),
            "session": .group(sessionFields),
        ]) { $1 }
    }

    private func pasteFields(errors: [String: String]) -> Fields? {
        guard case .paste(let form) = credential else { return nil }
        return form.fields(isHeld: identity != nil, errors: errors)
    }

    private var sessionFields: Fields? {
        guard case .session(let accounts, let otherToken) = credential else { return nil }
        return [
            // With one account there is nothing to choose.
            "only": .group(accounts.count == 1 ? accounts.first?.fields : nil),
            "several": .group(accounts.count == 1 ? nil : ["accounts": .list(accounts.map(\.fields))]),
            "other": .group(otherToken.map { ["otherLink": .link($0)] }),
        ]
    }

    /// Pasting and a session are never on one page.
    static let samples = [
        sample(credential: .paste(.sample)), sample(credential: .paste(.sample), isVerified: false),
        sample(credential: .session([Account(value: "1", name: "@ada", isChosen: true)], otherToken: "/authorize?paste")),
        sample(
            credential: .session(
                [Account(value: "1", name: "@ada", isChosen: true), Account(value: "2", name: "@bob", isChosen: false)], otherToken: nil)),
    ]

    private static func sample(credential: Credential, isVerified: Bool = true) -> ConsentPage {
        ConsentPage(
            frame: .sample, transaction: "sealed", csrf: "secret",
            client: Client(
                name: "Example", verifiedHost: isVerified ? "client.example.com" : nil,
                documentHost: isVerified ? nil : "client.example.com", redirectDisplay: "127.0.0.1:43210", redirect: .loopback,
                nameNote: "This name mixes alphabets.", needsUnderstood: true),
            upstreamName: "Example API", presets: [Preset(value: "custom", title: "These", isChosen: true)],
            areas: [
                Area(title: "Files", powers: [Power(value: "files:read", title: "Read", description: "See your files", isTicked: true)])
            ],
            warnings: ["Writing changes live data."], credential: credential,
            manageLink: PageLink(text: "your tokens", href: "https://api.example.com/tokens"),
            identity: Identity(account: "@ada", powers: ["Read"], lacks: ["Write"], unknown: ["Delete"], note: "It expires soon."),
            errors: [FormError(field: "token", text: "This token was refused."), FormError(text: "Nothing was connected.")])
    }
}

extension ConsentPage.Client {
    fileprivate var fields: Fields {
        [
            "clientName": .text(name),
            "verifiedHost": .optional(verifiedHost),
            "documentHost": .optional(documentHost),
            "redirectDisplay": .text(redirectDisplay),
            "isLoopback": .flag(redirect == .loopback),
            "isApp": .flag(redirect == .app),
            "isWeb": .flag(redirect == .web),
            "isStranger": .flag(isStranger),
            "nameNote": .optional(nameNote),
            "needsUnderstood": .flag(needsUnderstood),
            "isUnderstood": .flag(isUnderstood),
        ]
    }
}

extension ConsentPage.Preset {
    fileprivate var fields: Fields {
        ["value": .text(value), "title": .text(title), "isChosen": .flag(isChosen)]
    }
}

extension ConsentPage.Area {
    fileprivate var fields: Fields {
        ["areaTitle": .text(title), "powers": .list(powers.map(\.fields))]
    }
}

extension ConsentPage.Power {
    fileprivate var fields: Fields {
        [
            "value": .text(value), "title": .text(title), "description": .text(description), "isTicked": .flag(isTicked),
            "isDestructive": .flag(isDestructive),
        ]
    }
}

extension ConsentPage.Account {
    fileprivate var fields: Fields {
        ["value": .text(value), "accountName": .text(name), "isChosen": .flag(isChosen)]
    }
}

extension ConsentPage.Identity {
    fileprivate var fields: Fields {
        [
            "account": .optional(account),
            "can": .group(powers.isEmpty ? nil : ["items": .texts(powers)]),
            "cannot": .group(lacks.isEmpty ? nil : ["items": .texts(lacks)]),
            "unknown": .group(unknown.isEmpty ? nil : ["items": .texts(unknown)]),
            "note": .optional(note),
        ]
    }
}

extension ConsentPage.FormError {
    fileprivate var fields: Fields {
        ["text": .text(text), "field": .group(field.map { ["target": .text("#" + FormField.id(of: $0))] })]
    }
}
