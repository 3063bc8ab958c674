import OAuth
import Primitives

/// A server with two areas and three powers.
enum Fixture {
    static let scopes = ScopeVocabulary(
        atoms: ["vals:read", "vals:write", "blobs:read", "blobs:write", "vals:delete"],
        umbrellas: [
            .init(name: "read", atoms: ["vals:read", "blobs:read"]), .init(name: "write", atoms: ["vals:write", "blobs:write"]),
            .init(name: "delete", atoms: ["vals:delete"]),
        ],
        defaults: ["read"], tolerated: ["openid", "profile", "email", "offline_access"])

    static func issuer() throws -> WebOrigin { try WebOrigin("https://bridge.example") }
    static func resource() throws -> ResourceIndicator { ResourceIndicator(issuer: try issuer(), path: "/mcp") }
}
