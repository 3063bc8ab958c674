import Foundation

@testable import Pages

/// The templates that are shipped.
let templates = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "templates").path

let frame = PageFrame(bridgeHost: "bridge.example.com", operatorName: "Ada", operatorContact: "ada@example.com")

/// A consent page as it is first shown to somebody, changed as a test needs it.
func consentPage(_ change: (inout ConsentPage) -> Void = { _ in }) -> ConsentPage {
    var page = ConsentPage(
        frame: frame, transaction: "sealed-request", csrf: "anti-forgery",
        client: .init(name: "Claude Code", redirectDisplay: "127.0.0.1:43210", redirect: .loopback, needsUnderstood: true),
        upstreamName: "Val Town",
        areas: [
            .init(
                title: "Vals",
                powers: [
                    .init(value: "vals:read", title: "Read vals", description: "See your vals", isTicked: true),
                    .init(value: "vals:delete", title: "Delete vals", description: "For good", isTicked: false, isDestructive: true),
                ])
        ],
        credential: .paste(
            CredentialForm(
                secrets: [.init(id: "token", label: "API token"), .init(id: "app", label: "Application key", isOptional: true)],
                inputs: [
                    .init(id: "mail", label: "Mail", value: "ada@example.com"),
                    .init(
                        id: "site", label: "Site", value: "eu", choices: [.init(value: "us", title: "US"), .init(value: "eu", title: "EU")]),
                ])))
    change(&page)
    return page
}

/// One page of every kind, with everything on it.
func everyPage(_ renderer: PageRenderer) -> [String] {
    ConsentPage.samples.map(renderer.render) + SentOnPage.samples.map(renderer.render) + ErrorPage.samples.map(renderer.render)
        + HomePage.samples.map(renderer.render) + SimplePage.samples.map(renderer.render)
}
