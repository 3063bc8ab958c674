import Primitives

/// The protocol's server side without any transport: the bytes of a `POST` in, the answer out. Both eras on one endpoint, no sessions.
package struct MCPServer: Sendable {
    let info: ServerInfo
    /// Tools on one page of `tools/list`.
    let pageSize: Int

    /// The most messages that one array may hold.
    static let maximumBatch = 32

    /// - Parameter pageSize: so large by default that nobody pages, since many clients read only the first page.
    package init(info: ServerInfo, pageSize: Int = 200) {
        self.info = info
        self.pageSize = max(1, pageSize)
    }

    /// Never throws: every failure is a JSON-RPC or an HTTP answer.
    /// - Parameter body: as it came; the transport has already bounded its size.
    package func respond(head: MCPRequestHead, body: [UInt8], tools: ToolAccess) async -> MCPAnswer {
        let document: JSON
        do throws(JSONError) {
            document = try JSON.parse(body, maximumSize: .max)
        } catch {
            return .failure(RPCError(.parseError, "Parse error: \(error)"), id: .null, in: .legacy)
        }
        if case .array(let messages) = document { return await batch(messages, head: head, tools: tools) }
        do throws(RPCError) {
            switch try JSONRPCMessage(document) {
            case .request(let request): return await answer(request, head: head, tools: tools)
            case .notification: return try acknowledge(head, isResponse: false)
            case .response: return try acknowledge(head, isResponse: true)
            }
        } catch {
            return .failure(error, id: JSONRPCMessage.identifier(of: document), in: .legacy)
        }
    }

    /// Notifications have no effect here: nothing outlives a request that one could speak of, and to cancel a request by an id that a
    /// client chose would let one client cancel another's.
    private func acknowledge(_ head: MCPRequestHead, isResponse: Bool) throws(RPCError) -> MCPAnswer {
        if let text = head.protocolVersion {
            guard let version = ProtocolVersion(rawValue: text) else { throw .unsupportedVersion(text) }
            if isResponse, version.era == .modern {
                throw RPCError(.invalidRequest, "A client of \(text) sends requests and notifications only")
            }
        }
        return .accepted
    }

    private func answer(_ request: JSONRPCRequest, head: MCPRequestHead, tools: ToolAccess) async -> MCPAnswer {
        let era = Self.era(of: request, head: head)
        do throws(RPCError) {
            let outcome: Outcome
            switch era {
            case .legacy: outcome = try await legacy(request, head: head, tools: tools)
            case .modern: outcome = try await modern(ModernEnvelope(request, head: head), tools: tools)
            }
            switch outcome {
            case .result(let result): return .json(status: 200, body: Self.response(result, to: request).serialized)
            case .insufficientScope(let needed): return .insufficientScope(needed: needed)
            }
        } catch {
            return .failure(error, id: request.id, in: era)
        }
    }

    /// Modern is what names the modern version in the header, or it or an unknown one in `_meta`; everything else is legacy.
    private static func era(of request: JSONRPCRequest, head: MCPRequestHead) -> Era {
        let envelope = request.meta?[ModernEnvelope.versionKey]
        if head.protocolVersion == ProtocolVersion.july2026.rawValue { return .modern }
        guard let envelope else { return .legacy }
        return envelope.string.flatMap(ProtocolVersion.init(rawValue:))?.era ?? .modern
    }

    static func response(_ result: JSONObject, to request: JSONRPCRequest) -> JSON {
        ["jsonrpc": "2.0", "id": request.id, "result": .object(result)]
    }
}

/// What came of a request that was understood.
enum Outcome {
    case result(JSONObject)
    /// Concerns the whole HTTP answer.
    case insufficientScope([String])
}
