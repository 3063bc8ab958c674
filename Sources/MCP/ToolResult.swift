package import Primitives

/// What a tool answers to the model.
package struct ToolResult: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case text(String)

        var json: JSON {
            switch self {
            case .text(let text): ["type": "text", "text": .string(text)]
            }
        }
    }

    package var content: [Content]
    package var structuredContent: JSON?
    /// The tool could not do it; the content says why, and what to do, in words that a model can act on.
    package var isError: Bool

    package init(content: [Content], structuredContent: JSON? = nil, isError: Bool = false) {
        self.content = content
        self.structuredContent = structuredContent
        self.isError = isError
    }

    package static func text(_ text: String) -> ToolResult { ToolResult(content: [.text(text)]) }

    /// Structured content together with its copy as text, for clients that know only text.
    package static func structured(_ value: JSON) -> ToolResult {
        ToolResult(content: [.text(value.text)], structuredContent: value)
    }

    package static func error(_ text: String) -> ToolResult { ToolResult(content: [.text(text)], isError: true) }

    var json: JSONObject {
        var object = JSONObject([JSONObject.Member(key: "content", value: .array(content.map(\.json)))])
        object["structuredContent"] = structuredContent
        object["isError"] = .bool(isError)
        return object
    }
}
