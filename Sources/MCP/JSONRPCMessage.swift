import Primitives

/// One message from a client (JSON-RPC 2.0 §4, as MCP narrows it: an id is a string or a number, parameters go by name).
enum JSONRPCMessage {
    case request(JSONRPCRequest)
    case notification
    /// An answer to something that a server asked. This one asks nothing, so it is taken and forgotten.
    case response

    init(_ json: JSON) throws(RPCError) {
        guard let object = json.object, object["jsonrpc"] == "2.0" else {
            throw RPCError(.invalidRequest, "A message is an object with \"jsonrpc\": \"2.0\"")
        }
        guard let method = object["method"] else {
            guard object["id"] != nil, object["result"] != nil || object["error"] != nil else {
                throw RPCError(.invalidRequest, "The message has neither a method nor a result")
            }
            self = .response
            return
        }
        guard let method = method.string else { throw RPCError(.invalidRequest, "\"method\" must be a string") }
        let parameters = try Self.parameters(object["params"])
        switch object["id"] {
        case nil: self = .notification
        case .some(.string), .some(.number):
            self = .request(JSONRPCRequest(id: object["id"] ?? .null, method: method, parameters: parameters))
        default: throw RPCError(.invalidRequest, "\"id\" must be a string or a number")
        }
    }

    /// The id that an error about an unreadable message carries: its own where it has a usable one, else `null` (JSON-RPC 2.0 §5).
    static func identifier(of json: JSON) -> JSON {
        switch json["id"] {
        case .some(.string(let text)): .string(text)
        case .some(.number(let number)): .number(number)
        default: .null
        }
    }

    private static func parameters(_ json: JSON?) throws(RPCError) -> JSONObject {
        switch json {
        case nil: return JSONObject()
        case .some(.object(let object)): return object
        default: throw RPCError(.invalidRequest, "\"params\" must be an object")
        }
    }
}

/// A request that waits for an answer.
struct JSONRPCRequest {
    /// A string or a number, echoed as it was written.
    let id: JSON
    let method: String
    let parameters: JSONObject

    /// Reserved for the protocol's own metadata.
    var meta: JSONObject? { parameters["_meta"]?.object }
}
