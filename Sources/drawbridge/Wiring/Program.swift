import AuthorizationServer
import Endpoints
import Foundation
import HTTPEdge
import Logging
import MCP
import OAuth
import Pages
import Primitives
import SQLiteStorage
import ServiceLifecycle
import TokenSigning
import Upstream
import UpstreamHTTP
import Vault

/// The running bridge, put together. Nothing else knows both the domain and its adapters.
struct Program {
    let services: [any Service]
    /// Keeps the state folder while the program runs.
    let lock: StateFolder.Lock

    static func assemble(_ settings: Settings, logger: Logger) async throws -> Program {
        let data = try DataFolder.find(settings.data)
        let pages = try data.pages()
        let known = try data.knownClients()
        var profile = try data.profile(settings.upstream)
        if let base = settings.upstreamBaseURL { profile = profile.pointed(at: try Upstream.BaseURL(base.description)) }
        let client = try UpstreamClient(.init(limits: profile.limits, certificateFile: settings.upstreamCA), logger: logger)
        do {
            return try await assemble(settings, profile, client, pages: pages, known: known, logger: logger)
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private static func assemble(
        _ settings: Settings, _ profile: UpstreamProfile, _ client: UpstreamClient, pages: PageRenderer, known: KnownClients, logger: Logger
    ) async throws -> Program {
        let transport = client.transport.guarded(by: UpstreamBreaker())
        let wiring = UpstreamWiring(profile: profile, transport: transport, accounts: settings.accounts)
        let state = try await OpenedState.forServing(settings)
        if !state.isMasterKeyLocked {
            logger.warning("the master key could not be kept out of swap; raise the limit of locked memory (ulimit -l)")
        }
        let (database, keyring, store) = (state.database, state.keyring, state.store)

        let configuration = try serverConfiguration(settings, wiring.vocabulary(tolerated: known.toleratedScopes), known)
        let signer = try await settings.signingKeys(of: state).signer(settings.signing)
        let server = AuthorizationServer(
            configuration: configuration, store: store, keyring: keyring, signer: signer, upstream: wiring.gate,
            documents: try DocumentWiring(settings.metadataTrust, logger: logger).ports)
        let bridge = Bridge(
            server: server, profile: profile, origin: try profile.baseURL(for: UpstreamCredential(secrets: [:])).origin,
            runner: ToolRunner(profile: profile, transport: transport),
            mcp: MCPServer(
                info: ServerInfo(
                    name: "drawbridge-\(profile.id)", title: profile.name, version: Drawbridge.version, instructions: profile.instructions)),
            pages: pages, settings: endpointSettings(settings), report: { Self.report($0, store, logger) })

        let maintenance = Maintenance(server: server, store: store, database: database, logger: logger)
        await maintenance.tidy()
        return Program(
            services: [ClientService(client: client), maintenance] + (try edges(settings, bridge, store, logger)), lock: state.lock)
    }

    private static func serverConfiguration(
        _ settings: Settings, _ scopes: ScopeVocabulary, _ known: KnownClients
    ) throws -> Configuration {
        let issuer = try WebOrigin(settings.issuer.description)
        return Configuration(
            issuer: issuer, resource: ResourceIndicator(issuer: issuer, path: "/mcp"), scopes: scopes,
            redirects: known.redirectPolicy, registration: RegistrationRules(policy: policy(settings.registration), known: known.redirects),
            lifetimes: settings.lifetimes)
    }

    private static func policy(_ setting: RegistrationPolicy) -> RegistrationRules.Policy {
        switch setting {
        case .open: .open
        case .known: .known
        case .off: .off
        }
    }

    private static func endpointSettings(_ settings: Settings) -> EndpointSettings {
        let legacy: LegacyMode =
            switch settings.legacy {
            case .off: .off
            case .header: .header
            case .headerAndBearer: .headerAndBearer
            case .only: .only
            }
        return EndpointSettings(
            legacy: legacy, allowsOrigin: { [origins = settings.allowedOrigins] in origins.allows($0) },
            allowsHost: { [hosts = settings.allowedHosts] in hosts.allows($0) }, operatorName: settings.operatorName,
            operatorContact: settings.operatorContact?.description)
    }

    private static func edges(_ settings: Settings, _ bridge: Bridge, _ store: SQLiteStore, _ logger: Logger) throws -> [any Service] {
        var open = EdgeConfiguration(listen: try ListenAddress.parse(settings.listen.description))
        open.trustedProxies = settings.trustedProxies.compactMap { CIDR($0.description) }
        let issuer = settings.issuer.description
        let edge = HTTPEdge(configuration: open, logger: logger) { await bridge.respond(to: $0) }
        let admin = AdminPort(store: store)
        let adminEdge = HTTPEdge(
            configuration: EdgeConfiguration(listen: try ListenAddress.parse(settings.adminListen.description)), logger: logger
        ) { admin.respond(to: $0) }
        return edge.services { addresses in
            let places = addresses.map(\.description).joined(separator: ", ")
            logger.notice("serving \(issuer)/mcp", metadata: ["listen": "\(places)"])
        } + adminEdge.services()
    }

    /// What clients do wrong is for their developers; what fails here is for the operator.
    private static func report(_ rejection: Rejection, _ store: SQLiteStore, _ logger: Logger) {
        switch rejection {
        case .store(.tampered(let table, let row)):
            logger.critical(
                "somebody else has changed the database; the row is not used", metadata: ["table": "\(table)", "row": "\(row)"])
            try? store.enqueue(AuditEvent(.tampered, detail: table))
        case .store(let failure): logger.error("the store failed", metadata: ["reason": "\(failure)"])
        case .keyMissing: logger.error("a key of the keyring is missing")
        default: logger.debug("refused", metadata: ["reason": "\(rejection)"])
        }
    }
}

/// Closes the connections to the upstream last.
private struct ClientService: Service {
    let client: UpstreamClient

    func run() async throws {
        try? await gracefulShutdown()
        await client.shutdown()
    }
}
