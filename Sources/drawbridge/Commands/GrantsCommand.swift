import ArgumentParser
import AuthorizationServer
import OAuth
import Primitives

/// `drawbridge grants`: which client may use which account.
struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "List, show and revoke grants: each is one client's connection to one account.",
        discussion: "In this version the bridge must be stopped for these commands.",
        subcommands: [List.self, Show.self, Revoke.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The grants that live.")

        @OptionGroup var place: StateOptions
        @Option(help: "Those of one client.") var client: String?
        @Flag(help: "Also those that have ended and are kept to recognise their tokens.") var all = false
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            try await reporting {
                try await OperatorDesk.open(place) { desk in
                    let listing = try desk.grants(of: client, includingEnded: all)
                    if json {
                        desk.print(["grants": .array(listing.items.map(\.json)), "tampered": .strings(listing.tampered)])
                        return
                    }
                    let rows = listing.items.map { item in
                        [
                            item.grant.id.text, Table.clip(item.clientName, to: 32), item.state, item.grant.createdAt.iso,
                            Table.clip(item.grant.granted.atoms.joined(separator: " "), to: 48),
                        ]
                    }
                    print(Table.text(["GRANT", "CLIENT", "STATE", "CONNECTED", "MAY"], rows))
                    desk.complain(of: listing.tampered, "grants")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All about one grant.")

        @Argument(help: "The grant's id, or the beginning of it.") var grant: String
        @OptionGroup var place: StateOptions
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            try await reporting {
                try await OperatorDesk.open(place) { desk in
                    let item = try desk.grants(includingEnded: true).find(grant)
                    if json { desk.print(item.json) } else { print(Table.text(item.facts)) }
                }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End grants for good.",
            discussion:
                "The copy of the token that a grant opens is erased with the last grant on it. The token itself stays valid at its API.")

        @Argument(help: "Ids, or the beginnings of them.") var grants: [String] = []
        @Option(help: "All grants of one client.") var client: String?
        @OptionGroup var place: StateOptions
        @Flag(help: "As JSON.") var json = false
        @Flag(help: "Do not ask.") var yes = false

        func validate() throws {
            guard grants.isEmpty != (client == nil) else { throw ValidationError("Name either grants or a client with --client.") }
        }

        func run() async throws {
            try await reporting {
                try await OperatorDesk.open(place) { desk in
                    let listing = try desk.grants(of: client)
                    let chosen = client == nil ? try grants.map { try listing.find($0) } : listing.items
                    let many = chosen.count == 1 ? "1 grant" : "\(chosen.count) grants"
                    try Confirmation.ask("End \(many)? The people must connect again.", skip: yes)
                    var ended: [String] = []
                    for item in chosen where try await desk.state.store.revoke(item.grant.id) == true { ended.append(item.grant.id.text) }
                    if json {
                        desk.print(["revoked": .strings(ended)])
                    } else {
                        print(ended.isEmpty ? "Nothing was changed." : ended.map { "\($0) revoked" }.joined(separator: "\n"))
                    }
                }
            }
        }
    }
}
