import Primitives
import Testing

@testable import drawbridge

/// 32 bytes in base64.
private let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
private let otherKey = "/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+8="

struct SettingsDefaults {
    @Test func `without any setting the defaults hold and nothing is warned about`() throws {
        let settings = try read()
        #expect(settings.listen.description == "localhost:8484")
        #expect(settings.adminListen.description == "127.0.0.1:9484")
        #expect(settings.issuer.description == "http://localhost:8484")
        #expect(settings.state == "data/state")
        #expect(settings.data == nil)
        #expect(settings.masterKey == .stateFile(path: "data/state/master.key"))
        #expect(settings.upstream == .id("valtown"))
        #expect(settings.accounts.isEverybody)
        #expect(
            [
                settings.accessTokenTTL, settings.refreshTokenTTL, settings.grantTTL, settings.sessionTTL, settings.refreshGrace,
                settings.codeTTL,
            ]
                == [900, 2_592_000, 7_776_000, 604_800, 120, 60])
        #expect(settings.legacy == .header)
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == nil)
        #expect(settings.signingAlgorithm == nil)
        #expect(settings.warnings.isEmpty)
        #expect(settings.origins.isEmpty)
    }

    @Test func `the default lists hold the issuer, the listening addresses and the Inspector`() throws {
        let settings = try read()
        for host in ["localhost:8484", "127.0.0.1:8484", "[::1]:8484", "LOCALHOST:8484"] { #expect(settings.allowedHosts.allows(host)) }
        for host in ["localhost", "evil.example", "localhost:8485", "127.0.0.1.nip.io:8484"] {
            #expect(!settings.allowedHosts.allows(host))
        }
        for origin in ["http://localhost:8484", "http://localhost:6274", "http://127.0.0.1:6274", "http://[::1]:8484"] {
            #expect(settings.allowedOrigins.allows(origin))
        }
        for origin in ["null", "https://localhost:8484", "http://localhost:6275"] { #expect(!settings.allowedOrigins.allows(origin)) }
    }

    @Test func `behind a public issuer only its own origin and host are allowed`() throws {
        let settings = try read(["DRAWBRIDGE_ISSUER": "https://bridge.example", "DRAWBRIDGE_LISTEN": "0.0.0.0:8484"])
        #expect(settings.allowedOrigins == .only(["https://bridge.example"]))
        #expect(settings.allowedHosts == .only(["bridge.example", "bridge.example:443"]))
        #expect(settings.warnings.isEmpty)
    }
}

struct SettingsPrecedence {
    @Test func `a flag beats the environment, which beats the file, which beats the default`() throws {
        let yaml = "access_token_ttl: 300\ncode_ttl: 30\nrefresh_grace: 10"
        let settings = try read(
            ["DRAWBRIDGE_CODE_TTL": "40", "DRAWBRIDGE_REFRESH_GRACE": "20"], flags: ["--refresh-grace": "5", "grant-ttl": "99"], yaml: yaml)
        #expect([settings.accessTokenTTL, settings.codeTTL, settings.refreshGrace, settings.grantTTL] == [300, 40, 5, 99])
        #expect(settings.origins[.accessTokenTTL] == .file(path: "drawbridge.yaml", line: 1))
        #expect(settings.origins[.codeTTL] == .environment)
        #expect(settings.origins[.refreshGrace] == .flag)
    }

    @Test func `keys of the file may be nested, and lists stand for commas`() throws {
        let yaml = """
            # a comment
            access_token:
              ttl: 300
            allowed: { hosts: [a.example, "b.example:8443"] }
            legacy: off
            operator_name: "Alice: her bridge"
            """
        let settings = try read(yaml: yaml)
        #expect(settings.accessTokenTTL == 300)
        #expect(settings.allowedHosts == .only(["a.example", "b.example:8443"]))
        #expect(settings.legacy == .off)
        #expect(settings.operatorName == "Alice: her bridge")
    }

    @Test(arguments: ["", "# nothing\n", "~", "---\n"]) func `an empty file changes nothing`(yaml: String) {
        #expect(problems(yaml: yaml).isEmpty)
    }

    @Test(arguments: [
        ("OAUTH_ISSUER_URL", "https://bridge.example", "DRAWBRIDGE_ISSUER"),
        ("OAUTH_ACCESS_TOKEN_TTL", "60", "DRAWBRIDGE_ACCESS_TOKEN_TTL"),
        ("OAUTH_REFRESH_TOKEN_TTL", "61", "DRAWBRIDGE_REFRESH_TOKEN_TTL"), ("OAUTH_ENCRYPTION_KEY", key, "DRAWBRIDGE_MASTER_KEY"),
    ])
    func `a second name means the same, and must not say something else`(alias: String, value: String, main: String) throws {
        let settings = try read([alias: value])
        #expect(settings.origins.values.contains(.environment))
        #expect(problems([alias: value, main: value]).isEmpty)
        #expect(
            problems([alias: value, main: main == "DRAWBRIDGE_MASTER_KEY" ? otherKey : value + "0"]).contains { $0.kind == .contradiction })
    }
}

