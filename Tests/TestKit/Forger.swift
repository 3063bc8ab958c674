import CSodium
package import Primitives
import SodiumCrypto
package import Vault

/// Makes tokens that no client could: signed with the deployment's own key, with any header and any payload.
package struct Forger: Sendable {
    package let keyID: String
    private let secretKey: [UInt8]
    package let publicKey: [UInt8]

    package init(keyring: Keyring) throws {
        guard let key = keyring.signingKeys.first, key.form == SigningKeyForm(.edDSA) else { throw DoesNotOpen() }
        keyID = key.id.text
        var (publicKey, secretKey) = (
            [UInt8](repeating: 0, count: crypto_sign_publickeybytes()), [UInt8](repeating: 0, count: crypto_sign_secretkeybytes())
        )
        crypto_sign_seed_keypair(&publicKey, &secretKey, key.material.revealBytes())
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    /// A compact JWS over exactly these texts.
    package func sign(header: String, payload: String) -> String {
        let input = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
        return input + "." + Base64URL.encode(signature(input))
    }

    package func signature(_ input: String) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: crypto_sign_bytes())
        let message = Array(input.utf8)
        crypto_sign_detached(&signature, nil, message, UInt64(message.count), secretKey)
        return signature
    }

    /// HMAC-SHA-256, for tokens that pass a public key off as a shared one.
    package static func hmac(_ input: String, key: [UInt8]) -> [UInt8] {
        let block = key + [UInt8](repeating: 0, count: 64 - key.count)
        let inner = SHA256.hash(block.map { $0 ^ 0x36 } + Array(input.utf8))
        return SHA256.hash(block.map { $0 ^ 0x5C } + inner)
    }

    /// The three parts of a compact JWS, the first two as JSON.
    package static func parts(_ token: Secret) throws -> (header: JSONObject, payload: JSONObject, signature: String) {
        let parts = token.reveal().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let first = try JSON.parse(header).object, let second = try JSON.parse(payload).object
        else { throw JourneyFailure(description: "not a compact JWS") }
        return (first, second, parts[2])
    }
}
