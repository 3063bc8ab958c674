import Primitives

/// One line of the audit log: who did what, when, from where. Never a secret, never a name.
package struct AuditEvent: Sendable, Equatable {
    package enum Action: String, Sendable, CaseIterable {
        case connected
        case refused
        case exchanged
        case refreshed
        case toolCalled = "tool_called"
        case denied
        case revoked
        case reuseDetected = "reuse_detected"
        case expired
        case tampered
        case clientChanged = "client_changed"
        case clientDeleted = "client_deleted"
        case clientBlocked = "client_blocked"
        case clientUnblocked = "client_unblocked"
        case signingKeyAdded = "signing_key_added"
        case signingKeyErased = "signing_key_erased"
    }

    package let action: Action
    package let subject: Subject?
    package let clientID: String?
    package let grantID: String?
    /// Cut to its network, see `NetworkPrefix`.
    package let address: String?
    /// A word that says more: a tool's name, a reason.
    package let detail: String?

    package init(
        _ action: Action, subject: Subject? = nil, clientID: String? = nil, grantID: String? = nil, address: String? = nil,
        detail: String? = nil
    ) {
        self.action = action
        self.subject = subject
        self.clientID = clientID
        self.grantID = grantID
        self.address = address
        self.detail = detail
    }
}

/// An address cut to the network it comes from: /24 for IPv4, /48 for IPv6. Enough to see a pattern, too little to follow a person.
package enum NetworkPrefix {
    package static func of(_ address: String) -> String {
        let octets = address.split(separator: ".")
        if octets.count == 4, !address.contains(":") { return octets.prefix(3).joined(separator: ".") + ".0/24" }
        guard address.contains(":") else { return "unknown" }
        let halves = address.lowercased().split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        let head = halves[0].split(separator: ":").map(String.init)
        let groups = halves.count == 1 ? head : head + [String](repeating: "0", count: max(0, 3 - head.count))
        return groups.prefix(3).joined(separator: ":") + "::/48"
    }
}
