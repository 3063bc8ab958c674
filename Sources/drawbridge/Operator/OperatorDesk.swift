import AuthorizationServer
import Foundation
import OAuth
import Primitives
import SQLiteStorage

/// What the commands about clients and grants work with, while no server runs.
struct OperatorDesk {
    let state: OpenedState
    private let directory: ClientDirectory

    /// Opens the state, does the work, and leaves nothing erased behind in the write-ahead log.
    static func open(_ place: StateOptions, _ work: (OperatorDesk) async throws -> Void) async throws {
        let settings = try place.settings()
        let known = try DataFolder.find(settings.data).knownClients()
        let state = try await OpenedState.forCommand(settings)
        let desk = OperatorDesk(
            state: state, directory: ClientDirectory(keyring: state.keyring, redirects: known.redirectPolicy))
        do {
            try await work(desk)
        } catch {
            try? await state.close()
            throw error
        }
        try await state.close()
    }

    func clients() throws -> ClientListing { ClientListing(try state.store.clients(), directory: directory) }

    func grants(of client: String? = nil, includingEnded: Bool = false) throws -> GrantListing {
        let clients = try clients()
        let id = try client.map { try clients.find($0).id }
        return GrantListing(try state.store.grants(of: id, includingEnded: includingEnded), clients: clients)
    }

    /// Says how a client stands after a change.
    func report(_ client: String, _ outcome: String, json: Bool) throws {
        let item = try clients().find(client)
        if json { print(item.json) } else { Swift.print("\(item.name) (\(item.handle)) is \(outcome).") }
    }

    func print(_ document: JSON) { Swift.print(String(decoding: document.serialized, as: UTF8.self)) }

    func complain(of tampered: [String], _ kind: String) {
        guard !tampered.isEmpty else { return }
        let text = "\(tampered.count) \(kind) were changed by somebody else and are not shown: \(tampered.joined(separator: ", "))\n"
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
