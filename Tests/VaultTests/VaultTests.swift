import Primitives
import SodiumCrypto
import TestKit
import Testing
import Vault

@Suite struct VaultTests {
    private static let origin = "https://api.example.test"
    private static let upstream = UpstreamID("example")
    private static let now = UnixTime(1_800_000_000)
    private static let grant = RecipientName(role: .grant, id: "grant-1")

    private let master: MasterKey
    private let keyring: Keyring
    private let vault: Vault

    init() throws {
        master = try Keyrings.master()
        keyring = try Keyrings.full(master: master)
        vault = Vault(keyring: keyring)
    }

    private static func content(token: String = "vtwn_canary", label: String = "@ada") -> ProvenCredential {
        ProvenCredential(
            credential: Credential(origin: origin, secrets: ["token": Secret(token), "second": Secret("s")], inputs: ["team": "x"]),
            account: Account(id: "1", label: label))
    }

    private func sealed(_ content: ProvenCredential = content(), for recipient: RecipientName = grant) throws -> Vault.Sealed {
        try vault.seal(content, upstream: Self.upstream, for: recipient, at: Self.now)
    }

    @Test func `an entry opens for its recipient, with everything that was pasted`() throws {
        let sealed = try sealed()
        let opened = try vault.open(
            sealed.entry, envelope: sealed.envelope, secretKey: sealed.secretKey, of: Self.grant, origin: Self.origin)
        #expect(opened == Self.content())
        #expect(sealed.entry.createdAt == Self.now)
        #expect(BoxKeyPair(secretKey: sealed.secretKey)?.publicKey == sealed.publicKey)
    }

