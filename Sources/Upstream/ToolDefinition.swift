import MCP
import Primitives

/// One tool of a profile: what a client sees of it, and the request that it stands for.
struct ToolDefinition: Sendable {
    let tool: Tool
    /// All of these atoms are needed.
    let scopes: [String]
    let method: HTTPMethod
    let path: PathTemplate
    let parameters: [Parameter]
    let fixed: [FixedValue]
    /// Of these parameters exactly one must be given. Said here and not in the schema: a client that meets a union at the root of a
    /// schema drops the whole list.
    let exactlyOne: [String]
    let response: ResponseKind
    let outputSchema: JSONSchema?
    let search: SearchRule?

    func parameter(_ name: String) -> Parameter? { parameters.first { $0.name == name } }
}

/// One argument of a tool, and where it goes.
struct Parameter: Sendable, Equatable {
    enum Place: String, Sendable, CaseIterable {
        case path, query, header
        /// A member of the JSON body.
        case body
        /// The whole body, as this text.
        case content
        /// The whole body, from base64.
        case contentBase64 = "content_base64"
        /// Used here and not sent.
        case local
    }

    let name: String
    let place: Place
    /// Its name at the API. In a body a pointer such as `/statement/sql` puts it deeper.
    let wire: String
    let schema: JSONSchema
    let required: Bool

    /// Sent when the argument is left out: an API that documents a default beside `required` gets what it asks for.
    var fallback: JSON? { schema.json["default"] }

    /// Whether `null` is a value of it and not just another way to leave it out.
    var takesNull: Bool { schema.accepts(.null) }
}

/// A value that the profile sends and no argument changes.
struct FixedValue: Sendable, Equatable {
    let place: Parameter.Place
    let wire: String
    let value: JSON
}

/// `/v2/vals/{val_id}/files`
struct PathTemplate: Sendable, Equatable {
    enum Segment: Sendable, Equatable {
        case literal(String)
        /// By the parameter's wire name.
        case parameter(String)
    }

    let segments: [Segment]

    /// `nil` unless it begins with a slash and every segment is plain text or one `{name}`.
    init?(_ text: String) {
        guard text.hasPrefix("/") else { return nil }
        var segments: [Segment] = []
        for piece in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if piece.hasPrefix("{"), piece.hasSuffix("}"), piece.count > 2 {
                segments.append(.parameter(String(piece.dropFirst().dropLast())))
            } else if !piece.isEmpty, piece != ".", piece != "..", piece.utf8.allSatisfy(PercentEncoding.isUnreserved) {
                segments.append(.literal(String(piece)))
            } else {
                return nil
            }
        }
        self.segments = segments
    }

    var parameters: [String] { segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } } }
}

/// What becomes of an answer.
enum ResponseKind: String, Sendable, CaseIterable {
    /// The JSON as it is; an array or a bare value goes into an object.
    case json
    /// An array, as `items`.
    case list
    /// `{data, links}`: `items`, and the arguments of the next call.
    case page
    /// Bytes: text where they are text, else base64.
    case bytes
    /// Only that it was done.
    case done
}

/// A search that the API does not have: its list is read here page by page.
struct SearchRule: Sendable, Equatable {
    /// The argument with the words to look for.
    let argument: String
    /// Where they are looked for in each item.
    let fields: [JSONPointer]
    /// The most pages that one call reads.
    let pages: Int
}
