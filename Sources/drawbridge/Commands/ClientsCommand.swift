import ArgumentParser
import AuthorizationServer
import OAuth
import Primitives

/// `drawbridge clients`: who has been let in, and who is kept out.
struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients", abstract: "List, show, block and unblock clients.",
        discussion: "A client is listed from its first approval on. In this version the bridge must be stopped for these commands.",
        subcommands: [List.self, Show.self, Block.self, Unblock.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All clients that somebody has approved, or that are blocked.")

        @OptionGroup var place: StateOptions
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            try await reporting {
                try await OperatorDesk.open(place) { desk in
                    let listing = try desk.clients()
                    if json {
                        desk.print(["clients": .array(listing.items.map(\.json)), "tampered": .strings(listing.tampered)])
                        return
                    }
                    let rows = listing.items.map { item in
                        [
                            item.handle, Table.clip(item.name, to: 40), item.state, String(item.connections),
                            item.row?.createdAt.iso ?? "", item.client?.metadata.redirectURIs.first?.display ?? "",
                        ]
                    }
                    print(Table.text(["CLIENT", "NAME", "STATE", "CONNECTIONS", "SINCE", "GOES TO"], rows))
                    desk.complain(of: listing.tampered, "clients")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All about one client.")

        @Argument(help: "As listed, or a whole client_id.") var client: String
        @OptionGroup var place: StateOptions
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            try await reporting {
                try await OperatorDesk.open(place) { desk in
                    let item = try desk.clients().find(client)
                    if json { desk.print(item.json) } else { print(Table.text(item.facts)) }
                }
            }
        }
    }

    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a client out.",
            discussion: "Its connections stay and do nothing until it is unblocked; `drawbridge grants revoke --client` ends them.")

        @Argument(help: "As listed, or a whole client_id, also of a client that nobody has approved yet.") var client: String
        @OptionGroup var place: StateOptions
        @Flag(help: "As JSON.") var json = false
        @Flag(help: "Do not ask.") var yes = false

        func run() async throws {
            try await reporting {
                try await OperatorDesk.open(place) { desk in
                    let item = try desk.clients().find(client)
                    let many = item.connections == 1 ? "1 connection stops" : "\(item.connections) connections stop"
                    try Confirmation.ask("Block \(item.name) (\(item.handle))? \(many) working.", skip: yes)
                    let isNew = try await desk.state.store.block(item.id) != nil
                    try desk.report(client, isNew ? "blocked" : "\(item.state) already; nothing was changed", json: json)
                }
            }
        }
    }

    struct Unblock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a blocked client in again.")

        @Argument(help: "As listed, or a whole client_id.") var client: String
        @OptionGroup var place: StateOptions
        @Flag(help: "As JSON.") var json = false
        @Flag(help: "Do not ask.") var yes = false

        func run() async throws {
            try await reporting {
                try await OperatorDesk.open(place) { desk in
                    let item = try desk.clients().find(client)
                    try Confirmation.ask("Let \(item.name) (\(item.handle)) in again?", skip: yes)
                    let isNew = try await desk.state.store.unblock(item.id) != nil
                    try desk.report(client, isNew ? "active again" : "not blocked; nothing was changed", json: json)
                }
            }
        }
    }
}
