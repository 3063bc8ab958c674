package import Primitives

package enum UpstreamKind {}
/// The id of an upstream's profile, such as `valtown`.
package typealias UpstreamID = Identifier<UpstreamKind>

/// Whose credential it is, as the upstream's who-am-I call says.
package struct Account: Sendable, Equatable {
    /// The upstream's own, stable id of the account.
    package let id: String
    /// What people call it; shown on pages, never logged or audited.
    package let label: String

    package init(id: String, label: String) {
        self.id = id
        self.label = label
    }
}

/// What a person pastes: all of a profile's secrets and inputs, and the origin that they were resolved to.
package struct Credential: Sendable, Equatable {
    /// `scheme://host[:port]` of the API. A call to any other origin fails closed.
    package let origin: String
    package let secrets: [String: Secret]
    package let inputs: [String: String]

    package init(origin: String, secrets: [String: Secret], inputs: [String: String] = [:]) {
        self.origin = origin
        self.secrets = secrets
        self.inputs = inputs
    }
}

/// A credential together with the account it was found to belong to: what an entry holds.
package struct ProvenCredential: Sendable, Equatable {
    package let credential: Credential
    package let account: Account

    package init(credential: Credential, account: Account) {
        self.credential = credential
        self.account = account
    }

    /// Canonical JSON, padded with spaces to a multiple of 64 bytes so that its length says little about the token.
    package var encoded: Secret {
        let secrets = credential.secrets.map { JSONObject.Member(key: $0.key, value: .string($0.value.reveal())) }
        let inputs = credential.inputs.map { JSONObject.Member(key: $0.key, value: .string($0.value)) }
        let document = JSON.object(
            JSONObject([
                .init(key: "account", value: ["id": .string(account.id), "label": .string(account.label)]),
                .init(key: "inputs", value: .object(JSONObject(inputs))),
                .init(key: "origin", value: .string(credential.origin)),
                .init(key: "secrets", value: .object(JSONObject(secrets))),
            ]))
        let bytes = document.canonical.serialized
        let padding = (64 - bytes.count % 64) % 64
        return Secret(bytes + [UInt8](repeating: 0x20, count: padding))
    }

    /// `nil` for anything that `encoded` did not write.
    package init?(decoding bytes: Secret) {
        guard let document = try? JSON.parse(bytes.revealBytes()), let origin = document["origin"]?.string,
            let id = document["account"]?["id"]?.string, let label = document["account"]?["label"]?.string,
            let secrets = document["secrets"]?.object, let inputs = document["inputs"]?.object
        else { return nil }
        self.account = Account(id: id, label: label)
        self.credential = Credential(
            origin: origin,
            secrets: Dictionary(secrets.members.compactMap { member in member.value.string.map { (member.key, Secret($0)) } }) { $1 },
            inputs: Dictionary(inputs.members.compactMap { member in member.value.string.map { (member.key, $0) } }) { $1 })
    }
}
