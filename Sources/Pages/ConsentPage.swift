/// The page that asks: who wants to do what with whose token. One form; its field names are a contract with programs, not only with people.
///
/// All text comes in as data and is escaped here. Nothing that was pasted is ever put back.
package struct ConsentPage: Sendable {
    package var frame: PageFrame
    /// Where the form is posted: `/authorize`.
    package var action: String
    /// The sealed authorization request.
    package var transaction: String
    package var csrf: String
    package var client: Client
    package var upstreamName: String
    /// Shorthands for the boxes; none shows only the boxes. `custom` means the boxes.
    package var presets: [Preset]
    package var areas: [Area]
    /// What a person should know before allowing it: "Write tools change live code."
    package var warnings: [String]
    package var credential: Credential
    /// Where tokens are deleted at their source: "your Val Town tokens".
    package var manageLink: PageLink?
    /// Whose token waits, or what the session's token can do, after a check. With a waiting token the field may stay empty.
    package var identity: Identity?
    package var errors: [FormError]

    package init(
        frame: PageFrame, action: String = "/authorize", transaction: String, csrf: String, client: Client, upstreamName: String,
        presets: [Preset] = [], areas: [Area], warnings: [String] = [], credential: Credential,
        manageLink: PageLink? = nil, identity: Identity? = nil, errors: [FormError] = []
    ) {
        self.frame = frame
        self.action = action
        self.transaction = transaction
        self.csrf = csrf
        self.client = client
        self.upstreamName = upstreamName
        self.presets = presets
        self.areas = areas
        self.warnings = warnings
        self.credential = credential
        self.manageLink = manageLink
        self.identity = identity
        self.errors = errors
    }

    /// Who asks.
    package struct Client: Sendable {
        /// As the client calls itself, already stripped of what only confuses.
        package var name: String
        /// The host that vouches for this client; `nil` where anybody could have chosen the name.
        package var verifiedHost: String?
        /// The host whose document this client presents, where that alone proves nothing: anybody who receives the answer could present it.
        package var documentHost: String?
        /// Where the answer goes, as a person can read it: `127.0.0.1:43210`, `claude.ai`, `cursor://anysphere.cursor-mcp`.
        package var redirectDisplay: String
        package var redirect: Redirect
        /// Whether the answer goes to a web site that nobody here has heard of and nobody vouches for.
        package var isStranger: Bool
        /// What is odd about the name, such as letters of several alphabets.
        package var nameNote: String?
        /// Whether approving needs the box `understood`.
        package var needsUnderstood: Bool
        /// Whether that box was ticked when the form came in.
        package var isUnderstood: Bool

        package enum Redirect: Sendable, CaseIterable {
            /// A program on this computer, whichever it is.
            case loopback
            /// An app that has claimed the scheme on this device.
            case app
            case web
        }

        package init(
            name: String, verifiedHost: String? = nil, documentHost: String? = nil, redirectDisplay: String, redirect: Redirect,
            isStranger: Bool = false,
            nameNote: String? = nil, needsUnderstood: Bool, isUnderstood: Bool = false
        ) {
            self.name = name
            self.verifiedHost = verifiedHost
            self.documentHost = documentHost
            self.redirectDisplay = redirectDisplay
            self.redirect = redirect
            self.isStranger = isStranger
            self.nameNote = nameNote
            self.needsUnderstood = needsUnderstood
            self.isUnderstood = isUnderstood
        }
    }

    package struct Preset: Sendable {
        package var value: String
        package var title: String
        package var isChosen: Bool

        package init(value: String, title: String, isChosen: Bool) {
            self.value = value
            self.title = title
            self.isChosen = isChosen
        }
    }

    /// Powers that belong together.
    package struct Area: Sendable {
        package var title: String
        package var powers: [Power]

        package init(title: String, powers: [Power]) {
            self.title = title
            self.powers = powers
        }
    }

    /// One box to tick.
    package struct Power: Sendable {
        /// The scope: `vals:read`.
        package var value: String
        package var title: String
        package var description: String
        package var isTicked: Bool
        package var isDestructive: Bool

        package init(value: String, title: String, description: String, isTicked: Bool, isDestructive: Bool = false) {
            self.value = value
            self.title = title
            self.description = description
            self.isTicked = isTicked
            self.isDestructive = isDestructive
        }
    }

    /// Where the token comes from.
    package enum Credential: Sendable {
        case paste(CredentialForm)
        /// The browser session holds tokens of these accounts already, and no token field is shown.
        /// `otherToken` is where a person goes to paste another one.
        case session([Account], otherToken: String?)
    }

    package struct Account: Sendable {
        /// What `account` carries when this one is chosen.
        package var value: String
        package var name: String
        package var isChosen: Bool

        package init(value: String, name: String, isChosen: Bool) {
            self.value = value
            self.name = name
            self.isChosen = isChosen
        }
    }

    /// What a check of the token found.
    package struct Identity: Sendable {
        /// `@alice`; `nil` for an API that doesn't say whose token it is.
        package var account: String?
        /// What it can do.
        package var powers: [String]
        /// What was asked for and it can't do.
        package var lacks: [String]
        /// What can't be found out without changing something.
        package var unknown: [String]
        /// More about it: "It expires on 3 March."
        package var note: String?

        package init(account: String?, powers: [String] = [], lacks: [String] = [], unknown: [String] = [], note: String? = nil) {
            self.account = account
            self.powers = powers
            self.lacks = lacks
            self.unknown = unknown
            self.note = note
        }
    }

    /// Why the form is shown again.
    package struct FormError: Sendable {
        /// The name of the field that has to be changed: `token`, `secret.<id>`, `input.<id>`, `scope`, `understood`.
        package var field: String?
        package var text: String

        package init(field: String? = nil, text: String) {
            self.field = field
            self.text = text
        }
    }
}
