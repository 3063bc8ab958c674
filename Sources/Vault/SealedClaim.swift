package import Primitives
package import SodiumCrypto

/// The private claim of an access token: the grant's secret key, sealed under a claim key that lives no longer than the tokens do.
///
/// Once the claim key is erased, an access token opens nothing, whatever else is stolen.
package struct SealedClaim: Sendable, Equatable {
    /// As it stands in the token: `<key id>.<base64url>`.
    package let text: String

    package init(text: String) {
        self.text = text
    }

    /// Which token it is part of. It opens in no other.
    package struct Place: Sendable {
        let grant: String
        let tokenID: String
        let expiry: UnixTime

        package init(grant: String, tokenID: String, expiry: UnixTime) {
            self.grant = grant
            self.tokenID = tokenID
            self.expiry = expiry
        }
    }

    package static func seal(_ secretKey: Secret, at place: Place, under key: Keyring.Key, deployment: DeploymentID) -> SealedClaim {
        let sealed = AEAD.seal(secretKey, key: key.value, associatedData: data(place, key.id, deployment))
        return SealedClaim(text: key.id.text + "." + Base64URL.encode(sealed))
    }

    package func open(at place: Place, keyring: Keyring) throws(DoesNotOpen) -> Secret {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2, let sealed = Base64URL.decode(halves[1]) else { throw DoesNotOpen() }
        let key = try keyring.key(KeyID(String(halves[0])), for: .claim)
        return try AEAD.open(sealed, key: key.value, associatedData: Self.data(place, key.id, keyring.deployment))
    }

    private static func data(_ place: Place, _ key: KeyID, _ deployment: DeploymentID) -> [UInt8] {
        var data = ByteWriter(purpose: "drawbridge access token claim v1")
        data.append(deployment.text)
        data.append(key.text)
        data.append(place.grant)
        data.append(place.tokenID)
        data.append(place.expiry.seconds)
        return data.bytes
    }
}
