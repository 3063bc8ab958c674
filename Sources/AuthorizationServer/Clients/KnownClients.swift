package import OAuth
import Primitives

/// What the program knows of real clients before any of them registers: `data/clients/known.json`.
package struct KnownClients: Sendable {
    /// Private URI schemes of well-known apps that are no reverse domain names.
    package let schemes: Set<String>
    /// Scopes of other worlds that clients ask for along with ours.
    package let toleratedScopes: Set<String>

    package var redirectPolicy: RedirectURI.Policy { RedirectURI.Policy(knownSchemes: schemes) }

    /// - Returns: `nil` when the document does not have the two lists.
    package init?(json bytes: [UInt8]) {
        guard let document = try? JSON.parse(bytes), let schemes = document["redirect_schemes"]?.strings,
            let scopes = document["tolerated_scopes"]?.strings
        else { return nil }
        self.schemes = Set(schemes)
        self.toleratedScopes = Set(scopes)
    }
}
