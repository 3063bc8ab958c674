import Testing

@testable import drawbridge

@Suite struct MetadataTrustTests {
    @Test func `hosts are named one by one, with a port and a CA where there are any`() throws {
        let trust = try read(["DRAWBRIDGE_METADATA_TRUST": "localhost:8443, clients.example ,[::1]:9000;ca=/etc/lab/ca.pem"]).metadataTrust
        #expect(trust.hosts.map(\.description) == ["localhost:8443", "clients.example", "[::1]:9000"])
        #expect(trust.certificateFile == "/etc/lab/ca.pem")
        #expect(try MetadataTrust(trust.description) == trust)
        #expect(try MetadataTrust("127.0.0.1:1").certificateFile == nil)
    }

    @Test func `nobody is trusted by default`() throws {
        #expect(try read().metadataTrust == .nobody)
    }

    @Test func `a public bridge that trusts private hosts is warned about`() throws {
        let trust = ["DRAWBRIDGE_METADATA_TRUST": "lab.internal"]
        let isWarned = { (settings: Settings) in settings.warnings.contains { $0.contains("DRAWBRIDGE_METADATA_TRUST") } }
        #expect(isWarned(try read(trust.merging(["DRAWBRIDGE_ISSUER": "https://bridge.example"]) { $1 })))
        #expect(!isWarned(try read(trust)))
    }

    @Test(arguments: [
        "https://localhost:8443", "*.example", "localhost:0", "localhost:99999", "localhost,,other", ";ca=/ca.pem", "localhost;ca=",
        "localhost;/ca.pem", "localhost;ca=~/ca.pem", "localhost:8443/path",
    ])
    func `what is no list of hosts is refused`(_ text: String) {
        #expect(problems(["DRAWBRIDGE_METADATA_TRUST": text]).map(\.kind) == [.invalid])
    }
}
