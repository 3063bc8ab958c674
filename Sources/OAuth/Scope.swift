/// What can be asked for and granted here.
///
/// A scope that is granted is an *atom*: `vals:read`. `read`, `write` and `delete` are umbrellas: each stands for all atoms of that power.
package struct ScopeVocabulary: Sendable {
    package struct Umbrella: Sendable {
        package let name: String
        package let atoms: [String]

        package init(name: String, atoms: [String]) {
            self.name = name
            self.atoms = atoms
        }
    }

    /// In the order in which people see them.
    package let atoms: [String]
    package let umbrellas: [Umbrella]
    /// What a client that asks for nothing gets to ask.
    package let defaults: [String]
    /// Scopes of other worlds that clients send along (`openid`, `offline_access`): never granted, never an error.
    package let tolerated: Set<String>

    package init(atoms: [String], umbrellas: [Umbrella], defaults: [String], tolerated: Set<String>) {
        self.atoms = atoms
        self.umbrellas = umbrellas
        self.defaults = defaults
        self.tolerated = tolerated
    }

    /// All names, umbrellas first: `scopes_supported`.
    package var names: [String] { umbrellas.map(\.name) + atoms }

    package var all: ScopeSet { ScopeSet(atoms, in: self) }

    /// The atoms that a list of names stands for; names that nobody knows are left out.
    package func expand(_ names: some Sequence<String>) -> ScopeSet {
        var chosen: Set<String> = []
        for name in names {
            if let umbrella = umbrellas.first(where: { $0.name == name }) {
                chosen.formUnion(umbrella.atoms)
            } else if atoms.contains(name) {
                chosen.insert(name)
            }
        }
        return ScopeSet(chosen, in: self)
    }

    /// Reads a `scope` parameter (RFC 6749 §3.3) at the authorization endpoint.
    ///
    /// Nothing asked, or nothing known but tolerated names, means the defaults. Unknown names beside a known or tolerated one are ignored.
    /// - Throws: `invalid_scope` when the text is not a list of scope tokens, or nobody knows any of them.
    package func requested(_ text: String?) throws(OAuthError) -> ScopeSet {
        let names = try Self.tokens(text ?? "")
        let known = expand(names)
        guard known.isEmpty else { return known }
        guard names.isEmpty || names.contains(where: tolerated.contains) else {
            throw OAuthError(.invalidScope, "None of the scopes asked for is known here. See scopes_supported in the metadata.")
        }
        return expand(defaults)
    }

    /// The names of a `scope` parameter that nobody here knows. They are ignored when they are asked for, and remembered, because some clients
    /// send the scope of their first request again at each refresh.
    package func unknown(_ text: String?) -> [String] {
        let names = (try? Self.tokens(text ?? "")) ?? []
        return names.filter { !tolerated.contains($0) && expand([$0]).isEmpty }
    }

    /// Scope tokens, separated by single spaces; more are tolerated.
    package static func tokens(_ text: String) throws(OAuthError) -> [String] {
        let isToken = { (byte: UInt8) in byte == 0x21 || (0x23...0x5B).contains(byte) || (0x5D...0x7E).contains(byte) || byte == 0x20 }
        guard text.utf8.count <= 2048, text.utf8.allSatisfy(isToken) else {
            throw OAuthError(.invalidScope, "scope must be a space-separated list of at most 2048 visible ASCII characters.")
        }
        return text.split(separator: " ").map(String.init)
    }

    /// The shortest list of names that stands for exactly these atoms: umbrellas where they are whole, atoms otherwise.
    package func names(for set: ScopeSet) -> [String] {
        let whole = umbrellas.filter { !$0.atoms.isEmpty && $0.atoms.allSatisfy(set.contains) }
        let covered = Set(whole.flatMap(\.atoms))
        return whole.map(\.name) + set.atoms.filter { !covered.contains($0) }
    }

    /// As a `scope` value.
    package func text(for set: ScopeSet) -> String { names(for: set).joined(separator: " ") }
}

/// A set of atoms in the vocabulary's order.
package struct ScopeSet: Sendable, Equatable {
    package let atoms: [String]

    package init(_ atoms: some Collection<String>, in vocabulary: ScopeVocabulary) {
        let chosen = Set(atoms)
        self.atoms = vocabulary.atoms.filter(chosen.contains)
    }

    private init(ordered atoms: [String]) {
        self.atoms = atoms
    }

    /// As a store kept it. An atom that the profile has since dropped stays in the list and gives nothing.
    package init(stored text: String) {
        atoms = text.split(separator: " ").map(String.init)
    }

    package var stored: String { atoms.joined(separator: " ") }
    package var isEmpty: Bool { atoms.isEmpty }

    package func contains(_ atom: String) -> Bool { atoms.contains(atom) }
    package func isSubset(of other: ScopeSet) -> Bool { atoms.allSatisfy(other.contains) }

    /// With names behind it that are no atoms and so give nothing.
    package func remembering(_ names: [String]) -> ScopeSet { ScopeSet(ordered: atoms + names.filter { !atoms.contains($0) }) }

    package func intersection(_ other: ScopeSet) -> ScopeSet { ScopeSet(ordered: atoms.filter(other.contains)) }
}
