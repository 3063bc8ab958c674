import Foundation
import Primitives

/// The two processes of the demo and the folder that they leave their things in.
final class DemoStage: Sendable {
    struct Tokens: Sendable {
        let username: String
        let full: String
        let readOnly: String
        let withoutUserRead: String
    }

    let baseURL: String
    let sandboxURL: String
    private let port: Int
    private let sandboxPort: Int
    private let adminPort: Int
    private let folder: String
    private let sandbox = Process()
    private let bridge = Process()

    init(port: Int?, sandboxPort: Int?) throws(StartFailure) {
        self.port = port ?? FreePort.find(preferred: 8484)
        self.sandboxPort = sandboxPort ?? FreePort.find(preferred: 8485)
        adminPort = FreePort.find(preferred: 9484)
        baseURL = "http://localhost:\(self.port)"
        sandboxURL = "http://127.0.0.1:\(self.sandboxPort)"
        folder =
            FileManager.default.temporaryDirectory.appendingPathComponent(
                "drawbridge-demo-\(Hex.encode((0..<6).map { _ in .random(in: 0...255) }))"
            ).path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StartFailure("The temporary folder \(folder) cannot be made.")
        }
    }

    /// What the bridge logged, for a journey that failed.
    var bridgeLog: String { (try? String(contentsOfFile: folder + "/bridge.log", encoding: .utf8)) ?? "" }

    var guideTokens: [DemoGuide.Token] {
        guard let tokens = try? readTokens() else { return [] }
        return [
            .init(label: "everything", token: tokens.full), .init(label: "read only", token: tokens.readOnly),
            .init(label: "without Users: Read (is refused)", token: tokens.withoutUserRead),
        ]
    }

    /// Starts both, and waits until both answer.
    func start() async throws -> Tokens {
        let tokensFile = folder + "/tokens.json"
        try launch(
            sandbox, ["sandbox", "--port", "\(sandboxPort)", "--database", folder + "/sandbox.sqlite", "--tokens-file", tokensFile],
            log: "sandbox.log")
        try await wait(for: "the stand-in API", sandbox, log: "sandbox.log") { FileManager.default.fileExists(atPath: tokensFile) }
        try launch(bridge, ["serve"], log: "bridge.log")
        let address = port
        try await wait(for: "the bridge", bridge, log: "bridge.log") { FreePort.isTaken(address) }
        return try readTokens()
    }

    /// Ends both and removes everything they kept.
    func clear() {
        for process in [bridge, sandbox] where process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func launch(_ process: Process, _ arguments: [String], log: String) throws(StartFailure) {
        let path = folder + "/" + log
        _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        var environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("DRAWBRIDGE_") && !name.hasPrefix("OAUTH_") && !name.hasPrefix("VAL_TOWN_")
        }
        environment["DRAWBRIDGE_DATA"] = ProcessInfo.processInfo.environment["DRAWBRIDGE_DATA"]
        environment["DRAWBRIDGE_LISTEN"] = "localhost:\(port)"
        environment["DRAWBRIDGE_ADMIN_LISTEN"] = "127.0.0.1:\(adminPort)"
        environment["DRAWBRIDGE_ISSUER"] = baseURL
        environment["DRAWBRIDGE_STATE"] = folder + "/state"
        environment["DRAWBRIDGE_UPSTREAM_BASE_URL"] = sandboxURL
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: path)
        process.standardError = process.standardOutput
        do { try process.run() } catch { throw StartFailure("drawbridge \(arguments[0]) could not be started: \(error)") }
    }

    private func wait(for name: String, _ process: Process, log: String, until ready: @Sendable () -> Bool) async throws {
        for _ in 0..<600 {
            if ready() { return }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(25))
        }
        let words = (try? String(contentsOfFile: folder + "/" + log, encoding: .utf8)) ?? ""
        throw StartFailure("\(name) did not start.\n\(words)")
    }

    private func readTokens() throws -> Tokens {
        let path = folder + "/tokens.json"
        guard let bytes = FileManager.default.contents(atPath: path), let document = try? JSON.parse(Array(bytes)),
            let username = document["username"]?.string, let full = document["full"]?.string, let readOnly = document["read_only"]?.string,
            let lacking = document["without_user_read"]?.string
        else { throw StartFailure("The stand-in API did not say which tokens it knows.") }
        return Tokens(username: username, full: full, readOnly: readOnly, withoutUserRead: lacking)
    }
}

/// Ports of the loopback interface.
enum FreePort {
    /// The preferred port, or any free one.
    static func find(preferred: Int) -> Int {
        if let port = bind(preferred) { return port }
        return bind(0) ?? preferred
    }

    /// Whether somebody listens there.
    static func isTaken(_ port: Int) -> Bool {
        withSocket(port) { descriptor, address, length in connect(descriptor, address, length) == 0 ? port : nil } != nil
    }

    private static func bind(_ port: Int) -> Int? {
        // What listens on the other loopback address would be in the way too, so a port counts as free only if nobody answers.
        if port != 0, isTaken(port) { return nil }
        return withSocket(port) { descriptor, address, length in
            var reuse: CInt = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<CInt>.size))
            guard Foundation.bind(descriptor, address, length) == 0 else { return nil }
            var bound = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let named = withUnsafeMutablePointer(to: &bound) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
            }
            return named == 0 ? Int(UInt16(bigEndian: bound.sin_port)) : nil
        }
    }

    private static func withSocket(_ port: Int, _ body: (CInt, UnsafePointer<sockaddr>, socklen_t) -> Int?) -> Int? {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(descriptor, $0, length) }
        }
    }
}
