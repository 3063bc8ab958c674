/// The fields into which a credential is pasted, and how to get one.
package struct CredentialForm: Sendable {
    /// What is secret. The first one is posted as `token`, each other one as `secret.<id>`.
    package var secrets: [Secret]
    /// What is not: posted as `input.<id>`.
    package var inputs: [Input]
    /// Where a token is made.
    package var createLink: PageLink?
    package var steps: [String]
    /// What the token must be allowed to do, for what is asked.
    package var permissions: [Permission]

    package init(
        secrets: [Secret], inputs: [Input] = [], createLink: PageLink? = nil, steps: [String] = [],
        permissions: [Permission] = []
    ) {
        self.secrets = secrets
        self.inputs = inputs
        self.createLink = createLink
        self.steps = steps
        self.permissions = permissions
    }

    package struct Secret: Sendable {
        package var id: String
        package var label: String
        package var help: String?
        /// What one looks like: `vtwn_…`
        package var example: String?
        package var isOptional: Bool

        package init(id: String, label: String, help: String? = nil, example: String? = nil, isOptional: Bool = false) {
            self.id = id
            self.label = label
            self.help = help
            self.example = example
            self.isOptional = isOptional
        }
    }

    package struct Input: Sendable {
        package var id: String
        package var label: String
        package var help: String?
        package var example: String?
        /// What was typed before.
        package var value: String
        /// Where there are any, one of these is chosen and nothing is typed.
        package var choices: [Choice]

        package init(
            id: String, label: String, help: String? = nil, example: String? = nil, value: String = "", choices: [Choice] = []
        ) {
            self.id = id
            self.label = label
            self.help = help
            self.example = example
            self.value = value
            self.choices = choices
        }
    }

    package struct Choice: Sendable {
        package var value: String
        package var title: String

        package init(value: String, title: String) {
            self.value = value
            self.title = title
        }
    }

    package struct Permission: Sendable {
        /// As the API's own page calls it: `Users: Read`.
        package var name: String
        package var reason: String

        package init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }
}

extension CredentialForm {
    /// - Parameters:
    ///   - isHeld: a token waits already, so that nothing has to be pasted.
    ///   - errors: by field name.
    func fields(isHeld: Bool, errors: [String: String]) -> Fields {
        [
            "secrets": .list(
                secrets.enumerated().map { index, secret in
                    let name = index == 0 ? "token" : "secret." + secret.id
                    let field = FormField(name: name, label: secret.label, help: secret.help, example: secret.example, error: errors[name])
                    return field.fields.merging([
                        "isRequired": .flag(!isHeld && !secret.isOptional), "isOptional": .flag(secret.isOptional),
                    ]) { $1 }
                }),
            "inputs": .list(
                inputs.map { input in
                    let name = "input." + input.id
                    let field = FormField(name: name, label: input.label, help: input.help, example: input.example, error: errors[name])
                    let choices = input.choices.map { choice -> Fields in
                        ["value": .text(choice.value), "title": .text(choice.title), "isChosen": .flag(choice.value == input.value)]
                    }
                    return field.fields.merging([
                        "typed": .text(input.value), "choice": .group(choices.isEmpty ? nil : ["choices": .list(choices)]),
                    ]) { $1 }
                }),
            "create": .group(createLink?.fields),
            "guide": .group(steps.isEmpty ? nil : ["steps": .texts(steps)]),
            "needs": .group(permissions.isEmpty ? nil : ["permissions": .list(permissions.map(\.fields))]),
        ]
    }

    static let sample = CredentialForm(
        secrets: [
            Secret(id: "token", label: "API token", help: "Begins with ex_", example: "ex_…"),
            Secret(id: "app", label: "Application key", help: "Beside it", example: "…", isOptional: true),
        ],
        inputs: [
            Input(id: "site", label: "Site", help: "Where you log in", value: "eu", choices: [Choice(value: "eu", title: "Europe")]),
            Input(id: "mail", label: "Mail", example: "ada@example.com"),
        ],
        createLink: PageLink(text: "Create a token", href: "https://api.example.com/tokens/new"),
        steps: ["Open your settings."],
        permissions: [Permission(name: "Users: Read", reason: "to see whose token it is")])
}

extension CredentialForm.Permission {
    fileprivate var fields: Fields {
        ["permission": .text(name), "reason": .text(reason)]
    }
}

/// What a field's label, its help and its error have in common.
struct FormField {
    let name: String
    let label: String
    let help: String?
    let example: String?
    let error: String?

    /// The id of a field's element. The error summary links to it.
    static func id(of name: String) -> String {
        "field-" + name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "-" }.joined()
    }

    var fields: Fields {
        let id = Self.id(of: name)
        let describing = [help.map { _ in id + "-help" }, error.map { _ in id + "-error" }].compactMap(\.self)
        return [
            "name": .text(name), "id": .text(id), "label": .text(label), "help": .optional(help), "example": .optional(example),
            "error": .optional(error), "describedBy": .optional(describing.isEmpty ? nil : describing.joined(separator: " ")),
        ]
    }
}
