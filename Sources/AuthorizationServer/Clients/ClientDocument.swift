package import OAuth
package import Primitives

/// A Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document): what the owner of an https URL says of the client whose id that
/// URL is.
package struct ClientDocument: Sendable, Equatable {
    /// In bytes.
    package static let maximumSize = 5 << 10
    /// In bytes, of the document that `jwks_uri` names.
    package static let maximumKeySetSize = 16 << 10
    private static let maximumKeys = 16

    /// Where the public keys of a `private_key_jwt` client are.
    package enum Keys: Sendable, Equatable {
        case inline([JSON])
        case at(StrictURL)
    }

    package let url: StrictURL
    package let metadata: ClientMetadata
    /// `nil` for a client that proves itself by nothing.
    package let keys: Keys?

    /// Whether a client id is meant as the URL of a document.
    package static func isURL(_ id: ClientID) -> Bool { id.text.hasPrefix("https:") }

    /// The URL that a client id is (§3): https, with a path, without user information, fragment and dot segments. It is compared as a string.
    /// - Returns: `nil` for anything else. A query is allowed.
    package static func url(_ id: ClientID) -> StrictURL? {
        guard let url = location(id.text), !url.path.isEmpty, url.path != "/" else { return nil }
        return url
    }

    private static func location(_ text: String) -> StrictURL? {
        guard let url = try? StrictURL(text, maximumLength: 1024), url.scheme == "https", url.fragment == nil, url.text.hasPrefix("https:")
        else { return nil }
        return url
    }

    package init(url: StrictURL, body: [UInt8], policy: RedirectURI.Policy) throws(DocumentFailure) {
        guard let document = try? JSON.parse(body, maximumSize: Self.maximumSize, maximumDepth: 16), let members = document.object else {
            throw .malformed
        }
        guard document["client_id"]?.string?.utf8.elementsEqual(url.text.utf8) == true else { throw .differentID }
        guard !members.keys.contains(where: { $0.hasPrefix("client_secret") }) else { throw .holdsSecret }
        let metadata: ClientMetadata
        do { metadata = try ClientMetadata(document: document, policy: policy) } catch { throw .refused(error) }
        self.url = url
        self.metadata = metadata
        let keys = try Self.keys(document)
        guard metadata.authMethod == .none || keys != nil else { throw .noKeys }
        self.keys = metadata.authMethod == .none ? nil : keys
    }

    /// Private parts are refused wherever they stand, also in keys that nobody would use.
    private static func keys(_ document: JSON) throws(DocumentFailure) -> Keys? {
        switch (document["jwks"], document["jwks_uri"]) {
        case (nil, nil): return nil
        case (let set?, nil): return .inline(try keySet(set))
        case (nil, .string(let text)?):
            guard let url = location(text) else { throw .noKeys }
            return .at(url)
        // RFC 7591 §2: never both.
        default: throw .noKeys
        }
    }

    /// The public keys of a JWK Set (RFC 7517 §5).
    package static func keySet(body: [UInt8]) throws(DocumentFailure) -> [JSON] {
        guard let document = try? JSON.parse(body, maximumSize: maximumKeySetSize, maximumDepth: 8) else { throw .malformed }
        return try keySet(document)
    }

    private static func keySet(_ document: JSON) throws(DocumentFailure) -> [JSON] {
        guard let keys = document["keys"]?.array, keys.count <= maximumKeys, keys.allSatisfy({ $0.object != nil }) else { throw .noKeys }
        let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
        guard !keys.contains(where: { key in privateMembers.contains { key[$0] != nil } }) else { throw .holdsSecret }
        return keys
    }
}

/// Why there is no document to go by.
package enum DocumentFailure: Error, Sendable, Equatable {
    /// The client id is no URL that may be fetched.
    case badURL
    // The one that fetches says:
    /// The host is an address, resolves to one that is not public, or its port is not 443.
    case forbidden
    case unreachable
    case timedOut
    case redirected
    case status(Int)
    case wrongType
    case tooLarge
    /// Too many fetches at once, or of this host within the minute.
    case busy
    // The document itself:
    case malformed
    case differentID
    case holdsSecret
    case noKeys
    case refused(OAuthError)

    /// It may be different in a minute.
    package var isTemporary: Bool {
        switch self {
        case .unreachable, .timedOut, .busy: true
        case .status(let status): status >= 500 || status == 429
        case .badURL, .forbidden, .redirected, .wrongType, .tooLarge, .malformed, .differentID, .holdsSecret, .noKeys, .refused: false
        }
    }

    /// For the client's developer. What a host resolves to, and whether somebody listens there, is not told: that would make this server a probe.
    package var reason: String {
        switch self {
        case .badURL: "its client_id must be an https URL with a path, without user information, fragment and dot segments"
        case .forbidden, .unreachable, .timedOut: "it could not be fetched from a public address"
        case .redirected: "its URL redirects, which is not followed"
        case .status(let status): "its URL answered \(status) and not 200"
        case .wrongType: "its URL did not answer JSON"
        case .tooLarge: "it is larger than 5 KiB"
        case .busy: "too much is being fetched at the moment; try again in a minute"
        case .malformed: "it is not a JSON object"
        case .differentID: "its client_id is not the URL that it was fetched from"
        case .holdsSecret: "it holds a secret or a private key, which everybody can read there"
        case .noKeys: "private_key_jwt needs either jwks or jwks_uri with public keys"
        case .refused(let error): error.description
        }
    }
}
