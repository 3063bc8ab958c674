import Primitives
import Synchronization
import Testing

@testable import drawbridge

/// What was asked, in its order.
private final class Asked: Sendable {
    private let requests = Mutex<[DemoRequest]>([])
    func add(_ request: DemoRequest) { requests.withLock { $0.append(request) } }
    var all: [DemoRequest] { requests.withLock { $0 } }
}

private let publicBase = "https://bridge.example"

private func examine(
    _ subject: DoctorSubject = DoctorSubject(base: publicBase), at address: String? = nil, fault: DoctorFault? = nil, asked: Asked = Asked()
) async throws -> [Finding] {
    let doctor = Doctor(
        http: { request in
            asked.add(request)
            let answer = subject.answer(request)
            return fault?.applied(to: answer, of: request, base: subject.base) ?? answer
        }, now: { DoctorSubject.time })
    return await doctor.examine(try SiteAddress(address ?? subject.base))
}

extension [Finding] {
    fileprivate func names(_ severities: Severity...) -> [String] { filter { severities.contains($0.severity) }.map(\.name) }
}

struct DoctorChecks {
    @Test func `a bridge that is right for everything passes every check, and none is left out`() async throws {
        let findings = try await examine()
        #expect(findings.names(.failure, .warning, .skipped) == [])
        #expect(findings.map(\.name) == Check.all.map(\.name))
        #expect(findings.count >= 120)
    }

    @Test func `on this computer http is right, and only what browsers keep for https is not looked at`() async throws {
        let findings = try await examine(DoctorSubject(base: "http://localhost:8484"))
        #expect(findings.names(.failure, .warning) == [])
        #expect(findings.names(.skipped) == ["cookie-secure", "cookie-host-prefix"])
    }

    @Test func `every check has a name of its own, in small letters and hyphens, and says why and what to change`() {
        #expect(Set(Check.all.map(\.name)).count == Check.all.count)
        for check in Check.all {
            #expect(check.name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }, "\(check.name)")
            #expect(!check.claim.isEmpty && !check.why.isEmpty && !check.change.isEmpty, "\(check.name)")
        }
    }

    @Test func `each check is noticed broken by some fault`() {
        let covered = Set(DoctorFault.all.map(\.check))
        // These two are about the address itself, and `authorize` about a page without which nothing else about it can be seen.
        let elsewhere: Set = ["https", "reachable", "authorize"]
        #expect(Set(Check.all.map(\.name)).subtracting(covered) == elsewhere)
    }

    @Test(arguments: DoctorFault.all)
    func `one broken promise is found by exactly its own check`(fault: DoctorFault) async throws {
        let findings = try await examine(fault: fault)
        #expect(findings.names(.failure, .warning) == [fault.check])
    }

    @Test func `only what works and is not meant is a warning`() async throws {
        let warnings = Check.all.filter { $0.severity == .warning }.map(\.name)
        #expect(warnings == ["metadata-offline-access", "header-api-answers"])
    }

    @Test func `without a consent page the checks of it are open, and the request is a failure`() async throws {
        let fault = DoctorFault("authorize", "GET", "/authorize") { answer in answer.status == 200 ? answer.with(status: 500) : answer }
        let findings = try await examine(fault: fault)
        #expect(findings.names(.failure) == ["authorize", "authorize-repeatable", "authorize-without-state", "authorize-resource"])
        #expect(findings.filter { $0.group == CheckGroup.page.rawValue }.allSatisfy { $0.severity == .skipped })
    }

    @Test func `plain http to another computer is a failure, and nothing is sent there`() async throws {
        let asked = Asked()
        let findings = try await examine(DoctorSubject(base: "http://bridge.example"), asked: asked)
        #expect(findings.names(.failure) == ["https"] && findings.names(.pass) == [])
        #expect(asked.all.isEmpty)
    }

    @Test func `a server that does not answer is one failure, not a hundred`() async throws {
        struct Down: Error {}
        let doctor = Doctor(http: { _ in throw Down() }, now: { 0 })
        let findings = await doctor.examine(try SiteAddress(publicBase))
        #expect(findings.names(.failure) == ["reachable"])
        #expect(findings.first { $0.name == "https" }?.seen == "https")
    }

    @Test func `of a bridge for header tokens alone nothing of OAuth is demanded`() async throws {
        let findings = try await examine(DoctorSubject(base: publicBase, isHeaderOnly: true))
        #expect(findings.names(.failure, .warning) == [])
        #expect(findings.contains { $0.name == "metadata" && $0.severity == .skipped })
    }

    @Test func `a closed door for header tokens is right too`() async throws {
        let findings = try await examine(DoctorSubject(base: publicBase, closedDoor: true))
        #expect(findings.names(.failure, .warning) == [])
    }

