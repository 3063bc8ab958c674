import ArgumentParser
import Foundation
import Logging
import Primitives
import SodiumCrypto
import UnixSignals
import Upstream
import UpstreamHTTP

/// `drawbridge demo`: the sandbox, the bridge and one whole journey through them.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "The stand-in API, the bridge and one whole journey through them.",
        discussion: "Both run as processes of their own, on this computer only. Everything they keep is gone when the demo ends.")

    @Flag(help: "Exit after the journey; the exit status says whether every step passed.")
    var once = false
    @Option(help: "The bridge's port. (default: 8484, or a free one)")
    var port: Int?
    @Option(help: "The stand-in API's port. (default: 8485, or a free one)")
    var sandboxPort: Int?

    func run() async throws {
        try await reporting {
            Process.hardenMemory()
            LogSetup.install(level: .warning, format: nil)
            let stage = try DemoStage(port: port, sandboxPort: sandboxPort)
            defer { stage.clear() }
            let interruptions = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            let succeeded = try await journey(on: stage)
            guard !once, succeeded else {
                if !succeeded { print("\nThe journey stopped. What the bridge had to say:\n\(stage.bridgeLog)") }
                throw ExitCode(succeeded ? 0 : 1)
            }
            print(DemoGuide.text(baseURL: stage.baseURL, sandboxURL: stage.sandboxURL, tokens: stage.guideTokens, colours: hasColours))
            fflush(nil)
            for await _ in interruptions { break }
            print("\nStopped. Nothing of the demo is left.")
        }
    }

    private func journey(on stage: DemoStage) async throws -> Bool {
        print("Starting a stand-in Val Town API and the bridge …")
        let tokens = try await stage.start()
        let client = try UpstreamClient(.init(), logger: Logger(label: "demo"))
        let journey = DemoJourney(
            baseURL: stage.baseURL, apiToken: tokens.full, account: tokens.username,
            http: { request in try await Self.send(request, client) }, random: Random.bytes, sha256: SHA256.hash, colours: hasColours
        ) { line in
            print(line)
            fflush(nil)
        }
        let succeeded = await journey.run()
        await client.shutdown()
        return succeeded
    }

    private var hasColours: Bool { isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil }

    private static func send(_ request: DemoRequest, _ client: UpstreamClient) async throws -> DemoResponse {
        let url = try StrictURL(request.url, maximumLength: 16 << 10)
        guard let origin = url.origin, let method = HTTPMethod(rawValue: request.method) else {
            throw StartFailure("The demo cannot send \(request.method) to \(request.url).")
        }
        let target = (url.path.isEmpty ? "/" : url.path) + (url.query.map { "?" + $0 } ?? "")
        let response = try await client.send(
            UpstreamRequest(
                method: method, origin: origin, path: target, headers: request.headers.map { Field($0.name, $0.value) },
                body: request.body.isEmpty ? nil : request.body))
        return DemoResponse(status: response.status, headers: response.headers.map { ($0.name, $0.value) }, body: response.body)
    }
}
