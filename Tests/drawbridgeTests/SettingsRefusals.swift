import Primitives
import Testing

@testable import drawbridge

private let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

struct SettingsRefusals {
    @Test(arguments: [
        ("DRAWBRIDGE_ISUER", "DRAWBRIDGE_ISSUER"), ("DRAWBRIDGE_ACCES_TOKEN_TTL", "DRAWBRIDGE_ACCESS_TOKEN_TTL"),
        ("OAUTH_ISSUER", "OAUTH_ISSUER_URL"), ("DRAWBRIDGE_CONFIG", "--config"), ("DRAWBRIDGE_PORT", "DRAWBRIDGE_LISTEN"),
    ])
    func `an unknown variable is refused with the nearest name`(written: String, meant: String) {
        let found = problems([written: "hunter2-secret"])
        #expect(found.map(\.kind) == [.unknown])
        #expect(found.first?.fix.contains(meant) == true)
        #expect(!SettingsErrors(problems: found).description.contains("hunter2"))
    }

    @Test func `other programs' variables are left alone`() {
        #expect(problems(["PATH": "/bin", "MY_OAUTH_TOKEN": "x", "VAL_TOWN_API_TOKEN": "x", "XDRAWBRIDGE_X": "y"]).isEmpty)
    }

    @Test func `unknown flags and keys of the file are refused where they stand`() {
        let found = problems(flags: ["--isuer": "x"], yaml: "code_ttl: 60\nDRAWBRIDGE_ISSUER: https://a.example\nzzz: 1")
        #expect(found.map(\.key) == ["--isuer", "DRAWBRIDGE_ISSUER", "zzz"])
        #expect(found.allSatisfy { $0.kind == .unknown })
        #expect(found[0].fix.contains("--issuer"))
        #expect(found[1].fix.contains("issuer") && found[1].origin == .file(path: "drawbridge.yaml", line: 2))
        #expect(found[2].fix.contains("remove it"))
    }

    @Test func `all problems are told at once`() {
        let found = problems(
            ["DRAWBRIDGE_ISSUER": "http://a.example", "DRAWBRIDGE_X": "1", "DRAWBRIDGE_LISTEN": "80"], flags: ["code-ttl": "soon"],
            yaml: "grant_ttl: 0\nlegacy: maybe")
        #expect(Set(found.map(\.key)) == ["DRAWBRIDGE_ISSUER", "DRAWBRIDGE_X", "DRAWBRIDGE_LISTEN", "--code-ttl", "grant_ttl", "legacy"])
        let text = SettingsErrors(problems: found).description
        #expect(
            text.contains("6 problems") && text.contains("drawbridge.yaml:1")
                && text.contains("for example: DRAWBRIDGE_LISTEN=localhost:80"))
    }

    @Test(arguments: [
        ["DRAWBRIDGE_TLS_CERT": "a.pem"], ["DRAWBRIDGE_TLS_KEY": "a.pem"],
        ["DRAWBRIDGE_UPSTREAM": "valtown,github"],
    ])
    func `what this version lacks is refused with what to do`(environment: [String: String]) {
        let found = problems(environment)
        #expect(found.map(\.kind) == [.unsupported])
        #expect(found.first?.fix.isEmpty == false)
        #expect(!SettingsErrors(problems: found).description.contains("BEGIN"))
    }

    @Test func `the ports of the public and of operators must differ`() {
        #expect(problems(["DRAWBRIDGE_LISTEN": "0.0.0.0:9484"]).map(\.kind) == [.contradiction])
        #expect(problems(["DRAWBRIDGE_ADMIN_LISTEN": "localhost:8484"]).map(\.kind) == [.contradiction])
        #expect(problems(["DRAWBRIDGE_LISTEN": "[::1]:9484"]).isEmpty)
        #expect(problems(["DRAWBRIDGE_LISTEN": "127.0.0.1:0", "DRAWBRIDGE_ADMIN_LISTEN": "127.0.0.1:0"]).isEmpty)
    }

    @Test(arguments: [
        "issuer: [", "- a\n- b", "just text", "issuer: https://a.example\nissuer: https://b.example", "code_ttl: 60\ncode: { ttl: 61 }",
        "issuer: &a https://a.example\nupstream_ca: [[x]]", "? [a]\n: b", "\u{9}issuer: x",
    ])
    func `a file that is not keys and values is refused with its line`(yaml: String) {
        let found = problems(yaml: yaml)
        #expect(found.contains { $0.kind == .unreadable && $0.key == "drawbridge.yaml" }, "\(found)")
    }

    @Test func `a broken file is not repeated in its error`() {
        let found = problems(yaml: "master_key: hunter2\nmaster_key: hunter3\n")
        #expect(found.map(\.kind) == [.unreadable])
        #expect(!SettingsErrors(problems: found).description.contains("hunter"))
    }
}

