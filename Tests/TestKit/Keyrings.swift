package import Primitives
import SodiumCrypto
package import Vault

/// Keyrings without a store.
package enum Keyrings {
    package static func master() throws -> MasterKey {
        guard let master = MasterKey(Random.secret(SymmetricKey.size)) else { throw WrongMasterKey() }
        return master
    }

    /// One key of every purpose.
    package static func full(
        deployment: String = "deployment-1", master: MasterKey? = nil, at now: UnixTime = UnixTime(1_800_000_000)
    ) throws -> Keyring {
        let keyring = try Keyring(deployment: DeploymentID(deployment), master: try master ?? self.master(), records: [])
        for purpose in KeyPurpose.allCases {
            try keyring.add(keyring.makeRecord(purpose, at: now, eraseAt: purpose == .claim ? now + 1830 : nil))
        }
        return keyring
    }
}
