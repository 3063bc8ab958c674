package import Primitives
package import SodiumCrypto

/// What a bearer is, so that the key made from one never opens what another one locked.
package enum BearerKind: String, Sendable {
    case authorizationCode = "authorization code"
    case refreshToken = "refresh token"
    /// The predecessor of a refresh token: it locks its successor for the time in which a lost answer may be asked for again.
    case predecessor = "refresh token predecessor"
    /// The cookie that binds a browser to an authorization request.
    case browser = "browser binding"
}

/// Locks a small secret under a key that only the holder of a bearer can make. The bearer itself is not kept.
package enum BearerLock {
    /// - Parameter owner: the id of the grant or request that the secret belongs to.
    package static func lock(
        _ secret: Secret, under bearer: Secret, kind: BearerKind, owner: String, deployment: DeploymentID
    ) -> [UInt8] {
        AEAD.seal(secret, key: key(bearer, kind), associatedData: place(kind, owner, deployment))
    }

    package static func unlock(
        _ locked: [UInt8], with bearer: Secret, kind: BearerKind, owner: String, deployment: DeploymentID
    ) throws(DoesNotOpen) -> Secret {
        try AEAD.open(locked, key: key(bearer, kind), associatedData: place(kind, owner, deployment))
    }

    private static func key(_ bearer: Secret, _ kind: BearerKind) -> SymmetricKey {
        KeyDerivation.key(from: bearer, context: "drawbridge bearer lock v1: \(kind.rawValue)")
    }

    private static func place(_ kind: BearerKind, _ owner: String, _ deployment: DeploymentID) -> [UInt8] {
        var data = ByteWriter(purpose: "drawbridge bearer lock v1")
        data.append(kind.rawValue)
        data.append(deployment.text)
        data.append(owner)
        return data.bytes
    }
}