struct SettingsSecrets {
    @Test(arguments: [
        (["DRAWBRIDGE_MASTER_KEY": "s3cretpart"], "s3cretpart"), (["OAUTH_ENCRYPTION_KEY": "s3cretpart"], "s3cretpart"),
        (["DRAWBRIDGE_ISSUER": "https://alice:s3cretpart@a.example"], "s3cretpart"),
        (["DRAWBRIDGE_LISTEN": "vtwn_s3cretpart"], "s3cretpart"),
        (["DRAWBRIDGE_UPSTREAM_BASE_URL": "http://x:s3cretpart@[::1"], "s3cretpart"),
        (["DRAWBRIDGE_CODE_TTL": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"], "AAECAw"), (["DRAWBRIDGE_MASTERKEY": "s3cretpart"], "s3cretpart"),
        (["DRAWBRIDGE_MASTER_KEY_COMMAND": "", "DRAWBRIDGE_MASTER_KEY": "s3cretpart"], "s3cretpart"),
    ])
    func `an error never shows a secret`(environment: [String: String], secret: String) {
        let found = problems(environment)
        #expect(!found.isEmpty)
        #expect(!SettingsErrors(problems: found).description.contains(secret))
    }

    @Test func `other values are shown, shortened and without control characters`() {
        let text = SettingsErrors(problems: problems(["DRAWBRIDGE_LEGACY": "no\u{1B}[31m\u{202E}" + String(repeating: "-", count: 90)]))
            .description
        #expect(text.contains(#""no\u{1b}[31m\u{202e}--"#) && text.contains("…"))
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    }

    @Test func `the start-up log holds neither the key nor the command`() throws {
        for environment in [["DRAWBRIDGE_MASTER_KEY": key], ["DRAWBRIDGE_MASTER_KEY_COMMAND": "pass show hunter2"]] {
            let shown = try read(environment).describe().map { "\($0.key) \($0.value) \($0.origin)" }.joined(separator: "\n")
            #expect(!shown.contains(key) && !shown.contains("hunter2"))
            #expect(shown.contains("environment"))
        }
        #expect(try !"\(read(["DRAWBRIDGE_MASTER_KEY": key]))".contains("AAECAw"))
    }

    @Test func `each source of the master key is recognised`() throws {
        #expect(try read(["DRAWBRIDGE_MASTER_KEY_FILE": "/k"]).masterKey == .file(path: "/k"))
        #expect(try read(["DRAWBRIDGE_MASTER_KEY_COMMAND": "pass show x"]).masterKey == .command("pass show x"))
        #expect(try read(["DRAWBRIDGE_MASTER_KEY": key]).masterKey == .value(Secret(Array(0..<32))))
        #expect(try read(["OAUTH_ENCRYPTION_KEY": key.replacing("=", with: "")]).masterKey == .value(Secret(Array(0..<32))))
        #expect(try read(["DRAWBRIDGE_STATE": "/s"]).masterKey == .stateFile(path: "/s/master.key"))
        let path = "/run/credentials/drawbridge-master-key"
        #expect(try read(["CREDENTIALS_DIRECTORY": "/run/credentials"], existing: [path]).masterKey == .credential(path: path))
        #expect(try read(["CREDENTIALS_DIRECTORY": "/run/credentials"]).masterKey == .stateFile(path: "data/state/master.key"))
        let both = ["CREDENTIALS_DIRECTORY": "/run/credentials", "DRAWBRIDGE_MASTER_KEY_FILE": path]
        #expect(try read(both, existing: [path]).masterKey == .file(path: path))
    }

    @Test(arguments: [
        ["DRAWBRIDGE_MASTER_KEY_FILE": "/k", "DRAWBRIDGE_MASTER_KEY": key],
        ["DRAWBRIDGE_MASTER_KEY_FILE": "/k", "DRAWBRIDGE_MASTER_KEY_COMMAND": "x"],
        ["CREDENTIALS_DIRECTORY": "/c", "OAUTH_ENCRYPTION_KEY": key],
    ])
    func `two sources of the master key at once are refused`(environment: [String: String]) {
        let found = problems(environment, existing: ["/c/drawbridge-master-key"])
        #expect(found.map(\.kind) == [.contradiction])
    }

    @Test func `two sources in different places are refused as well`() {
        #expect(problems(["DRAWBRIDGE_MASTER_KEY": key], flags: ["master-key-file": "/k"]).map(\.kind) == [.contradiction])
    }

    @Test func `a key on the command line is refused, even a good one`() {
        #expect(problems(flags: ["master-key": key]).map(\.key) == ["--master-key"])
    }
}

struct SettingsWarningsTests {
    @Test(arguments: [
        (["VAL_TOWN_API_TOKEN": "vtwn_x"], "VAL_TOWN_API_TOKEN"), (["DRAWBRIDGE_LISTEN": "0.0.0.0:8484"], "0.0.0.0:8484"),
        (["DRAWBRIDGE_LISTEN": "localhost:9000"], "port 9000"), (["DRAWBRIDGE_ADMIN_LISTEN": "0.0.0.0:9484"], "port for operators"),
        (["DRAWBRIDGE_ALLOWED_HOSTS": "a.example"], "issuer's own host"), (["DRAWBRIDGE_ALLOWED_HOSTS": "*"], "DNS rebinding"),
        (["DRAWBRIDGE_TRUSTED_PROXIES": "0.0.0.0/0"], "trusted proxy"), (["DRAWBRIDGE_GRANT_TTL": "60"], "grant_ttl (60 s)"),
        (["DRAWBRIDGE_UPSTREAM_BASE_URL": "http://sandbox:8485"], "readable"),
    ])
    func `what is probably not meant is warned about`(environment: [String: String], part: String) throws {
        let warnings = try read(environment).warnings
        #expect(warnings.contains { $0.contains(part) }, "\(warnings)")
        #expect(!warnings.joined().contains("vtwn_x"))
    }

    @Test func `a master key in the file is warned about without being shown`() throws {
        let warnings = try read(yaml: "master_key: \(key)").warnings
        #expect(warnings.count == 1 && warnings[0].contains("drawbridge.yaml:1") && !warnings[0].contains(key))
    }
}
