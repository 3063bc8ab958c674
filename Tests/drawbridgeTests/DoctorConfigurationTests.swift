import Foundation
import Primitives
import Testing

@testable import drawbridge

/// A state folder of a test's own.
private final class State: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/drawbridge-doctor-" + Hex.encode((0..<8).map { _ in .random(in: 0...255) })

    init(mode: Int = 0o700) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws {
        #expect(FileManager.default.createFile(atPath: path + "/" + name, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
    }

    func contents(of name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

private func examine(_ environment: [String: String]) -> [Finding] {
    ConfigurationDoctor { try read(environment) }.examine()
}

private func severity(_ name: String, _ findings: [Finding]) -> Severity? { findings.first { $0.name == name }?.severity }

struct DoctorOfConfigurations {
    private static let key = Base64.encode([UInt8](repeating: 7, count: 32))

    @Test func `before the first start nothing is missing, and nothing is made`() throws {
        let state = try State()
        let findings = examine(["DRAWBRIDGE_STATE": state.path + "/new"])
        for name in ["state-folder", "state-files", "master-key", "keyring", "settings", "issuer-and-listen"] {
            #expect(severity(name, findings) == .pass, "\(name)")
        }
        #expect(state.names == [])
    }

    @Test func `each slip in the settings is a finding with its fix`() {
        let findings = examine(["DRAWBRIDGE_LISSEN": "localhost:1", "DRAWBRIDGE_ISSUER": "http://bridge.example"])
        #expect(findings.map(\.severity) == [.failure, .failure])
        #expect(findings.allSatisfy { $0.name == "settings" && !$0.change.isEmpty })
    }

    @Test func `an issuer that leads elsewhere is a warning`() throws {
        let state = try State()
        let findings = examine(["DRAWBRIDGE_STATE": state.path, "DRAWBRIDGE_ISSUER": "http://localhost:9000"])
        #expect(severity("issuer-and-listen", findings) == .warning)
        #expect(severity("setting-warnings", findings) == .pass)
    }

    @Test func `a folder and files that others can read are failures`() throws {
        let state = try State(mode: 0o755)
        try state.write(Self.key, to: "master.key", mode: 0o644)
        let findings = examine(["DRAWBRIDGE_STATE": state.path])
        for name in ["state-folder", "state-files", "master-key"] { #expect(severity(name, findings) == .failure, "\(name)") }
        #expect(!findings.contains { $0.seen.contains(Self.key) })
    }

    @Test func `a database without its master key is a failure, and no key is made`() throws {
        let state = try State()
        try state.write("", to: "drawbridge.sqlite")
        let findings = examine(["DRAWBRIDGE_STATE": state.path])
        #expect(severity("master-key", findings) == .failure && severity("keyring", findings) == .failure)
        #expect(state.names == ["drawbridge.sqlite"])
    }

    @Test func `a database that is none is a failure`() throws {
        let state = try State()
        try state.write("this is no database, but a text that is long enough to be looked at", to: "drawbridge.sqlite")
        try state.write(Self.key, to: "master.key")
        let findings = examine(["DRAWBRIDGE_STATE": state.path])
        #expect(severity("master-key", findings) == .pass && severity("keyring", findings) == .failure)
    }

    @Test func `a master key is held against the database, and no byte of either changes`() async throws {
        let state = try State()
        let environment = ["DRAWBRIDGE_STATE": state.path]
        let opened = try await OpenedState.forServing(try read(environment))
        try await opened.close()
        let database = try state.contents(of: "drawbridge.sqlite")
        #expect(severity("keyring", examine(environment)) == .pass)
        let other = Base64.encode([UInt8](repeating: 9, count: 32))
        try state.write(other, to: "master.key")
        let findings = examine(environment)
        #expect(severity("master-key", findings) == .pass && severity("keyring", findings) == .failure)
        #expect(try state.contents(of: "drawbridge.sqlite") == database)
        #expect(try state.contents(of: "master.key") == Data(other.utf8))
    }

    @Test func `certificates that are none are a failure`() throws {
        let state = try State()
        try state.write("no certificate", to: "ca.pem")
        let folder = try State()
        let data = try DataFolder.find(Self.package)
        let findings = examine([
            "DRAWBRIDGE_STATE": folder.path, "DRAWBRIDGE_DATA": data.path, "DRAWBRIDGE_UPSTREAM_CA": state.path + "/ca.pem",
        ])
        #expect(severity("upstream-certificates", findings) == .failure)
        for name in ["data-folder", "templates", "known-clients", "profile"] { #expect(severity(name, findings) == .pass, "\(name)") }
    }

    @Test func `a profile is checked by itself, and an error names its line`() throws {
        let good = ConfigurationDoctor.examineProfile(at: Self.package + "/data/upstreams/valtown.yaml")
        #expect(good.map(\.severity) == [.pass])
        let state = try State()
        try state.write("id: a\nname: b\nnonsense: c\n", to: "profile.yaml")
        let bad = ConfigurationDoctor.examineProfile(at: state.path + "/profile.yaml")
        #expect(bad.map(\.severity) == [.failure] && bad[0].seen.contains("profile.yaml:3"))
        #expect(ConfigurationDoctor.examineProfile(at: state.path + "/nothing.yaml").map(\.severity) == [.failure])
    }

    /// The root of the package.
    private static let package = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined())
}
