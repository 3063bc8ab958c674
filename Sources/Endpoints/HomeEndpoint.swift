import AuthorizationServer
import HTTPTypes
import OAuth
import Pages
import Primitives
import Upstream

/// Pages that belong to no flow, and what every page shares.
extension Bridge {
    var frame: PageFrame {
        PageFrame(
            bridgeHost: server.configuration.issuer.authority, operatorName: settings.operatorName,
            operatorContact: settings.operatorContact)
    }

    func home(_ request: Request) -> Response {
        let url = server.configuration.resource.text
        var door: HomePage.HeaderDoor?
        if settings.legacy != .off, let header = profile.legacyHeader {
            door = HomePage.HeaderDoor(header: header, url: server.configuration.issuer.text + "/legacy/mcp")
        }
        let page = HomePage(
            frame: frame, upstreams: [HomePage.Upstream(name: profile.name, id: profile.id, mcpURL: url)],
            isLoopback: server.configuration.issuer.isLoopback, headerDoor: door)
        return .page(pages.render(page))
    }

    func asset(_ request: Request) -> Response {
        guard let asset = pages.assets.first(where: { $0.path == request.path }) else { return notFound(request) }
        // The name holds a fingerprint of the content, so it never changes under its name.
        return Response(
            status: .ok, headers: [.contentType: asset.mediaType, .cacheControl: "public, max-age=31536000, immutable"],
            body: .bytes(asset.bytes))
    }

    /// Where clients send people to change what they allowed.
    func connections() -> Response {
        simplePage(
            "Your connections",
            [
                "To disconnect a client, remove this server in the client: it then tells this bridge to delete its copy of your token. "
                    + "Deleting the token at \(profile.name) cuts off every client at once.",
                "To give a client more or fewer powers, remove this server in it and connect again: you choose anew on the page that opens.",
            ], status: .ok, links: [PageLink(text: "Your tokens at \(profile.name)", href: profile.consent.manageURL)])
    }

    func simplePage(_ title: String, _ paragraphs: [String], status: HTTPResponse.Status, links: [PageLink] = []) -> Response {
        .page(pages.render(SimplePage(frame: frame, title: title, paragraphs: paragraphs, links: links)), status: status)
    }

    func errorPage(
        _ title: String, _ explanation: [String], remedies: [String], code: String, status: HTTPResponse.Status,
        wayBack: ErrorPage.WayBack? = nil
    ) -> Response {
        let page = ErrorPage(frame: frame, title: title, explanation: explanation, remedies: remedies, code: code, wayBack: wayBack)
        return .page(pages.render(page), status: status)
    }
}
