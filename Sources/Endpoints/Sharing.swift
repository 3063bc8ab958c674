import HTTPTypes
import Upstream

/// Cross-origin reading (Fetch, "CORS protocol"). Never with credentials, and never for pages.
extension Bridge {
    func preflight(_ route: Route) -> Response {
        var headers: HTTPFields = [
            .accessControlAllowMethods: (route.methods + [.options]).map(\.rawValue).joined(separator: ", "), .accessControlMaxAge: "7200",
        ]
        let names =
            [
                "Authorization", "Content-Type", "Accept", "MCP-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name",
                "Last-Event-ID",
            ]
            + (profile.legacyHeader.map { [$0] } ?? [])
        headers[.accessControlAllowHeaders] = names.joined(separator: ", ")
        return Response(status: .noContent, headers: headers)
    }

    func share(_ response: inout Response, _ route: Route, _ request: Request) {
        switch route.sharing {
        case .nobody: return
        case .everybody: response.headers[.accessControlAllowOrigin] = "*"
        case .allowedOrigins:
            response.headers[.vary] = "Origin"
            guard let origin = request.headers[.origin], settings.allowsOrigin(origin) else { return }
            response.headers[.accessControlAllowOrigin] = origin
        }
        response.headers[.accessControlExposeHeaders] = "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version"
    }
}
