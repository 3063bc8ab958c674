/// What a client can be allowed to do with an API: areas, and in each of them the powers to read, write and delete.
package struct ScopeCatalogue: Sendable, Equatable {
    package enum Power: String, Sendable, CaseIterable {
        case read, write, delete
    }

    /// One atom, `<area>:<power>`, as a person reads it.
    package struct Entry: Sendable, Equatable {
        package let atom: String
        package let area: String
        /// The area for people: "Vals and their files".
        package let title: String
        package let power: Power
        /// What the client could do.
        package let text: String
        /// What the token needs for it at the service.
        package let permissions: [String]
    }

    /// A choice of scopes with a name.
    package struct Preset: Sendable, Equatable {
        package let id: String
        package let title: String
        package let scopes: [String]
    }

    /// In the order of the profile.
    package let entries: [Entry]
    /// What is meant when nothing is asked for.
    package let defaults: [String]
    package let presets: [Preset]

    /// The umbrellas: each covers every atom of its power.
    package static let umbrellas = Power.allCases.map(\.rawValue)

    package var atoms: [String] { entries.map(\.atom) }

    /// All names that may be asked for, umbrellas first.
    package var all: [String] { Self.umbrellas + atoms }

    package func entry(_ atom: String) -> Entry? { entries.first { $0.atom == atom } }

    /// The atoms that a scope stands for: those under an umbrella, an atom itself, none for a name that nobody knows.
    package func atoms(coveredBy scope: String) -> [String] {
        if let power = Power(rawValue: scope) { return entries.filter { $0.power == power }.map(\.atom) }
        return atoms.contains(scope) ? [scope] : []
    }

    /// All atoms that a list of scopes stands for.
    package func expand(_ scopes: some Sequence<String>) -> Set<String> {
        scopes.reduce(into: []) { $0.formUnion(atoms(coveredBy: $1)) }
    }

    /// Those of the needed atoms that the granted scopes do not cover, in their order.
    package func missing(_ needed: [String], granted: some Sequence<String>) -> [String] {
        let held = expand(granted)
        return needed.filter { !held.contains($0) }
    }
}
