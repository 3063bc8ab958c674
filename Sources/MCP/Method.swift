/// The methods that are served. What is not here is `method not found`.
enum Method: String, CaseIterable {
    case initialize
    case ping
    case discover = "server/discover"
    case listTools = "tools/list"
    case callTool = "tools/call"

    /// 2026-07-28 removed the handshake and `ping`, and brought discovery.
    func exists(in era: Era) -> Bool {
        switch self {
        case .initialize, .ping: era == .legacy
        case .discover: era == .modern
        case .listTools, .callTool: true
        }
    }

    init(_ name: String, in era: Era) throws(RPCError) {
        guard let method = Method(rawValue: name), method.exists(in: era) else {
            throw RPCError(.methodNotFound, "This server has no method \"\(name.prefix(80))\"")
        }
        self = method
    }
}
