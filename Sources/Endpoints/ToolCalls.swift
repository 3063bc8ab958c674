import AuthorizationServer
import MCP
import OAuth
import Primitives
import Upstream
import Vault

/// The tools as one caller has them.
extension Bridge {
    /// With an access token: what its scope allows. The credential is opened for each call and kept for that call only.
    func access(_ token: VerifiedAccessToken, _ caller: Caller) -> ToolAccess {
        ToolAccess(
            listed: profile.tools(allowedBy: token.scope.atoms),
            decide: { name in decide(name, token) },
            call: { call in await run(call, token, caller) })
    }

    /// With an API token in a header: everything, as far as that token itself may do it.
    func access(_ credential: Credential, _ subject: Subject, _ caller: Caller) -> ToolAccess {
        ToolAccess(
            listed: profile.tools,
            decide: { name in profile.scopes(ofTool: name) == nil ? .unknown : .allowed },
            call: { call in
                do throws(Rejection) {
                    try server.auditCall(call.name, headerTokenOf: subject, caller: caller)
                } catch {
                    report(error)
                    return .error(Self.notNoted)
                }
                return await runner.run(call, credential: UpstreamCredential(secrets: credential.secrets, inputs: credential.inputs)).result
            })
    }

    private func decide(_ name: String, _ token: VerifiedAccessToken) -> ToolDecision {
        guard let needed = profile.scopes(ofTool: name) else { return .unknown }
        var refused: [String] = []
        for atom in needed {
            switch server.decide(atom, for: token) {
            case .allowed: break
            case .refused: refused.append(atom)
            case .neverAsked(let names): return .insufficientScope(needed: names)
            }
        }
        guard !refused.isEmpty else { return .allowed }
        let powers = refused.compactMap { profile.scopes.entry($0)?.text }.joined(separator: " ")
        return .refused(
            message: "The person who connected this client did not allow it: \(refused.joined(separator: ", ")) (\(powers)) "
                + "They can change that at \(server.configuration.issuer.text)/connections. Do not try again before they have.")
    }

    /// Authorize and note, then act.
    private func run(_ call: ToolCall, _ token: VerifiedAccessToken, _ caller: Caller) async -> ToolResult {
        let opened: ProvenCredential?
        do throws(Rejection) {
            try server.auditCall(call.name, token, caller: caller)
            opened = try server.credential(for: token, origin: origin)
        } catch {
            report(error)
            return .error(Self.notNoted)
        }
        guard let credential = opened?.credential else {
            return .error("The stored token could not be opened for this connection. Remove this server in the client and connect again.")
        }
        return await runner.run(
            call, credential: UpstreamCredential(secrets: credential.secrets, inputs: credential.inputs), repairURL: repairURL
        )
        .result
    }

    private static let notNoted = "The call was not made: this server cannot write its log at the moment. Try again in a minute."

    private var repairURL: String { server.configuration.issuer.text + "/connections" }
}
