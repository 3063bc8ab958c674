package import Primitives

/// A `WWW-Authenticate: Bearer` challenge (RFC 6750 §3, RFC 9728 §5.1).
package struct BearerChallenge: Sendable, Equatable {
    package let value: String

    /// - Parameter error: left out when no credentials came (RFC 6750 §3.1).
    package init(metadataURL: String, scope: String, error: OAuthError? = nil) {
        var parts = [#"resource_metadata="\#(metadataURL)""#, #"scope="\#(scope)""#]
        if let error {
            parts = [#"error="\#(error.code.rawValue)""#, #"error_description="\#(error.description)""#] + parts
        }
        value = "Bearer " + parts.joined(separator: ", ")
    }
}

/// The `Authorization` header, read strictly (RFC 9110 §11.6.2, RFC 6750 §2.1).
package enum AuthorizationHeader: Sendable {
    case absent
    case bearer(Secret)
    /// Another scheme, several headers, or a token with characters that no token has.
    case malformed

    package init(_ values: [String]) {
        guard let value = values.first else {
            self = .absent
            return
        }
        let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard values.count == 1, parts.count == 2, parts[0].lowercased() == "bearer", Self.isToken68(parts[1]) else {
            self = .malformed
            return
        }
        self = .bearer(Secret(String(parts[1])))
    }

    private static func isToken68(_ text: Substring) -> Bool {
        let body = text.utf8.reversed().drop { $0 == UInt8(ascii: "=") }
        return !body.isEmpty && text.utf8.count <= 16 << 10
            && body.allSatisfy { PercentEncoding.isUnreserved($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
    }
}
