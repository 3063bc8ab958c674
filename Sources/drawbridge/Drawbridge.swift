import ArgumentParser

/// The program. Everything it can do is a subcommand; without one it serves.
@main
struct Drawbridge: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "drawbridge",
        abstract: "OAuth for MCP clients, in front of an API that knows only a pasted token.",
        discussion: "Start with `drawbridge demo`: it needs no account and no network.",
        version: version,
        subcommands: [
            Serve.self, SandboxCommand.self, DemoCommand.self, DoctorCommand.self, ClientsCommand.self, GrantsCommand.self,
            KeysCommand.self,
        ],
        defaultSubcommand: Serve.self)
}
