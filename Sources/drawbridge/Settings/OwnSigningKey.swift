import Primitives
import TokenSigning
import Vault

/// A signing key that the operator keeps. The program uses it while it runs and stores nothing of it but its public half.
struct OwnSigningKey: Sendable {
    let pair: SigningKeyPair

    /// What may be said about it in a log.
    var summary: String { "an own \(pair.algorithm.rawValue) key" }

    init(_ pem: String) throws(BadValue) {
        do { pair = try SigningKeyPair(pem: Secret(pem)) } catch { throw BadValue(error) }
    }
}

extension SettingsReader {
    /// The own key, its algorithm as asked for, and its public half as given.
    mutating func signingKey(algorithm: JWSAlgorithm?) -> OwnSigningKey? {
        let key = ownKey()
        checkPublicKey(against: key)
        if let key, let algorithm, algorithm != key.pair.algorithm, let given = layers[.signingAlg] {
            report(
                contradiction: "\(layers[.signingKey]?.spelling ?? SettingKey.signingKey.environmentName) is \(key.summary), which signs"
                    + " \(key.pair.algorithm.rawValue) and nothing else", at: given,
                fix: "remove it, or give a key for \(algorithm.rawValue)")
        }
        return key
    }

    private mutating func ownKey() -> OwnSigningKey? {
        guard let given = layers[.signingKey] else { return nil }
        guard given.origin != .flag else {
            let everybody = BadValue(
                "is on the command line, where every user of this machine can read it",
                advice: "put it into the environment as \(SettingKey.signingKey.environmentName)")
            report(everybody, .signingKey, given)
            return nil
        }
        return optional(.signingKey) { text throws(BadValue) in try OwnSigningKey(text) }
    }

    private mutating func checkPublicKey(against key: OwnSigningKey?) {
        let name = SettingLayers.jwtPublicKey
        guard let text = layers.environment[name]?.trimmed, !text.isEmpty else { return }
        let given = GivenValue(text: text, spelling: name, origin: .environment)
        guard layers[.signingKey] != nil else {
            report(
                contradiction: "a public key alone signs nothing", at: given,
                fix: "give its private key in \(SettingKey.signingKey.environmentName), or remove it")
            return
        }
        do throws(SigningKeyFailure) {
            let publicKey = try VerificationKey(pem: text)
            guard let key, key.pair.publicKey != publicKey else { return }
            report(
                contradiction: "it does not belong to the private key in \(layers[.signingKey]?.spelling ?? "")", at: given,
                fix: "remove it, or print the right one: openssl pkey -in key.pem -pubout")
        } catch {
            report(BadValue(error), .signingKey, given, shape: "the public key in PEM")
        }
    }
}

extension BadValue {
    fileprivate init(_ failure: SigningKeyFailure) {
        switch failure {
        case .encrypted: self.init("is encrypted", advice: "take the passphrase away: openssl pkey -in key.pem -out plain.pem")
        case .notPEM: self.init("is not one key in PEM", advice: Self.makeOne)
        case .unsupported, .unreadable, .missing: self.init("is a key that tokens cannot be signed with here", advice: Self.makeOne)
        }
    }

    private static let makeOne = "make one with: openssl genpkey -algorithm ed25519"
}
