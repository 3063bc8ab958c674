package import Primitives

/// What a client presents of itself at the token, revocation and introspection endpoints (RFC 6749 §2.3).
package struct ClientCredentials: Sendable {
    package let clientID: String
    /// The secrets to try: none where none or an empty one was sent; one; or two where HTTP Basic may or may not have been form-encoded by the
    /// client (RFC 6749 §2.3.1 and reality).
    package let secrets: [Secret]
    /// A signed proof, which counts whatever else the client has (RFC 7521 §4.2).
    package let assertion: Secret?
    /// Came in the `Authorization` header, so a refusal answers with a challenge (RFC 6749 §5.2).
    package let usedHeader: Bool

    package init(authorization header: String?, form: FormData) throws(OAuthError) {
        let assertion = try Self.assertion(form)
        guard assertion == nil || (header == nil && form["client_secret"] == nil) else {
            throw OAuthError(.invalidRequest, "A client may prove itself in one way only: by an assertion or by a secret.")
        }
        guard let header else {
            if let assertion {
                // RFC 7521 §4.2: client_id may be left out, since the assertion names the client. Nothing is believed yet.
                let named = try? ClientAssertion(assertion)
                guard let id = form["client_id"] ?? named?.subject else { throw OAuthError(.invalidClient, "client_id is missing.") }
                self.init(clientID: id, secrets: [], assertion: assertion, usedHeader: false)
                return
            }
            guard let id = form["client_id"] else { throw OAuthError(.invalidClient, "client_id is missing.") }
            self.init(clientID: id, secrets: form["client_secret"].map { [Secret($0)] } ?? [], usedHeader: false)
            return
        }
        let (id, secrets) = try Self.basic(header)
        guard form["client_secret"] == nil else {
            throw OAuthError(.invalidRequest, "Client credentials may be sent in the header or in the body, not in both.")
        }
        if let named = form["client_id"], !id.contains(where: { $0.hasBytes(of: named) }) {
            throw OAuthError(.invalidClient, "client_id in the body differs from the one in the header.")
        }
        self.init(clientID: form["client_id"] ?? id[0], secrets: secrets, usedHeader: true)
    }

    private init(clientID: String, secrets: [Secret], assertion: Secret? = nil, usedHeader: Bool) {
        self.clientID = clientID
        self.secrets = secrets
        self.assertion = assertion
        self.usedHeader = usedHeader
    }

    private static func assertion(_ form: FormData) throws(OAuthError) -> Secret? {
        switch (form["client_assertion_type"], form["client_assertion"]) {
        case (nil, nil): return nil
        case (ClientAssertion.type?, let assertion?): return Secret(assertion)
        default:
            throw OAuthError(.invalidClient, "client_assertion must come with the client_assertion_type \(ClientAssertion.type).")
        }
    }

    /// `Basic base64(id:secret)` (RFC 7617 §2), both halves also as form-decoded. Both are visible ASCII (RFC 6749 appendix A).
    private static func basic(_ header: String) throws(OAuthError) -> (ids: [String], secrets: [Secret]) {
        let refusal = OAuthError(.invalidClient, "The Authorization header must be Basic with base64 of client_id:client_secret.")
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "basic", let bytes = Base64.decode(String(parts[1])),
            bytes.allSatisfy({ (0x20...0x7E).contains($0) }), let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { throw refusal }
        let id = String(decoding: bytes[..<colon], as: UTF8.self)
        let secret = String(decoding: bytes[(colon + 1)...], as: UTF8.self)
        let decodedID = formDecoded(id) ?? id
        let decodedSecret = formDecoded(secret) ?? secret
        guard !id.isEmpty else { throw refusal }
        return (
            Array(Set([decodedID, id])).sorted { $0 == decodedID && $1 != decodedID },
            Set([decodedSecret, secret]).filter { !$0.isEmpty }.map { Secret($0) }
        )
    }

    private static func formDecoded(_ text: String) -> String? {
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "=") }),
            let form = try? FormData(parsing: "v=" + text)
        else { return nil }
        return form["v"]
    }
}
