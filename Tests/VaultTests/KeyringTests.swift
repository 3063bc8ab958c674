import Primitives
import SodiumCrypto
import TestKit
import Testing
import Vault

@Suite struct KeyringTests {
    private static let now = UnixTime(1_800_000_000)
    private static let deployment = DeploymentID("deployment-1")

    private func empty(_ master: MasterKey) throws -> Keyring {
        try Keyring(deployment: Self.deployment, master: master, records: [])
    }

    @Test func `another master key, or another deployment, opens no keyring`() throws {
        let master = try Keyrings.master()
        let record = try empty(master).makeRecord(.keyEncryption, at: Self.now)
        #expect(throws: DoesNotOpen()) {
            _ = try Keyring(deployment: Self.deployment, master: try Keyrings.master(), records: [record])
        }
        #expect(throws: DoesNotOpen()) {
            _ = try Keyring(deployment: DeploymentID("deployment-2"), master: master, records: [record])
        }
        #expect(throws: DoesNotOpen()) { try empty(try Keyrings.master()).add(record) }
        #expect(throws: Never.self) { _ = try Keyring(deployment: Self.deployment, master: master, records: [record]) }
    }

    @Test func `a wrong master key is noticed by its check value`() throws {
        let master = try Keyrings.master()
        let check = master.check(for: Self.deployment)
        #expect(master.matches(check, for: Self.deployment))
        #expect(!master.matches(check, for: DeploymentID("deployment-2")))
        #expect(!(try Keyrings.master()).matches(check, for: Self.deployment))
        #expect(!master.matches([], for: Self.deployment))
        #expect(MasterKey(Random.secret(31)) == nil)
    }

    @Test func `a key of one purpose is none of another, even under another name in its record`() throws {
        let master = try Keyrings.master()
        let keyring = try empty(master)
        let record = keyring.makeRecord(.claim, at: Self.now)
        let disguised = [
            KeyRecord(
                id: record.id, purpose: .keyEncryption, state: .active, createdAt: Self.now, eraseAt: nil, wrapped: record.wrapped),
            KeyRecord(id: KeyID("00000000"), purpose: .claim, state: .active, createdAt: Self.now, eraseAt: nil, wrapped: record.wrapped),
        ]
        for record in disguised { #expect(throws: DoesNotOpen()) { try keyring.add(record) } }
        try keyring.add(record)
        #expect(throws: DoesNotOpen()) { try keyring.key(record.id, for: .lookup) }
        #expect(try keyring.key(record.id, for: .claim).id == record.id)
        #expect(throws: DoesNotOpen()) { try keyring.active(.lookup) }
    }

    @Test func `a new deployment lacks every purpose but claim keys, which never begin without an end, and signing keys, which are chosen`()
        throws
    {
        let keyring = try empty(try Keyrings.master())
        #expect(Set(keyring.missingPurposes) == Set(KeyPurpose.allCases).subtracting([.claim, .signing]))
        for purpose in keyring.missingPurposes { try keyring.add(keyring.makeRecord(purpose, at: Self.now)) }
        #expect(keyring.missingPurposes.isEmpty)
    }

    @Test func `the newest key seals, and its predecessors still open`() throws {
        let keyring = try empty(try Keyrings.master())
        let records = (0..<3).map { keyring.makeRecord(.lookup, at: Self.now + $0) }
        for record in records { try keyring.add(record) }
        #expect(try keyring.active(.lookup).id == records[2].id)
        #expect(keyring.all(.lookup).map(\.id) == [records[2].id, records[1].id, records[0].id])
        #expect(try keyring.key(records[0].id, for: .lookup).id == records[0].id)
        #expect(keyring.all(.claim).isEmpty)
    }

    @Test func `a key that is added as decrypt-only seals nothing`() throws {
        let keyring = try empty(try Keyrings.master())
        var record = keyring.makeRecord(.rowMAC, at: Self.now)
        record.state = .decryptOnly
        try keyring.add(record)
        #expect(throws: DoesNotOpen()) { try keyring.active(.rowMAC) }
        #expect(keyring.missingPurposes.contains(.rowMAC))
    }

    @Test func `keys whose time has come are named, and erased ones are gone`() throws {
        let keyring = try empty(try Keyrings.master())
        let short = keyring.makeRecord(.claim, at: Self.now, eraseAt: Self.now + 100)
        let long = keyring.makeRecord(.claim, at: Self.now, eraseAt: Self.now + 200)
        let kept = keyring.makeRecord(.lookup, at: Self.now)
        for record in [short, long, kept] { try keyring.add(record) }
        #expect(keyring.expired(at: Self.now + 99).isEmpty)
        #expect(keyring.expired(at: Self.now + 100) == [short.id])
        #expect(Set(keyring.expired(at: Self.now + 200)) == [short.id, long.id])
        keyring.erase([short.id])
        #expect(throws: DoesNotOpen()) { try keyring.key(short.id, for: .claim) }
        #expect(keyring.expired(at: Self.now + 1_000_000) == [long.id])
    }

    @Test func `subjects are of an account, its origin and its upstream, and of one deployment's key`() throws {
        let keyring = try Keyrings.full()
        let account = Account(id: "1", label: "@ada")
        let subject = try keyring.subject(upstream: UpstreamID("example"), origin: "https://a", account: account)
        let same = try keyring.subject(upstream: UpstreamID("example"), origin: "https://a", account: Account(id: "1", label: "@renamed"))
        #expect(subject == same)
        #expect(!subject.text.contains("ada"))
        let others = [
            try keyring.subject(upstream: UpstreamID("other"), origin: "https://a", account: account),
            try keyring.subject(upstream: UpstreamID("example"), origin: "https://b", account: account),
            try keyring.subject(upstream: UpstreamID("example"), origin: "https://a", account: Account(id: "2", label: "@ada")),
            try keyring.subject(upstream: UpstreamID("exampleh"), origin: "ttps://a", account: account),
            try Keyrings.full().subject(upstream: UpstreamID("example"), origin: "https://a", account: account),
        ]
        #expect(Set(others + [subject]).count == 6)
    }

    @Test func `a signing key is none of another form, and no other key either`() throws {
        let master = try Keyrings.master()
        let keyring = try empty(master)
        let forms = JWSAlgorithm.allCases.flatMap { [SigningKeyForm($0), SigningKeyForm($0, isPublicOnly: true)] }
        for form in forms {
            #expect(SigningKeyForm(text: form.text) == form)
            let record = keyring.makeSigningRecord(form, material: Secret([UInt8](repeating: 7, count: 32)), at: Self.now)
            for other in forms {
                let disguised = KeyRecord(
                    id: record.id, purpose: .signing, form: other, state: .active, createdAt: Self.now, eraseAt: nil,
                    wrapped: record.wrapped)
                if other == form {
                    #expect(throws: Never.self) { try empty(master).add(disguised) }
                } else {
                    #expect(throws: DoesNotOpen()) { try empty(master).add(disguised) }
                }
            }
            try keyring.add(record)
            #expect(throws: DoesNotOpen()) { try keyring.key(record.id, for: .signing) }
        }
        #expect(throws: DoesNotOpen()) { try keyring.active(.signing) }
        #expect(keyring.all(.signing).isEmpty && keyring.signingKeys.count == forms.count)
        for text in ["", "ES256 ", "es256", "HS256", "public", " public"] { #expect(SigningKeyForm(text: text) == nil) }
    }

    @Test func `a replaced signing key gets its end, once, and the one that signs has none`() throws {
        let keyring = try empty(try Keyrings.master())
        let records = (0..<3).map {
            keyring.makeSigningRecord(SigningKeyForm(.rs256), material: Secret("der \($0)"), at: Self.now + Int64($0))
        }
        try keyring.add(records[0])
        try keyring.add(records[1], erasingPredecessorAt: Self.now + 100)
        try keyring.add(records[2], erasingPredecessorAt: Self.now + 200)
        #expect(keyring.signingKeys.map(\.id) == [2, 1, 0].map { records[$0].id })
        #expect(keyring.signingKeys.map(\.eraseAt) == [nil, Self.now + 200, Self.now + 100])
        #expect(keyring.signingKeys[0].material == Secret("der 2"))
        #expect(keyring.expired(at: Self.now + 100) == [records[0].id])
        keyring.erase([records[0].id])
        #expect(keyring.signingKeys.count == 2)
    }
}
