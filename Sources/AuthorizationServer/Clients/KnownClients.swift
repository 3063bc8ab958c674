package import OAuth
import Primitives

/// What the program knows of real clients before any of them registers: `data/clients/known.json`.
package struct KnownClients: Sendable {
    /// Private URI schemes of well-known apps that are no reverse domain names.
    package let schemes: Set<String>
    /// Scopes of other worlds that clients ask for along with ours.
    package let toleratedScopes: Set<String>
    /// The redirects of clients on the web.
    package let redirects: KnownRedirects

    package var redirectPolicy: RedirectURI.Policy { RedirectURI.Policy(knownSchemes: schemes) }

    /// - Returns: `nil` when the document does not have the three lists, or a redirect in it is none.
    package init?(json bytes: [UInt8]) {
        guard let document = try? JSON.parse(bytes), let schemes = document["redirect_schemes"]?.strings,
            let scopes = document["tolerated_scopes"]?.strings, let shapes = document["redirects"]?.object,
            let redirects = KnownRedirects(shapes: shapes.members.flatMap { $0.value.strings ?? [""] }, schemes: Set(schemes))
        else { return nil }
        self.schemes = Set(schemes)
        self.toleratedScopes = Set(scopes)
        self.redirects = redirects
    }
}
