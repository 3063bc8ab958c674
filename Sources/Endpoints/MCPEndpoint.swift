import AuthorizationServer
import HTTPTypes
import MCP
import OAuth
import Primitives
import Vault

/// Which credentials a path accepts.
enum MCPDoor {
    case both
    /// Header tokens, without a word about OAuth.
    case headerOnly
}

extension Bridge {
    private static let maximumBody = 4 << 20

    /// `POST`, `GET` and `DELETE /mcp`. Who asks is settled before a byte of the body is read.
    func mcp(_ request: Request, door: MCPDoor) async -> Response {
        guard let authority = request.authority, settings.allowsHost(authority) else {
            return .json(.forbidden, ["error": "forbidden", "error_description": "This host name is not served here."])
        }
        if let origin = request.headers[.origin], !settings.allowsOrigin(origin) {
            return .json(.forbidden, ["error": "forbidden", "error_description": "Pages of this origin may not call this server."])
        }
        switch await identify(request, door) {
        case .refused(let response): return response
        case .known(let access): return await serve(request, access)
        }
    }

    private func serve(_ request: Request, _ access: ToolAccess) async -> Response {
        guard request.method == .post else {
            var response = Response.json(
                .methodNotAllowed,
                ["error": "method_not_allowed", "error_description": "This server keeps no sessions and pushes nothing: use POST."])
            response.headers[.allow] = "POST"
            return response
        }
        guard request.mediaType == "application/json" else {
            return .json(.unsupportedMediaType, ["error": "invalid_request", "error_description": "The body must be application/json."])
        }
        let body: [UInt8]
        do throws(BodyFailure) {
            body = try await request.body.collect(upTo: Self.maximumBody)
        } catch {
            return failure(error)
        }
        let head = MCPRequestHead(
            protocolVersion: request.headers[.protocolVersion], method: request.headers[.mcpMethod], name: request.headers[.mcpName])
        switch await mcp.respond(head: head, body: body, tools: access) {
        case .json(let status, let body):
            return Response(
                status: .init(code: status), headers: [.contentType: "application/json", .cacheControl: "no-store"], body: .bytes(body))
        case .accepted: return Response(status: .accepted)
        case .insufficientScope(let needed):
            return challenge(
                OAuthError(.insufficientScope, "This needs a scope that was not asked for yet."), scope: needed.joined(separator: " "))
        }
    }

    /// 401 or 403 with the way to the metadata (RFC 6750 §3, RFC 9728 §5.1).
    /// - Parameter error: `nil` where no credentials came.
    func challenge(_ error: OAuthError?, scope: String? = nil) -> Response {
        let scopes = server.configuration.scopes
        let value = BearerChallenge(
            metadataURL: metadata.resourceMetadataURL, scope: scope ?? scopes.text(for: scopes.expand(scopes.defaults)), error: error)
        let told = error ?? OAuthError(.invalidToken, "Authorization is needed; see WWW-Authenticate for where to get it.")
        var response = Response.error(told)
        response.headers[.wwwAuthenticate] = value.value
        return response
    }
}
