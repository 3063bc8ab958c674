import AuthorizationServer
import OAuth
import Primitives
import SQLiteStorage

/// Grants as an operator reads them. Accounts are hashes here: nobody but their owners sees whose they are.
struct GrantListing {
    struct Item {
        let grant: Grant
        let clientName: String

        var state: String {
            switch grant.state {
            case .pending: "pending"
            case .active: "active"
            case .ended: "ended"
            }
        }
    }

    let items: [Item]
    let tampered: [String]

    init(_ inventory: Inventory<Grant>, clients: ClientListing) {
        tampered = inventory.tampered
        let names = Dictionary(clients.items.map { ($0.id.text, $0.name) }) { first, _ in first }
        items = inventory.values.map { Item(grant: $0, clientName: names[$0.client.text] ?? $0.client.text) }
    }

    /// By the id, or a beginning of it that no other one has.
    func find(_ reference: String) throws(StartFailure) -> Item {
        let found = items.filter { $0.grant.id.text == reference || (reference.utf8.count >= 4 && $0.grant.id.text.hasPrefix(reference)) }
        guard found.count < 2 else { throw StartFailure("\(reference) fits \(found.count) grants. Give more of it.") }
        guard let item = found.first else { throw StartFailure("There is no grant \(reference). See `drawbridge grants list --all`.") }
        return item
    }
}

extension GrantListing.Item {
    var json: JSON {
        var ended: (reason: String, at: UnixTime)?
        if case .ended(let reason, let at) = grant.state { ended = (reason.rawValue, at) }
        return .object(omittingNil: [
            "grant_id": .string(grant.id.text), "client": .string(ClientListing.handle(of: grant.client)),
            "client_id": .string(grant.client.text), "client_name": .string(clientName), "subject": .string(grant.subject.text),
            "upstream": .string(grant.upstream.text), "state": .string(state), "granted": .strings(grant.granted.atoms),
            "requested": .strings(grant.requested.atoms), "redirect_uri": .string(grant.redirectURI),
            "created_at": .integer(grant.createdAt.seconds), "expires_at": .integer(grant.expiresAt.seconds),
            "refreshed_at": grant.family.map { .integer($0.current.issuedAt.seconds) },
            "ended_at": ended.map { .integer($0.at.seconds) }, "end_reason": ended.map { .string($0.reason) },
        ])
    }

    var facts: [(String, String)] {
        var facts = [
            ("grant", grant.id.text), ("client", "\(clientName) (\(ClientListing.handle(of: grant.client)))"),
            ("account", "\(grant.subject.text) at \(grant.upstream.text)"), ("state", state),
            ("may", grant.granted.atoms.joined(separator: " ")), ("asked for", grant.requested.atoms.joined(separator: " ")),
            ("goes to", grant.redirectURI), ("connected", grant.createdAt.iso), ("ends at the latest", grant.expiresAt.iso),
        ]
        if let family = grant.family { facts.append(("last refreshed", family.current.issuedAt.iso)) }
        if case .ended(let reason, let at) = grant.state { facts.append(("ended", "\(at.iso), \(reason.rawValue)")) }
        return facts
    }
}
