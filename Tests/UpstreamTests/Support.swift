import MCP
import Primitives
import Synchronization
import Testing

@testable import Upstream

enum ValTown {
    static let yaml: String = {
        let file = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return (try? readFile("/\(file)/data/upstreams/valtown.yaml")) ?? ""
    }()

    private static let loaded = Result { () throws(ProfileError) in try UpstreamProfile.load(yaml: yaml, file: "valtown.yaml") }

    static func profile() throws -> UpstreamProfile { try loaded.get() }

    static let token = "vtwn_0123456789abcdef"
    static let credential = UpstreamCredential(secrets: ["token": Secret(token)])
}

/// An API that answers from a script and remembers what it was asked.
final class FakeAPI: Sendable {
    private struct State {
        var answers: [Result<UpstreamResponse, UpstreamFailure>]
        var requests: [UpstreamRequest] = []
        var waits: [Duration] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Result<UpstreamResponse, UpstreamFailure>]) { state = Mutex(State(answers: answers)) }

    convenience init(_ status: Int, _ body: String = "{}", _ headers: [Field] = []) {
        self.init([.success(UpstreamResponse(status: status, headers: headers, body: Array(body.utf8)))])
    }

    convenience init(_ answers: JSON...) {
        self.init(answers.map { .success(UpstreamResponse(status: 200, body: $0.serialized)) })
    }

    var requests: [UpstreamRequest] { state.withLock { $0.requests } }
    var waits: [Duration] { state.withLock { $0.waits } }

    /// The last answer is given again and again.
    var transport: UpstreamTransport {
        UpstreamTransport(
            send: { request throws(UpstreamFailure) in
                let answer = self.state.withLock { state in
                    state.requests.append(request)
                    return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
                }
                return try answer.get()
            },
            wait: { duration in self.state.withLock { $0.waits.append(duration) } })
    }

    func call(_ tool: String, _ arguments: JSON = [:], profile: UpstreamProfile? = nil) async throws -> ToolOutcome {
        let runner = ToolRunner(profile: try profile ?? ValTown.profile(), transport: transport)
        return await runner.run(
            ToolCall(name: tool, arguments: arguments.object ?? JSONObject()), credential: ValTown.credential,
            repairURL: "https://bridge.test/connect/valtown")
    }
}

extension ToolOutcome {
    var text: String {
        result.content.map { content in
            switch content {
            case .text(let text): text
            }
        }.joined(separator: "\n")
    }
}