    @Test func `towards another origin it stays closed`() throws {
        let sealed = try sealed()
        for origin in ["https://evil.example.test", "http://api.example.test", "https://api.example.test:8443", "", Self.origin + "/"] {
            #expect(throws: DoesNotOpen()) {
                try vault.open(sealed.entry, envelope: sealed.envelope, secretKey: sealed.secretKey, of: Self.grant, origin: origin)
            }
        }
    }

    @Test(arguments: [
        RecipientName(role: .grant, id: "grant-2"), RecipientName(role: .session, id: "grant-1"), RecipientName(role: .grant, id: ""),
    ])
    func `an envelope opens for the recipient that it is addressed to`(other: RecipientName) throws {
        let sealed = try sealed()
        #expect(throws: DoesNotOpen()) {
            try vault.open(sealed.entry, envelope: sealed.envelope, secretKey: sealed.secretKey, of: other, origin: Self.origin)
        }
    }

    @Test func `an envelope belongs to its entry, and an entry to its envelopes`() throws {
        let (one, other) = (try sealed(), try sealed())
        #expect(throws: DoesNotOpen()) {
            try vault.open(other.entry, envelope: one.envelope, secretKey: one.secretKey, of: Self.grant, origin: Self.origin)
        }
        #expect(throws: DoesNotOpen()) {
            try vault.open(one.entry, envelope: one.envelope, secretKey: other.secretKey, of: Self.grant, origin: Self.origin)
        }
        // The ciphertext of one under the name of the other.
        let swapped = Entry(
            id: one.entry.id, subject: one.entry.subject, upstream: one.entry.upstream, createdAt: one.entry.createdAt,
            sealed: other.entry.sealed)
        #expect(throws: DoesNotOpen()) {
            try vault.open(swapped, envelope: one.envelope, secretKey: one.secretKey, of: Self.grant, origin: Self.origin)
        }
        let moved = Entry(
            id: one.entry.id, subject: one.entry.subject, upstream: UpstreamID("another"), createdAt: one.entry.createdAt,
            sealed: one.entry.sealed)
        #expect(throws: DoesNotOpen()) {
            try vault.open(moved, envelope: one.envelope, secretKey: one.secretKey, of: Self.grant, origin: Self.origin)
        }
    }

    @Test func `in another deployment nothing opens, even with the same keys`() throws {
        let sealed = try sealed()
        let wrapped = { (key: Keyring.Key, purpose: KeyPurpose, deployment: DeploymentID) in
            KeyRecord(
                id: key.id, purpose: purpose, state: .active, createdAt: Self.now, eraseAt: nil,
                wrapped: master.wrap(key.value.reveal(), id: key.id, purpose: purpose, deployment: deployment))
        }
        for (name, opens) in [("deployment-1", true), ("deployment-2", false)] {
            let deployment = DeploymentID(name)
            let records = [wrapped(try keyring.active(.keyEncryption), .keyEncryption, deployment)]
            let vault = Vault(keyring: try Keyring(deployment: deployment, master: master, records: records))
            let opened = try? vault.open(
                sealed.entry, envelope: sealed.envelope, secretKey: sealed.secretKey, of: Self.grant, origin: Self.origin)
            #expect((opened != nil) == opens)
        }
    }

    @Test func `without the key-encryption key that wrapped it an envelope stays shut`() throws {
        let sealed = try sealed()
        let other = Vault(keyring: try Keyrings.full(master: master))
        #expect(throws: DoesNotOpen()) {
            try other.open(sealed.entry, envelope: sealed.envelope, secretKey: sealed.secretKey, of: Self.grant, origin: Self.origin)
        }
        let renamed = RecipientEnvelope(keyID: try other.keyring.active(.keyEncryption).id, wrapped: sealed.envelope.wrapped)
        #expect(throws: DoesNotOpen()) {
            try other.open(sealed.entry, envelope: renamed, secretKey: sealed.secretKey, of: Self.grant, origin: Self.origin)
        }
        keyring.erase([sealed.envelope.keyID])
        #expect(throws: DoesNotOpen()) {
            try vault.open(sealed.entry, envelope: sealed.envelope, secretKey: sealed.secretKey, of: Self.grant, origin: Self.origin)
        }
    }

    @Test func `envelopes of a replaced key-encryption key still open`() throws {
        let sealed = try sealed()
        try keyring.add(keyring.makeRecord(.keyEncryption, at: Self.now + 1))
        #expect(try keyring.active(.keyEncryption).id != sealed.envelope.keyID)
        #expect(
            throws: Never.self,
            performing: {
                try vault.open(sealed.entry, envelope: sealed.envelope, secretKey: sealed.secretKey, of: Self.grant, origin: Self.origin)
            })
    }

    @Test func `no bit of an entry or an envelope can be changed`() throws {
        let sealed = try sealed()
        for index in sealed.entry.sealed.indices {
            var bytes = sealed.entry.sealed
            bytes[index] ^= 1
            let entry = Entry(
                id: sealed.entry.id, subject: sealed.entry.subject, upstream: sealed.entry.upstream, createdAt: sealed.entry.createdAt,
                sealed: bytes)
            #expect(throws: DoesNotOpen()) {
                try vault.open(entry, envelope: sealed.envelope, secretKey: sealed.secretKey, of: Self.grant, origin: Self.origin)
            }
        }
        for index in sealed.envelope.wrapped.indices {
            var bytes = sealed.envelope.wrapped
            bytes[index] ^= 1
            let envelope = RecipientEnvelope(keyID: sealed.envelope.keyID, wrapped: bytes)
            #expect(throws: DoesNotOpen()) {
                try vault.open(sealed.entry, envelope: envelope, secretKey: sealed.secretKey, of: Self.grant, origin: Self.origin)
            }
        }
    }

    @Test func `a secret key of another size opens nothing`() throws {
        let sealed = try sealed()
        #expect(throws: DoesNotOpen()) {
            try vault.open(sealed.entry, envelope: sealed.envelope, secretKey: Secret([1, 2, 3]), of: Self.grant, origin: Self.origin)
        }
    }

    @Test func `lengths say little: what is sealed is padded to a multiple of 64 bytes`() throws {
        var sizes: Set<Int> = []
        for length in stride(from: 1, through: 200, by: 3) {
            let content = Self.content(token: String(repeating: "t", count: length))
            #expect(content.encoded.count.isMultiple(of: 64))
            #expect(ProvenCredential(decoding: content.encoded) == content)
            sizes.insert(try sealed(content).entry.sealed.count)
        }
        #expect(sizes.count <= 5)
    }

    @Test func `the same credential is written the same way, in whatever order it came`() {
        let one = Credential(origin: "https://a", secrets: ["a": Secret("1"), "b": Secret("2")], inputs: ["y": "1", "x": "2"])
        let other = Credential(origin: "https://a", secrets: ["b": Secret("2"), "a": Secret("1")], inputs: ["x": "2", "y": "1"])
        let account = Account(id: "1", label: "é \"quoted\" \\ @ada")
        let encoded = ProvenCredential(credential: one, account: account).encoded
        #expect(encoded == ProvenCredential(credential: other, account: account).encoded)
        #expect(ProvenCredential(decoding: encoded)?.account == account)
    }

    @Test(arguments: ["", "{}", "[]", "null", #"{"origin":"https://a"}"#, #"{"account":{},"inputs":{},"origin":"x","secrets":{}}"#, "{"])
    func `what is no credential is not read as one`(text: String) {
        #expect(ProvenCredential(decoding: Secret(text)) == nil)
    }

    @Test func `a credential does not print its secrets`() {
        var dumped = ""
        dump(Self.content(), to: &dumped)
        for text in ["\(Self.content())", String(reflecting: Self.content()), dumped] { #expect(!text.contains("canary")) }
    }
}
