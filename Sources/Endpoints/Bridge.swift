package import AuthorizationServer
import HTTPTypes
package import MCP
import OAuth
package import Pages
import Primitives
package import Upstream
import Vault

/// How clients that send the API's own token are treated.
package enum LegacyMode: Sendable {
    case off
    case header
    /// The token may also come as `Authorization: Bearer`.
    case headerAndBearer
    /// No OAuth at all.
    case only
}

/// What the endpoints are told once.
package struct EndpointSettings: Sendable {
    package let legacy: LegacyMode
    package let allowsOrigin: @Sendable (String) -> Bool
    package let allowsHost: @Sendable (String) -> Bool
    package let operatorName: String?
    package let operatorContact: String?

    package init(
        legacy: LegacyMode, allowsOrigin: @escaping @Sendable (String) -> Bool, allowsHost: @escaping @Sendable (String) -> Bool,
        operatorName: String? = nil, operatorContact: String? = nil
    ) {
        self.legacy = legacy
        self.allowsOrigin = allowsOrigin
        self.allowsHost = allowsHost
        self.operatorName = operatorName
        self.operatorContact = operatorContact
    }
}

/// The public port: one request in, one response out. Each endpoint is an extension in a file of its own.
package struct Bridge: Sendable {
    let server: AuthorizationServer
    let profile: UpstreamProfile
    let runner: ToolRunner
    let mcp: MCPServer
    let pages: PageRenderer
    let settings: EndpointSettings
    /// Tells the operator's log of what went wrong inside; the client only learns what helps it.
    let report: @Sendable (Rejection) -> Void
    let metadata: Metadata
    /// Where credentials are sent. An entry that was sealed for another origin does not open.
    let origin: String

    /// Documents that never change while the program runs.
    struct Metadata: Sendable {
        let authorizationServer: [UInt8]
        let openID: [UInt8]
        let protectedResource: [UInt8]
        let resourceMetadataURL: String
    }

    package init(
        server: AuthorizationServer, profile: UpstreamProfile, origin: String, runner: ToolRunner, mcp: MCPServer, pages: PageRenderer,
        settings: EndpointSettings, report: @escaping @Sendable (Rejection) -> Void
    ) {
        self.server = server
        self.profile = profile
        self.origin = origin
        self.runner = runner
        self.mcp = mcp
        self.pages = pages
        self.settings = settings
        self.report = report
        let configuration = server.configuration
        let document = AuthorizationServerMetadata(
            issuer: configuration.issuer, scopes: configuration.scopes, signingAlgorithm: server.accessTokens.signer.algorithm.rawValue,
            takesRegistrations: configuration.registration.policy != .off)
        let resource = ProtectedResourceMetadata(
            resource: configuration.resource, issuer: configuration.issuer, scopes: configuration.scopes, name: profile.name)
        metadata = Metadata(
            authorizationServer: document.json.serialized, openID: document.openIDConfiguration.serialized,
            protectedResource: resource.json.serialized,
            resourceMetadataURL: configuration.issuer.text + "/.well-known/oauth-protected-resource/mcp")
    }

    /// Never throws: what goes wrong is an answer too.
    package func respond(to request: Request) async -> Response {
        guard let route = Route(path: request.path), isServed(route) else { return notFound(request) }
        var response: Response
        if request.method == .options, route.sharing != .nobody {
            response = preflight(route)
        } else if route.methods.contains(request.method) || (request.method == .head && route.methods.contains(.get)) {
            response = await answer(route, request)
        } else {
            response = methodNotAllowed(route, request)
        }
        share(&response, route, request)
        return response
    }

    private func isServed(_ route: Route) -> Bool {
        switch settings.legacy {
        case .off: route != .legacyMCP
        case .header, .headerAndBearer: true
        case .only: !route.isOAuth
        }
    }

    private func answer(_ route: Route, _ request: Request) async -> Response {
        switch route {
        case .home: home(request)
        case .asset: asset(request)
        case .health: .json(.ok, ["status": "ok"])
        case .authorizationServerMetadata: .document(metadata.authorizationServer)
        case .openIDConfiguration: .document(metadata.openID)
        case .protectedResourceMetadata: .document(metadata.protectedResource)
        case .keySet: .document(server.accessTokens.signer.keySet.serialized)
        case .authorize: request.method == .post ? await postAuthorize(request) : await getAuthorize(request)
        case .token: await token(request)
        case .register: await register(request)
        case .registeredClient(let id): await manageClient(id, request)
        case .revoke: await revoke(request)
        case .introspect: await introspect(request)
        case .connections: connections()
        case .mcp: await mcp(request, door: .both)
        case .legacyMCP: await mcp(request, door: .headerOnly)
        }
    }
}
