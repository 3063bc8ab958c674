import ArgumentParser
import Foundation
import Logging
import Primitives
import Upstream
import UpstreamHTTP

/// `drawbridge doctor`: looks at a running bridge from outside, or at a configuration from inside.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check a running bridge from outside, or a configuration from inside.",
        discussion: """
            With a URL it asks what a client would ask, some 120 times, and says of everything that is not right why it matters and what to \
            change. It has no API token and sends none. Without a URL it looks at the settings, files and keys that `serve` would use here, and \
            changes nothing. The exit status is 1 when something failed; warnings alone leave it at 0.
            """)

    @Argument(help: ArgumentHelp("The address that clients are given, as in https://bridge.example/mcp.", valueName: "url"))
    var url: String?
    @Option(help: ArgumentHelp("Check this upstream profile and nothing else.", valueName: "file"))
    var profile: String?
    @Option(help: ArgumentHelp("Trust the certificates in this PEM file in the place of the system's.", valueName: "file"))
    var ca: String?
    @Flag(help: "Print all findings as JSON.")
    var json = false
    @Flag(name: .shortAndLong, help: "Also tell what is right.")
    var verbose = false
    @OptionGroup(title: "Settings, for a configuration")
    var options: SettingOptions

    func validate() throws {
        guard url == nil || profile == nil else { throw ValidationError("Give a URL or --profile, not both.") }
        guard url == nil || options.flags.isEmpty && options.config == nil else {
            throw ValidationError("A running bridge is looked at from outside: settings have no effect together with a URL.")
        }
        guard ca == nil || url != nil else { throw ValidationError("--ca belongs to a URL.") }
    }

    func run() async throws {
        try await reporting {
            Process.hardenMemory()
            LogSetup.install(level: .warning, format: nil)
            let report = try await report()
            print(json ? report.json.text : report.text(verbose: verbose, colours: hasColours))
            if report.hasFailed { throw ExitCode.failure }
        }
    }

    private func report() async throws -> DoctorReport {
        if let profile { return DoctorReport(subject: "The profile \(profile)", findings: ConfigurationDoctor.examineProfile(at: profile)) }
        if let url { return try await visit(SiteAddress(url)) }
        let doctor = ConfigurationDoctor { [options] in
            try Settings.read(
                flags: options.flags, environment: ProcessInfo.processInfo.environment, file: try SettingsFile.find(options.config))
        }
        return DoctorReport(subject: "The configuration here", findings: doctor.examine())
    }

    private func visit(_ address: SiteAddress) async throws -> DoctorReport {
        let client: UpstreamClient
        do {
            client = try UpstreamClient(.init(timeout: .seconds(15), certificateFile: ca), logger: Logger(label: "doctor"))
        } catch {
            throw StartFailure("\(error.path) is missing, or holds no certificate in PEM.")
        }
        let doctor = Doctor(
            http: { request in try await Self.send(request, client) }, now: { Int64(Date().timeIntervalSince1970) })
        let findings = await doctor.examine(address)
        await client.shutdown()
        return DoctorReport(subject: "\(address.resource), seen from outside", findings: findings)
    }

    private var hasColours: Bool { isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil }

    private static func send(_ request: DemoRequest, _ client: UpstreamClient) async throws -> DemoResponse {
        let url = try StrictURL(request.url, maximumLength: 16 << 10)
        guard let origin = url.origin, let method = HTTPMethod(rawValue: request.method) else {
            throw StartFailure("\(request.method) cannot be sent there.")
        }
        let target = (url.path.isEmpty ? "/" : url.path) + (url.query.map { "?" + $0 } ?? "")
        do throws(UpstreamFailure) {
            let response = try await client.send(
                UpstreamRequest(
                    method: method, origin: origin, path: target, headers: request.headers.map { Field($0.name, $0.value) },
                    body: request.body.isEmpty ? nil : request.body))
            return DemoResponse(status: response.status, headers: response.headers.map { ($0.name, $0.value) }, body: response.body)
        } catch {
            throw StartFailure(words(error))
        }
    }

    private static func words(_ failure: UpstreamFailure) -> String {
        switch failure {
        case .unreachable: "no connection: refused, no such host, or no certificate that is trusted here"
        case .connectionLost: "the connection ended before the answer did"
        case .timedOut: "it took too long"
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .malformed: "what came is no HTTP"
        case .paused(let wait): "not sent for another \(wait) seconds"
        }
    }
}
