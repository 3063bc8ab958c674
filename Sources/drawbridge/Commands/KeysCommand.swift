import ArgumentParser
import Primitives
import Vault

/// `drawbridge keys`: the keys that sign access tokens.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "List, rotate and retire the keys that sign access tokens.",
        discussion: "In this version the bridge must be stopped for these commands.",
        subcommands: [List.self, Rotate.self, Retire.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The key that signs, and those that verify what they signed.")

        @OptionGroup var place: StateOptions
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            try await reporting {
                try await SigningKeyDesk.open(place) { desk in
                    if json {
                        printJSON(["keys": .array(desk.all.map(\.json))])
                    } else {
                        print(Table.text(["KEY", "ALGORITHM", "KEPT", "CREATED", "USE"], desk.all.map(\.row)))
                    }
                }
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key, which signs from the next start on.",
            discussion: "Its predecessor verifies until the last token that it signed has expired, and is then erased. Nobody notices.")

        @OptionGroup var place: StateOptions
        @Flag(help: "As JSON.") var json = false
        @Flag(help: "Do not ask. Nothing is asked here, since nothing breaks.") var yes = false

        func run() async throws {
            try await reporting {
                try await SigningKeyDesk.open(place) { desk in
                    let key = try await desk.rotate()
                    if json { printJSON(key.json) } else { print("\(key.id) signs from now on (\(key.form.algorithm.rawValue)).") }
                }
            }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase a key at once.",
            discussion:
                "For a key that others may have. Every access token that it signed is refused from the next start on; clients refresh.")

        @Argument(help: "The key's id, or the beginning of it.") var key: String
        @OptionGroup var place: StateOptions
        @Flag(help: "As JSON.") var json = false
        @Flag(help: "Do not ask.") var yes = false

        func run() async throws {
            try await reporting {
                try await SigningKeyDesk.open(place) { desk in
                    let key = try desk.find(key)
                    if key.state == .active { try desk.checkMayRotate() }
                    let signs = key.state == .active ? " It signs now: a new key takes its place." : ""
                    try Confirmation.ask("Erase \(key.id)? Access tokens that it signed are refused at once.\(signs)", skip: yes)
                    let active = try await desk.retire(key)
                    if json {
                        printJSON(.object(omittingNil: ["retired": .string(key.id.text), "signs": active.map { .string($0.id.text) }]))
                    } else {
                        print("\(key.id) is erased. Access tokens that it signed are refused; their clients refresh.")
                        if key.state == .active, let active { print("\(active.id) signs from now on.") }
                    }
                }
            }
        }
    }
}

private func printJSON(_ document: JSON) {
    print(document.text)
}
