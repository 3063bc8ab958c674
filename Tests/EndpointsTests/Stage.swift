import AuthorizationServer
import Endpoints
import Foundation
import MCP
import OAuth
import Pages
import Primitives
import TestKit
import TokenSigning
import Upstream
import Vault

/// The public port over a real store, with the real profile, templates and tokens, and a Val Town that only plays.
struct Stage: Sendable {
    static let issuer = "https://bridge.example.test"
    static let host = "bridge.example.test"
    static let resource = issuer + "/mcp"
    /// An origin other than the issuer's whose pages may call `/mcp`.
    static let inspector = "http://localhost:6274"

    let harness: Harness
    let valTown = ValTownDouble()
    let bridge: Bridge

    /// - Parameters:
    ///   - admitted: the names of the accounts that may use this bridge; `nil` for everybody.
    ///   - allowsEveryHost: `DRAWBRIDGE_ALLOWED_HOSTS=*`.
    ///   - registration: `DRAWBRIDGE_REGISTRATION`.
    ///   - origin: where credentials are sent; another one than the profile's to see them stay.
    init(
        legacy: LegacyMode = .header, admitted: Set<String>? = nil, allowsEveryHost: Bool = false,
        registration: RegistrationRules.Policy = .open, origin: String? = nil
    ) async throws {
        harness = try await Harness()
        let profile = try Shipped.profile.get()
        let known = try Shipped.clients.get()
        let issuer = try WebOrigin(Self.issuer)
        let configuration = Configuration(
            issuer: issuer, resource: ResourceIndicator(issuer: issuer, path: "/mcp"),
            scopes: Self.vocabulary(profile, tolerated: known.toleratedScopes), redirects: known.redirectPolicy,
            registration: RegistrationRules(policy: registration, known: known.redirects))
        let server = AuthorizationServer(
            configuration: configuration, store: harness.store, keyring: harness.keyring,
            signer: try await harness.signingKeys.signer(SigningKeys.Choice()),
            upstream: valTown.gate(profile) { account in admitted?.contains(account.label) ?? true },
            documents: harness.documents.ports, limits: Limits(uptime: harness.clock.uptime))
        bridge = Bridge(
            server: server, profile: profile,
            origin: try origin ?? profile.baseURL(for: UpstreamCredential(secrets: [:])).origin,
            runner: ToolRunner(profile: profile, transport: valTown.transport),
            mcp: MCPServer(info: ServerInfo(name: "drawbridge-valtown", title: "Val Town", version: "1")),
            pages: try Shipped.pages.get(),
            settings: EndpointSettings(
                legacy: legacy, allowsOrigin: { [Self.issuer, Self.inspector].contains($0) },
                allowsHost: { allowsEveryHost || [Self.host, Self.host + ":443"].contains($0) }, operatorName: "Ada"),
            report: { _ in })
    }

    private static func vocabulary(_ profile: UpstreamProfile, tolerated: Set<String>) -> ScopeVocabulary {
        let umbrellas = ScopeCatalogue.umbrellas.map {
            ScopeVocabulary.Umbrella(name: $0, atoms: profile.scopes.atoms(coveredBy: $0))
        }
        return ScopeVocabulary(
            atoms: profile.scopes.atoms, umbrellas: umbrellas, defaults: profile.scopes.defaults, tolerated: tolerated)
    }

    /// How many rows each table holds, but for what the audit log's queue brings.
    func rows() throws -> [String: Int64] {
        let database = try harness.raw()
        let names = try database.rows("SELECT name FROM sqlite_master WHERE type = 'table'").compactMap { $0["name"]?.text }
        return Dictionary(uniqueKeysWithValues: try names.map { ($0, try database.count($0) ?? 0) })
    }
}

/// The files that come with the program, read once for all tests.
enum Shipped {
    struct Missing: Error {
        let path: String
    }

    static let profile = Result { () throws -> UpstreamProfile in
        let path = "data/upstreams/valtown.yaml"
        return try UpstreamProfile.load(yaml: String(decoding: bytes(path), as: UTF8.self), file: path)
    }

    static let clients = Result { () throws -> KnownClients in
        guard let clients = KnownClients(json: try bytes("data/clients/known.json")) else { throw Missing(path: "data/clients") }
        return clients
    }

    static let pages = Result { () throws -> PageRenderer in try PageRenderer(templates: root + "/templates") }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static func bytes(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: root + "/" + path) else { throw Missing(path: path) }
        return Array(data)
    }
}
