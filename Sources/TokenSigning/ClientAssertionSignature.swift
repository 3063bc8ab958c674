import JWTKit
package import Primitives

/// Verifies signatures of clients by their public keys (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
package enum ClientAssertionSignature {
    /// Whether the signature of a compact JWS was made by this key. A key of another kind than the algorithm, or of an unusual size, made none.
    ///
    /// - Parameters:
    ///   - token: its header has been read strictly, and names `algorithm`.
    ///   - key: a public JWK.
    package static func isSigned(_ token: String, key: JSON, algorithm: String) async -> Bool {
        // A collection of one key has no other to fall back to.
        let keys = JWTKeyCollection()
        do {
            switch algorithm {
            case "ES256":
                guard key["kty"] == "EC", key["crv"] == "P-256", let x = bytes(key["x"], 32...32), let y = bytes(key["y"], 32...32) else {
                    return false
                }
                await keys.add(ecdsa: try ES256PublicKey(parameters: (x, y)))
            case "RS256":
                // 2048 to 4096 bits: less is too weak (RFC 8725 §3.5), more costs us too much.
                guard key["kty"] == "RSA", let modulus = bytes(key["n"], 256...512), let exponent = bytes(key["e"], 1...4) else {
                    return false
                }
                await keys.add(rsa: try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent), digestAlgorithm: .sha256)
            case "EdDSA":
                guard key["kty"] == "OKP", key["crv"] == "Ed25519", let x = bytes(key["x"], 32...32) else { return false }
                await keys.add(eddsa: try EdDSA.PublicKey(x: x, curve: .ed25519))
            default: return false
            }
            _ = try await keys.verify(token, as: Unread.self)
            return true
        } catch {
            return false
        }
    }

    /// The text of a base64url member whose bytes are so many.
    private static func bytes(_ value: JSON?, _ count: ClosedRange<Int>) -> String? {
        guard let text = value?.string, let bytes = Base64URL.decode(text), count.contains(bytes.count) else { return nil }
        return text
    }

    /// Reads nothing out of a token: what it claims was read, strictly, by the authorization server.
    private struct Unread: JWTPayload {
        init(from decoder: any Decoder) {}
        func encode(to encoder: any Encoder) {}
        func verify(using algorithm: some JWTAlgorithm) {}
    }
}
