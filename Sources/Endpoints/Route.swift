import HTTPTypes
import OAuth
import Primitives

/// Every path of the public port. Paths are compared as they were sent: nothing is decoded or cleaned up first.
enum Route: Equatable {
    case home
    case asset
    case health
    case authorizationServerMetadata
    case openIDConfiguration
    case protectedResourceMetadata
    case keySet
    case authorize
    case token
    case register
    case registeredClient(ClientID)
    case revoke
    case introspect
    case connections
    case mcp
    case legacyMCP

    init?(path: String) {
        switch path {
        case "/": self = .home
        case "/healthz": self = .health
        case "/.well-known/jwks.json": self = .keySet
        case "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp": self = .protectedResourceMetadata
        // RFC 8414 §3.1 inserts the path of the issuer; clients also try the resource's path, before and after.
        case "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp",
            "/mcp/.well-known/oauth-authorization-server":
            self = .authorizationServerMetadata
        case "/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp", "/mcp/.well-known/openid-configuration":
            self = .openIDConfiguration
        case "/authorize", "/oauth/authorize": self = .authorize
        case "/token", "/oauth/token": self = .token
        case "/register", "/oauth/register": self = .register
        case "/revoke", "/oauth/revoke": self = .revoke
        case "/introspect", "/oauth/introspect": self = .introspect
        case "/connections": self = .connections
        case "/mcp", "/mcp/": self = .mcp
        case "/legacy/mcp": self = .legacyMCP
        case let path where path.hasPrefix("/assets/"): self = .asset
        case let path where path.hasPrefix("/register/"): self.init(clientID: path.dropFirst("/register/".count))
        case let path where path.hasPrefix("/oauth/register/"): self.init(clientID: path.dropFirst("/oauth/register/".count))
        default: return nil
        }
    }

    /// One segment, in which nothing needs an encoding.
    private init?(clientID: Substring) {
        guard !clientID.isEmpty, clientID.utf8.allSatisfy(PercentEncoding.isUnreserved) else { return nil }
        self = .registeredClient(ClientID(String(clientID)))
    }

    var methods: [HTTPRequest.Method] {
        switch self {
        case .home, .asset, .health, .authorizationServerMetadata, .openIDConfiguration, .protectedResourceMetadata, .keySet, .connections:
            [.get]
        case .authorize: [.get, .post]
        case .token, .register, .revoke, .introspect: [.post]
        case .registeredClient: [.get, .put, .delete]
        case .mcp, .legacyMCP: [.post, .get, .delete]
        }
    }

    /// Which scripts of other sites may read the answer.
    var sharing: Sharing {
        switch self {
        case .authorizationServerMetadata, .openIDConfiguration, .protectedResourceMetadata, .keySet, .token, .register, .registeredClient,
            .revoke:
            .everybody
        case .mcp, .legacyMCP: .allowedOrigins
        case .home, .asset, .health, .authorize, .connections, .introspect: .nobody
        }
    }

    enum Sharing {
        case everybody
        case allowedOrigins
        case nobody
    }

    /// Belongs to OAuth, and is not there where only header tokens are served.
    var isOAuth: Bool {
        switch self {
        case .authorizationServerMetadata, .openIDConfiguration, .protectedResourceMetadata, .keySet, .authorize, .token, .register,
            .registeredClient, .revoke, .introspect, .connections:
            true
        case .home, .asset, .health, .mcp, .legacyMCP: false
        }
    }
}
