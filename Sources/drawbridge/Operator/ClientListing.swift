import AuthorizationServer
import OAuth
import Primitives
import SQLiteStorage
import SodiumCrypto

/// Clients as an operator reads them, and finds them again by a short handle: ids are long.
struct ClientListing {
    struct Item {
        let id: ClientID
        /// `nil` for a client that nobody has approved.
        let row: ClientRow?
        let connections: Int
        /// What the client says of itself; `nil` for one whose document would have to be fetched.
        let client: Client?

        /// Ten hexadecimal digits of the id's hash.
        var handle: String { ClientListing.handle(of: id) }
        var name: String { client?.name.text ?? id.text }

        var state: String {
            switch row?.state {
            case nil: "never approved"
            case .active: "active"
            case .blocked: "blocked"
            case .deleted: "deleted"
            }
        }

        var changedAt: UnixTime? {
            switch row?.state {
            case nil, .active: nil
            case .blocked(let at), .deleted(let at): at
            }
        }
    }

    let items: [Item]
    /// Ids of rows that somebody else wrote.
    let tampered: [String]
    private let directory: ClientDirectory

    init(_ inventory: Inventory<ClientSummary>, directory: ClientDirectory) {
        self.directory = directory
        tampered = inventory.tampered
        items = inventory.values.map { summary in
            Item(
                id: summary.row.id, row: summary.row, connections: summary.liveGrants, client: directory.described(by: summary.row))
        }
    }

    static func handle(of id: ClientID) -> String { Hex.encode(Array(SHA256.hash(Array(id.text.utf8)).prefix(5))) }

    /// Finds a client by its handle or its id. An id need not have a row: one that is genuine can be blocked before anybody approves it.
    func find(_ reference: String) throws(StartFailure) -> Item {
        if let item = items.first(where: { $0.id.text == reference }) { return item }
        let found = items.filter { $0.handle.hasPrefix(reference.lowercased()) && reference.utf8.count >= 4 }
        guard found.count < 2 else {
            throw StartFailure("\(reference) fits \(found.count) clients: \(found.map(\.handle).joined(separator: ", ")). Give more of it.")
        }
        if let item = found.first { return item }
        let id = ClientID(reference)
        let isDocument = (try? StrictURL(reference)).map { $0.scheme == "https" && $0.path.utf8.count > 1 } ?? false
        guard isDocument || directory.client(id) != nil else {
            throw StartFailure("There is no client \(reference). See `drawbridge clients list`, or give a whole client_id.")
        }
        return Item(id: id, row: nil, connections: 0, client: directory.client(id))
    }
}

extension ClientListing.Item {
    var json: JSON {
        .object(omittingNil: [
            "handle": .string(handle), "client_id": .string(id.text), "client_name": client.map { .string($0.name.text) },
            "state": .string(state == "never approved" ? "none" : state), "since": row.map { .integer($0.createdAt.seconds) },
            "changed_at": changedAt.map { .integer($0.seconds) }, "connections": .integer(connections),
            "redirect_uris": client.map { .strings($0.metadata.redirectURIs.map(\.text)) },
            "token_endpoint_auth_method": client.map { .string($0.metadata.authMethod.rawValue) },
        ])
    }

    /// One fact a line.
    var facts: [(String, String)] {
        var facts = [("client", handle), ("name", name), ("state", state + (changedAt.map { " since \($0.iso)" } ?? ""))]
        if let row { facts.append(("first approved", row.createdAt.iso)) }
        facts.append(("connections", String(connections)))
        facts += client?.metadata.redirectURIs.map { ("goes to", $0.text) } ?? []
        if let client { facts.append(("proves itself by", client.metadata.authMethod.rawValue)) }
        return facts + [("client_id", id.text)]
    }
}
