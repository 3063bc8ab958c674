import Primitives

/// What a check came to.
enum Severity: String, Sendable, CaseIterable {
    /// Clients fail, or somebody is in danger.
    case failure
    /// Works, and is probably not meant.
    case warning
    case pass
    /// Could not be looked at; `seen` says why.
    case skipped
}

/// One thing that was looked at: what is right, what was seen, why it matters, what to change.
struct Finding: Sendable, Equatable {
    /// Never changes its meaning: scripts may look for it.
    let name: String
    let group: String
    let severity: Severity
    /// How it should be.
    let claim: String
    let seen: String
    /// With the section that demands it.
    let why: String
    let change: String

    var json: JSON {
        [
            "name": .string(name), "group": .string(group), "severity": .string(severity.rawValue), "claim": .string(claim),
            "seen": .string(seen), "why": .string(why), "change": .string(change),
        ]
    }
}