    @Test func `a bridge that registers nobody is right too, and what needs a client is not looked at`() async throws {
        let findings = try await examine(DoctorSubject(base: publicBase, registersNobody: true))
        #expect(findings.names(.failure, .warning) == [])
        let skipped = findings.filter { $0.severity == .skipped }
        #expect(
            skipped.contains { $0.name == "authorize" }
                && skipped.allSatisfy { $0.seen == "registration is off here" || $0.group == CheckGroup.cookie.rawValue })
        #expect(findings.names(.pass).contains("authorize-unknown-client"))
    }

    @Test func `it sends nothing to another server, whatever the metadata say`() async throws {
        let asked = Asked()
        let fault = DoctorFault("", "GET", "/.well-known/") { answer in
            answer.with(body: answer.text.replacing(publicBase, with: "https://other.example"))
        }
        _ = try await examine(fault: fault, asked: asked)
        #expect(asked.all.count > 50 && asked.all.allSatisfy { $0.url.hasPrefix(publicBase + "/") })
    }

    @Test func `it asks each thing once, and carries no token that anybody could have made`() async throws {
        let asked = Asked()
        _ = try await examine(asked: asked)
        let keys = asked.all.map { "\($0.method) \($0.url) \($0.headers) \($0.body.count) \($0.body.reduce(0) { $0 &* 31 &+ Int($1) })" }
        #expect(Set(keys).count == keys.count)
        let bearers = asked.all.flatMap { $0.headers.filter { $0.name == "Authorization" }.map(\.value) }
        #expect(bearers.allSatisfy { $0.hasPrefix("Basic ") || $0.hasSuffix(".") || $0.hasPrefix("Bearer dbr_AAAA") })
    }

    @Test(arguments: [
        ("https://bridge.example", "https://bridge.example/mcp"), ("https://bridge.example/", "https://bridge.example/mcp"),
        ("https://Bridge.Example/mcp/", "https://bridge.example/mcp"),
        ("https://bridge.example/github/mcp", "https://bridge.example/github/mcp"),
        ("http://[::1]:8484", "http://[::1]:8484/mcp"),
    ])
    func `an address is an origin or an endpoint`(typed: String, resource: String) throws {
        #expect(try SiteAddress(typed).resource == resource)
    }

    @Test(arguments: [
        "bridge.example", "localhost:8484", "ftp://bridge.example", "https://a@bridge.example", "https://bridge.example/?a=b",
        "https://bridge.example/#a", "https://127.1/",
    ])
    func `what is no address of a server is refused before anything is sent`(typed: String) {
        #expect(throws: StartFailure.self) { try SiteAddress(typed) }
    }
}

struct DoctorReading {
    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000),
            ("Fri, 31 Dec 2100 23:59:59 GMT", 4_133_980_799),
        ] as [(String, Int64)])
    func `a date of HTTP is seconds since 1970`(text: String, seconds: Int64) { #expect(HTTPTime.seconds(text) == seconds) }

    @Test(arguments: [
        "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
    ])
    func `what is no date is none`(text: String) { #expect(HTTPTime.seconds(text) == nil) }

    @Test func `a challenge is a scheme and its parameters`() throws {
        let challenge = try #require(ChallengeReader(#"Bearer realm=x, resource_metadata="https://a/b?c=d, e",scope="read write""#))
        #expect(challenge.scheme == "bearer")
        #expect(challenge.parameters == ["realm": "x", "resource_metadata": "https://a/b?c=d, e", "scope": "read write"])
        #expect(ChallengeReader("Basic")?.parameters == [:])
    }

    @Test(arguments: [#"Bearer scope="read"#, #"Bearer a="1", a="2""#, "Bearer token", ""])
    func `a challenge that two could read differently is none`(text: String) { #expect(ChallengeReader(text) == nil) }

    @Test func `scripts are found in tags, handlers and addresses`() throws {
        let html = #"<p onclick="x()">a</p><a href="JavaScript:y()">b</a><script>z()</script><form method="post"></form>"#
        let page = try #require(PageReading(DemoResponse(status: 200, headers: [("Content-Type", "text/html")], body: Array(html.utf8))))
        #expect(page.scripts == ["onclick in <p>", "href in <a>", "<script>"])
    }
}

struct DoctorReports {
    private let findings = Severity.allCases.map { severity in
        Finding(
            name: "name-\(severity.rawValue)", group: "Group", severity: severity, claim: "It is so", seen: "seen\u{1B}[31m",
            why: "because",
            change: "do that")
    }

    @Test func `passes are a count unless they are asked for`() {
        let report = DoctorReport(subject: "subject", findings: findings)
        let quiet = report.text(verbose: false, colours: false)
        #expect(quiet.contains("name-failure") && quiet.contains("name-warning"))
        #expect(!quiet.contains("name-pass") && !quiet.contains("name-skipped"))
        #expect(quiet.hasSuffix("✗ 1 failure, 1 warning, 1 check passed, 1 not looked at"))
        let whole = report.text(verbose: true, colours: false)
        #expect(whole.contains("name-pass") && whole.contains("name-skipped"))
    }

    @Test func `a failure says what was seen, why it matters and what to change, and nothing for the terminal itself`() {
        let text = DoctorReport(subject: "s", findings: findings).text(verbose: true, colours: false)
        #expect(text.contains("why     because") && text.contains("change  do that"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test func `what was not looked at for one reason is one line`() {
        let skipped = findings.filter { $0.severity == .skipped }
        let text = DoctorReport(subject: "s", findings: skipped + skipped + skipped).text(verbose: true, colours: false)
        #expect(text.contains("– 3 checks not looked at, seen") && !text.contains("name-skipped"))
    }

    @Test func `as JSON it has every finding, and only failures fail`() throws {
        let report = DoctorReport(subject: "s", findings: findings)
        let json = try JSON.parse(report.json.serialized)
        #expect(json["failures"] == 1 && json["passed"] == 1 && json["findings"]?.array?.count == 4)
        #expect(json["findings"]?.array?[0]["name"] == "name-failure")
        #expect(report.hasFailed)
        #expect(!DoctorReport(subject: "s", findings: findings.filter { $0.severity != .failure }).hasFailed)
    }
}