struct SettingsValues {
    @Test(arguments: [
        ("http://localhost:8484", "http://localhost:8484"), ("HTTPS://Bridge.Example:443", "https://bridge.example"),
        ("http://127.0.0.1", "http://127.0.0.1"), ("http://[0:0::1]:80", "http://[::1]"),
        ("https://a-b.example:8443", "https://a-b.example:8443"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"), ("https://10.0.0.5", "https://10.0.0.5"),
    ])
    func `an issuer is kept in its one spelling`(written: String, kept: String) throws {
        #expect(try read(["DRAWBRIDGE_ISSUER": written]).issuer.description == kept)
    }

    @Test(arguments: [
        "http://bridge.example", "https://bridge.example/", "https://bridge.example/oauth", "https://u:p@bridge.example",
        "https://bridge.example?x",
        "https://bridge.example#x", "bridge.example", "ftp://bridge.example", "https://", "https://:8484", "https://bridge.example:0",
        "https://bridge.example:99999", "https://bridge.example:080", "https://bridge.example:", "http://127.1", "http://0x7f000001",
        "http://127.0.0.1.", "http://127.0.0.2", "http://localhost.evil.example", "http:evil.example", "https://a\\@evil.example",
        "https://münchen.example", "https://a b.example", "https://-a.example", "https://a..example", "http://[::1", "http://[127.0.0.1]",
        "http://010.0.0.1", "http://localhost\u{9}:8484",
    ])
    func `an issuer that is no plain origin is refused`(written: String) {
        let found = problems(["DRAWBRIDGE_ISSUER": written])
        #expect(found.count == 1)
        #expect(found.first?.key == "DRAWBRIDGE_ISSUER" && found.first?.kind == .invalid)
    }

    @Test(arguments: [
        ("localhost:8484", "localhost:8484"), ("0.0.0.0:80", "0.0.0.0:80"), ("[::1]:8484", "[::1]:8484"), ("127.0.0.1:0", "127.0.0.1:0"),
        ("[0::0]:443", "[::]:443"), ("LOCALHOST:1", "localhost:1"),
    ])
    func `listening addresses`(written: String, kept: String) throws {
        #expect(try read(["DRAWBRIDGE_LISTEN": written]).listen.description == kept)
    }

    @Test(arguments: [
        "8484", ":8484", "*:8484", "localhost", "::1", "::1:8484", "http://localhost:8484", "example.com:80", "localhost:65536",
        "localhost:-1",
        "localhost:+1", "127.1:80", "localhost:8484/", "[::1]",
    ])
    func `addresses nobody can listen on`(written: String) {
        #expect(problems(["DRAWBRIDGE_LISTEN": written]).map(\.kind) == [.invalid])
    }

    @Test(arguments: [
        ("DRAWBRIDGE_ACCESS_TOKEN_TTL", ["0", "-1", "86401", "15m", "9e2", "1.5", "٣", "", "99999999999999999999"]),
        ("DRAWBRIDGE_REFRESH_GRACE", ["-1", "never"]), ("DRAWBRIDGE_CODE_TTL", ["0", "601"]),
        ("DRAWBRIDGE_SIGNING_ALG", ["HS256", "none"]),
        ("DRAWBRIDGE_LEGACY", ["bearer", "yes", "header,", "header,only"]), ("DRAWBRIDGE_UPSTREAM", ["Val Town", "-x", "~/valtown.yaml"]),
        ("DRAWBRIDGE_UPSTREAM_BASE_URL", ["localhost:8485", "https://api.example/?a=b", "https://api.example/../x"]),
        ("DRAWBRIDGE_ACCOUNTS", ["valtown:", "valtown:alice,,bob", "valtown:alice,github:bob", "val town:alice", "valtown:a b", "alice;"]),
        ("DRAWBRIDGE_ALLOWED_ORIGINS", ["null", "*,https://a.example", "a.example", "https://a.example/"]),
        ("DRAWBRIDGE_ALLOWED_HOSTS", ["https://a.example", "a.example:0", "a.example,", "*,a.example"]),
        ("DRAWBRIDGE_TRUSTED_PROXIES", ["10.0.0.1/8", "10.0.0.0/33", "proxy.example", "10.0.0.0/08", "fd00::/129"]),
        ("DRAWBRIDGE_OPERATOR_NAME", ["Ali\u{202E}ce", "a\nb", String(repeating: "x", count: 201)]),
        (
            "DRAWBRIDGE_OPERATOR_CONTACT",
            ["javascript:alert(1)", "http://a.example", "alice", "alice@", "a@b@c.example", "a@b.example?body=x"]
        ),
        ("DRAWBRIDGE_LOG_LEVEL", ["warn", "loud"]), ("DRAWBRIDGE_LOG_FORMAT", ["xml"]),
        ("DRAWBRIDGE_MASTER_KEY", ["short", "AAAA", key + "="]),
        ("DRAWBRIDGE_STATE", ["~/state", "a\u{0}b", " "]), ("OAUTH_ENABLED", ["maybe", ""]), ("DRAWBRIDGE_REGISTRATION", ["closed"]),
    ])
    func `bad values are refused with their shape and a fix`(name: String, values: [String]) {
        for value in values {
            let found = problems([name: value])
            #expect(found.map(\.kind) == [.invalid], "\(name)=\(value)")
            #expect(found.first?.key == name)
            #expect(found.first?.shape?.isEmpty == false)
            #expect(found.first?.fix.isEmpty == false)
        }
    }

    @Test(arguments: [
        ("header", LegacyDoor.header), ("off", .off), ("ONLY", .only), ("header,bearer", .headerAndBearer),
        ("bearer, header", .headerAndBearer),
    ])
    func `header tokens`(written: String, door: LegacyDoor) throws {
        #expect(try read(["DRAWBRIDGE_LEGACY": written]).legacy == door)
    }

    @Test func `OAUTH_ENABLED rules over the file, and contradicts the environment`() throws {
        #expect(try read(["OAUTH_ENABLED": "false"]).legacy == .only)
        #expect(try read(["OAUTH_ENABLED": "true"]).legacy == .header)
        #expect(try read(["OAUTH_ENABLED": "true", "DRAWBRIDGE_LEGACY": "off"]).legacy == .off)
        #expect(try read(["OAUTH_ENABLED": "true"], yaml: "legacy: only").legacy == .header)
        #expect(try read(["OAUTH_ENABLED": "true"], yaml: "legacy: off").legacy == .off)
        #expect(try read(["OAUTH_ENABLED": "true"], flags: ["legacy": "only"]).legacy == .only)
        #expect(problems(["OAUTH_ENABLED": "true", "DRAWBRIDGE_LEGACY": "only"]).map(\.kind) == [.contradiction])
        #expect(problems(["OAUTH_ENABLED": "false", "DRAWBRIDGE_LEGACY": "header"]).map(\.kind) == [.contradiction])
    }

    @Test func `accounts are matched by id or name, of their upstream alone`() throws {
        let accounts = try read(["DRAWBRIDGE_ACCOUNTS": "valtown:@alice, 8f1c-22"]).accounts
        #expect(accounts.allows(upstream: "valtown", id: "x", name: "alice"))
        #expect(accounts.allows(upstream: "valtown", id: "8f1c-22", name: nil))
        #expect(!accounts.allows(upstream: "valtown", id: "x", name: "Alice"))
        #expect(!accounts.allows(upstream: "valtown", id: "x", name: nil))
        #expect(!accounts.allows(upstream: "github", id: "x", name: "alice"))
        #expect(try AllowedAccounts("valtown:a;github:b").allows(upstream: "github", id: "b", name: nil))
        #expect(problems(["DRAWBRIDGE_ACCOUNTS": "valtonw:alice"]).map(\.kind) == [.contradiction])
    }

    @Test func `DEBUG asks for debug unless a level is given beside it`() throws {
        #expect(try read(["DEBUG": "express:*, oauth:*"]).logLevel == .debug)
        #expect(try read(["DEBUG": "oauth:*"], yaml: "log_level: error").logLevel == .debug)
        #expect(try read(["DEBUG": "oauth:*", "DRAWBRIDGE_LOG_LEVEL": "error"]).logLevel == .error)
        #expect(try read(["DEBUG": "*"]).logLevel == .info)
    }

    @Test func `ranges of proxies hold what they should`() throws {
        let ranges = try read(["DRAWBRIDGE_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7,fd00::/9"]).trustedProxies
        #expect(ranges.map(\.description) == ["10.0.0.0/8", "192.0.2.7/32", "fd00::/9"])
        let inside = ["10.255.0.1", "192.0.2.7", "fd7f::1"].compactMap { IPAddressText($0) }
        let outside = ["11.0.0.1", "192.0.2.8", "fd80::1"].compactMap { IPAddressText($0) }
        #expect(inside.count == 3 && inside.allSatisfy { address in ranges.contains { $0.contains(address) } })
        #expect(outside.count == 3 && !outside.contains { address in ranges.contains { $0.contains(address) } })
    }
}
