import GRDB

/// What a fresh database holds: two people, their tokens, and something to look at.
enum Seed {
    static let username = "sandbox-alice"
    static let otherUsername = "sandbox-bob"

    static let full = "full"
    static let withoutUserRead = "without-user-read"
    static let readOnly = "read-only"
    static let other = "other-account"

    static func plant(in db: Database) throws {
        let alice = try account(username, bio: "I live in the sandbox", in: db)
        let bob = try account(otherUsername, bio: nil, in: db)
        // `user:write` is in no recommended set of permissions, so not even the full token of the sandbox has it.
        let everything = Permission.allCases.filter { $0 != .userWrite }
        try token(full, of: alice, everything, in: db)
        try token(withoutUserRead, of: alice, everything.filter { $0 != .userRead }, in: db)
        try token(readOnly, of: alice, everything.filter(\.isRead), in: db)
        try token(other, of: bob, everything, in: db)
        try vals(of: alice, in: db)
        try val("bobs-secret-plan", .private, nil, of: bob, files: [("plan.md", .file, "Visit Alice.\n")], in: db)
        try val(
            "bobs-counter", .public, "Counts visits", of: bob, files: [("main.ts", .http, "export default () => new Response('1');\n")],
            in: db)
        try BlobStore.write(Array("Hello from the sandbox.\n".utf8), key: "greeting.txt", account: alice, at: Timestamp.now, in: db)
    }

    private static func vals(of account: String, in db: Database) throws {
        try val(
            "hello-world", .public, "Says hello", of: account,
            files: [
                ("README.md", .file, "# Hello\n\nAn HTTP val that says hello.\n"),
                ("main.ts", .http, "export default () => new Response(\"Hello, world!\");\n"),
                ("lib", .directory, nil),
                ("lib/greet.ts", .script, "export const greet = (name: string) => `Hello, ${name}!`;\n"),
            ], in: db)
        try val(
            "daily-digest", .unlisted, "Mails me the news every morning", of: account,
            files: [("digest.ts", .interval, "export default async () => console.log(\"digest\");\n")], in: db)
        try val("diary", .private, nil, of: account, files: [("today.md", .file, "Dear diary.\n")], in: db)
    }

    private static func account(_ username: String, bio: String?, in db: Database) throws -> String {
        let id = Fresh.uuid()
        try db.execute(
            sql: "INSERT INTO account (id, username, bio, tier, email) VALUES (?, ?, ?, 'free', ?)",
            arguments: [id, username, bio, "\(username)@sandbox.invalid"])
        return id
    }

    private static func token(_ name: String, of account: String, _ permissions: [Permission], in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO token (secret, account, name, permissions) VALUES (?, ?, ?, ?)",
            arguments: [Fresh.token(), account, name, permissions.map(\.rawValue).joined(separator: ",")])
    }

    private static func val(
        _ name: String, _ privacy: Privacy, _ description: String?, of account: String, files: [(String, FileType, String?)],
        in db: Database
    ) throws {
        let id = try ValStore.create(name: name, privacy: privacy, description: description, account: account, in: db)
        let tree = try FileTree.main(of: id, in: db)
        for (path, type, content) in files { _ = try tree.create(path, type: type, content: content, in: db) }
    }
}
