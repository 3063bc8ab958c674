/// Whether what was seen is right.
enum Verdict: Sendable, Equatable {
    case right(String)
    case wrong(String)
    /// There was nothing to judge, and why.
    case open(String)

    init(_ isRight: Bool, _ seen: String) {
        self = isRight ? .right(seen) : .wrong(seen)
    }
}

/// What belongs together in the report. In the order in which a client comes across it.
enum CheckGroup: String, Sendable, CaseIterable {
    case connection = "Connection"
    case endpoint = "The MCP endpoint"
    case challenge = "The challenge of a 401"
    case resource = "Protected resource metadata"
    case metadata = "Authorization server metadata"
    case keys = "Signing keys"
    case registration = "Registration"
    case authorization = "Authorization requests"
    case page = "The consent page"
    case cookie = "The page's cookie"
    case token = "Token endpoint"
    case revocation = "Revocation and introspection"
    case sharing = "Scripts of other sites (CORS)"
    case header = "Header tokens"

    /// Whether a bridge without OAuth (`DRAWBRIDGE_LEGACY=only`) has it.
    var isOAuth: Bool {
        switch self {
        case .connection, .endpoint, .header: false
        case .challenge, .resource, .metadata, .keys, .registration, .authorization, .page, .cookie, .token, .revocation, .sharing: true
        }
    }
}

/// One check from outside: what to ask, and how to judge the answers. Everything about it stands in one place.
struct Check: Sendable {
    typealias Ask = @Sendable (Site) throws(NothingToAsk) -> [DemoRequest]
    typealias Judge = @Sendable (Site, [DemoResponse]) -> Verdict

    let name: String
    let group: CheckGroup
    /// What it is when it is not right.
    let severity: Severity
    let claim: String
    let why: String
    let change: String
    let ask: Ask
    let judge: Judge

    /// - Parameter judge: gets as many answers as there were requests, and is not asked when one did not come.
    init(
        _ name: String, _ group: CheckGroup, _ claim: String, as severity: Severity = .failure, why: String, change: String,
        asking ask: @escaping Ask, judge: @escaping Judge
    ) {
        self.name = name
        self.group = group
        self.severity = severity
        self.claim = claim
        self.why = why
        self.change = change
        self.ask = ask
        self.judge = judge
    }

    /// With one request.
    init(
        _ name: String, _ group: CheckGroup, _ claim: String, as severity: Severity = .failure, why: String, change: String,
        to ask: @escaping @Sendable (Site) throws(NothingToAsk) -> DemoRequest,
        judge: @escaping @Sendable (Site, DemoResponse) -> Verdict
    ) {
        self.init(
            name, group, claim, as: severity, why: why, change: change,
            asking: { site throws(NothingToAsk) in [try ask(site)] },
            judge: { site, answers in answers.first.map { judge(site, $0) } ?? .open("nothing was asked") })
    }
}

/// A request that cannot be made, because something that it needs could not be had.
struct NothingToAsk: Error, Sendable {
    let reason: String
}

/// Lists checks one below the other.
@resultBuilder
enum CheckList {
    static func buildExpression(_ check: Check) -> [Check] { [check] }
    static func buildExpression(_ checks: [Check]) -> [Check] { checks }
    static func buildBlock(_ parts: [Check]...) -> [Check] { parts.flatMap { $0 } }
    static func buildArray(_ parts: [[Check]]) -> [Check] { parts.flatMap { $0 } }
}

extension Check {
    /// All of them, in the order of the report.
    static let all: [Check] =
        connection + endpoint + challenge + resource + metadata + keys + registration + authorization + page + cookie + token + revocation
        + sharing + header
}
