import Primitives

/// The headers of a `POST` that decide how its body is read. A header that came twice is joined with a comma, as HTTP has it, and so
/// matches nothing.
package struct MCPRequestHead: Sendable, Equatable {
    /// `MCP-Protocol-Version`
    package var protocolVersion: String?
    /// `Mcp-Method`
    package var method: String?
    /// `Mcp-Name`
    package var name: String?

    package init(protocolVersion: String? = nil, method: String? = nil, name: String? = nil) {
        self.protocolVersion = protocolVersion
        self.method = method
        self.name = name
    }

    /// A header value that had to be wrapped as `=?base64?…?=` to travel (2026-07-28, transports, "Header encoding").
    /// `nil` where the wrapping is broken, so that it never equals anything.
    static func decoded(_ value: String?) -> String? {
        guard let value, value.hasPrefix("=?base64?"), value.hasSuffix("?=") else { return value }
        let payload = value.dropFirst("=?base64?".count)
        guard payload.count >= 2 else { return value }
        let text = String(payload.dropLast(2))
        guard let bytes = Base64.decode(text), Base64.encode(bytes) == text else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
