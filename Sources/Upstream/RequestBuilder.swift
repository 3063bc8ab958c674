import Primitives

/// Puts requests together. Host and path come from the profile, arguments fill encoded segments, query values and the body, and no other
/// header leaves than those named here, in the profile's `auth` and in its parameters.
struct RequestBuilder {
    private let base: BaseURL
    private let authentication: [AuthenticationPart]
    private let credential: UpstreamCredential
    private let tag: CredentialTag

    /// How this program calls itself; some APIs refuse callers without a name.
    private static let userAgent = "drawbridge"

    init(_ profile: UpstreamProfile, credential: UpstreamCredential) throws(BaseURL.Failure) {
        base = try profile.baseURL(for: credential)
        authentication = profile.authentication
        self.credential = credential
        tag = CredentialTag(credential)
    }

    func request(_ rule: VerificationRule) -> UpstreamRequest {
        complete(method: rule.method, path: rule.path, accept: "application/json", query: [], headers: [], body: .none)
    }

    func request(_ definition: ToolDefinition, _ arguments: CheckedArguments) -> UpstreamRequest {
        var segments: [String: String] = [:]
        var query: [Field] = []
        var headers: [Field] = []
        var body = Body.none
        for fixed in definition.fixed {
            switch fixed.place {
            case .query: query += Self.pairs(fixed.wire, fixed.value)
            case .header: headers.append(Field(fixed.wire, fixed.value.plainText))
            case .body: body.set(fixed.value, at: fixed.wire)
            case .path, .content, .contentBase64, .local: break
            }
        }
        for value in arguments.values {
            let wire = value.parameter.wire
            switch value.parameter.place {
            case .path: segments[wire] = PercentEncoding.encode(value.value.plainText)
            case .query: query += Self.pairs(wire, value.value)
            case .header: headers.append(Field(wire, value.value.plainText))
            case .body: body.set(value.value, at: wire)
            case .content: body = .bytes(Array(value.value.plainText.utf8))
            case .contentBase64: body = .bytes(value.value.string.flatMap { Base64.decode($0) } ?? [])
            case .local: break
            }
        }
        let path = definition.path.segments.map { segment in
            switch segment {
            case .literal(let text): "/" + text
            case .parameter(let name): "/" + (segments[name] ?? "")
            }
        }.joined()
        return complete(
            method: definition.method, path: path, accept: definition.response == .bytes ? "*/*" : "application/json", query: query,
            headers: headers, body: body)
    }

    /// An array repeats its name.
    private static func pairs(_ name: String, _ value: JSON) -> [Field] {
        switch value {
        case .array(let elements): elements.map { Field(name, $0.plainText) }
        case .null: []
        default: [Field(name, value.plainText)]
        }
    }

    private func complete(
        method: HTTPMethod, path: String, accept: String, query: [Field], headers: [Field], body: Body
    ) -> UpstreamRequest {
        var query = query
        var headers = [Field("Accept", accept), Field("User-Agent", Self.userAgent)] + headers
        var body = body
        var cookies: [String] = []
        for part in authentication {
            guard let value = part.template.render(credential) else { continue }
            switch part.place {
            case .header(let name): headers.append(Field(name, value))
            case .query(let name): query.append(Field(name, value))
            case .cookie(let name): cookies.append("\(name)=\(value)")
            case .basic(let password):
                let pair = value + ":" + (password.render(credential) ?? "")
                headers.append(Field("Authorization", "Basic " + Base64.encode(Array(pair.utf8))))
            case .body(let name): body.set(.string(value), at: name)
            }
        }
        if !cookies.isEmpty { headers.append(Field("Cookie", cookies.joined(separator: "; "))) }
        if let type = body.contentType { headers.append(Field("Content-Type", type)) }
        return UpstreamRequest(
            method: method, origin: base.origin, path: base.pathPrefix + path, query: query, headers: headers, body: body.bytes,
            credential: tag)
    }
}

/// A request's body while it is being put together.
private enum Body {
    case none
    case json(JSON)
    case bytes([UInt8])

    /// - Parameter wire: a member's name, or a pointer to one that lies deeper.
    mutating func set(_ value: JSON, at wire: String) {
        let path = wire.hasPrefix("/") ? JSONPointer(wire)?.tokens ?? [wire] : [wire]
        var json: JSON
        switch self {
        case .json(let existing): json = existing
        case .none: json = .object(JSONObject())
        // The content of a file has no members.
        case .bytes: return
        }
        json.set(value, at: path)
        self = .json(json)
    }

    var contentType: String? {
        switch self {
        case .none: nil
        case .json: "application/json"
        case .bytes: "application/octet-stream"
        }
    }

    var bytes: [UInt8]? {
        switch self {
        case .none: nil
        case .json(let json): json.serialized
        case .bytes(let bytes): bytes
        }
    }
}
