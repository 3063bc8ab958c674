import Primitives

/// Looks at a running bridge from outside, as a client would. It has no token, and asks for nothing that needs one.
struct Doctor: Sendable {
    let http: DemoTransport
    /// Seconds since 1970, by the clock of this computer.
    let now: @Sendable () -> Int64

    /// Every check, once, in the order of `Check.all`.
    func examine(_ address: SiteAddress) async -> [Finding] {
        var visit = Visit(http: http)
        let site = await learn(address, &visit)
        var findings: [Finding] = []
        for check in Check.all {
            let (severity, seen) = await outcome(of: check, at: site, &visit)
            findings.append(
                Finding(
                    name: check.name, group: check.group.rawValue, severity: severity, claim: check.claim, seen: seen, why: check.why,
                    change: check.change))
        }
        return findings
    }

    private func outcome(of check: Check, at site: Site, _ visit: inout Visit) async -> (Severity, String) {
        if check.group.isOAuth, site.isHeaderOnly { return (.skipped, "this bridge takes header tokens alone") }
        if check.group == .registration, site.isRegistrationOff { return (.skipped, "registration is off here") }
        let requests: [DemoRequest]
        do throws(NothingToAsk) { requests = try check.ask(site) } catch { return (.skipped, site.obstacle ?? error.reason) }
        if let obstacle = site.obstacle, !requests.isEmpty { return (.skipped, obstacle) }
        var answers: [DemoResponse] = []
        for request in requests {
            switch await visit.answer(to: request) {
            case .success(let answer): answers.append(answer)
            case .failure(let silence):
                return (check.severity, "no answer to \(request.method) \(request.url.prefix { $0 != "?" }): \(silence.reason)")
            }
        }
        switch check.judge(site, answers) {
        case .right(let seen): return (.pass, seen)
        case .wrong(let seen): return (check.severity, seen)
        case .open(let reason): return (.skipped, reason)
        }
    }

    /// What the requests of most checks need to know.
    private func learn(_ address: SiteAddress, _ visit: inout Visit) async -> Site {
        var site = Site(address: address)
        guard address.mayBeAsked else {
            site.obstacle = "not looked at: nothing is sent in clear to another computer"
            return site
        }
        let start = now()
        let first = await visit.answer(to: site.mcp())
        site.asked = start...max(start, now())
        switch first {
        case .failure(let silence):
            site.obstacle = silence.reason
            return site
        case .success(let answer): site.isHeaderOnly = answer.status == 401 && answer.json?["error"]?.string == "unauthorized"
        }
        site.metadata = await visit.json(site.get("/.well-known/oauth-authorization-server"), status: 200)
        if case .success(let answer) = await visit.answer(to: site.register()) {
            site.client = answer.status == 201 ? answer.json?["client_id"]?.string : nil
            site.isRegistrationOff = site.metadata?["registration_endpoint"] == nil && (403...404).contains(answer.status)
        }
        if case .success(let preflight) = await visit.answer(to: site.preflight()) { site.tokenHeader = preflight.unusualHeader }
        return site
    }
}

/// The requests of one examination. Checks that ask the same are told the same.
struct Visit: Sendable {
    struct Silence: Error, Sendable {
        let reason: String
    }

    private let http: DemoTransport
    private var answers: [String: Result<DemoResponse, Silence>] = [:]

    init(http: @escaping DemoTransport) {
        self.http = http
    }

    mutating func answer(to request: DemoRequest) async -> Result<DemoResponse, Silence> {
        let headers = request.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        let key = "\(request.method) \(request.url)\n\(headers)\n\n\(String(decoding: request.body, as: UTF8.self))"
        if let known = answers[key] { return known }
        let result: Result<DemoResponse, Silence>
        do { result = .success(try await http(request)) } catch { result = .failure(Silence(reason: "\(error)")) }
        answers[key] = result
        return result
    }

    mutating func json(_ request: DemoRequest, status: Int) async -> JSON? {
        guard case .success(let answer) = await answer(to: request), answer.status == status else { return nil }
        return answer.json
    }
}
