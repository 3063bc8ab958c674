package import Primitives

/// The tools as one caller, with the powers of one grant, has them.
package struct ToolAccess: Sendable {
    /// What `tools/list` shows, in an order that does not change: the tools that the grant's scopes allow.
    package let listed: [Tool]
    /// Whether this caller may call a tool. Asked again at each call: a list is only a list.
    package let decide: @Sendable (_ name: String) -> ToolDecision
    /// Runs a tool that `decide` allowed.
    package let call: @Sendable (_ call: ToolCall) async -> ToolResult

    package init(
        listed: [Tool], decide: @escaping @Sendable (_ name: String) -> ToolDecision,
        call: @escaping @Sendable (_ call: ToolCall) async -> ToolResult
    ) {
        self.listed = listed
        self.decide = decide
        self.call = call
    }
}

/// Whether a tool may be called.
package enum ToolDecision: Sendable, Equatable {
    case allowed
    /// No tool of that name.
    case unknown
    /// The client never asked for these scopes: it is told to (RFC 6750 §3.1, `insufficient_scope`).
    case insufficientScope(needed: [String])
    /// The person said no, or took the power back. Asking again would only reopen the consent page at each call, so the model is told.
    case refused(message: String)
}

/// One call of a tool.
package struct ToolCall: Sendable, Equatable {
    package let name: String
    package let arguments: JSONObject

    package init(name: String, arguments: JSONObject) {
        self.name = name
        self.arguments = arguments
    }
}
