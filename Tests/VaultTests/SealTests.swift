import Primitives
import SodiumCrypto
import TestKit
import Testing
import Vault

@Suite struct SealedClaimTests {
    private static let now = UnixTime(1_800_000_000)
    private static let place = SealedClaim.Place(grant: "grant-1", tokenID: "jti-1", expiry: now + 900)
    private let keyring: Keyring
    private let secret = Random.secret(32)

    init() throws {
        keyring = try Keyrings.full()
    }

    private func seal() throws -> SealedClaim {
        SealedClaim.seal(secret, at: Self.place, under: try keyring.active(.claim), deployment: keyring.deployment)
    }

    @Test func `a claim opens in its own token`() throws {
        #expect(try seal().open(at: Self.place, keyring: keyring) == secret)
    }

    @Test(arguments: [
        SealedClaim.Place(grant: "grant-2", tokenID: "jti-1", expiry: now + 900),
        SealedClaim.Place(grant: "grant-1", tokenID: "jti-2", expiry: now + 900),
        SealedClaim.Place(grant: "grant-1", tokenID: "jti-1", expiry: now + 901),
        SealedClaim.Place(grant: "grant-1jti-1", tokenID: "", expiry: now + 900),
    ])
    func `a claim opens in no token of another grant, id or expiry`(other: SealedClaim.Place) throws {
        let claim = try seal()
        #expect(throws: DoesNotOpen()) { try claim.open(at: other, keyring: keyring) }
    }

    @Test func `once its key is erased a claim opens nothing`() throws {
        let claim = try seal()
        try keyring.add(keyring.makeRecord(.claim, at: Self.now + 900))
        #expect(try claim.open(at: Self.place, keyring: keyring) == secret)
        keyring.erase(keyring.expired(at: Self.now + 1830))
        #expect(throws: DoesNotOpen()) { try claim.open(at: Self.place, keyring: keyring) }
    }

    @Test func `a claim under a key of another purpose or deployment does not open`() throws {
        let lookup = try keyring.active(.lookup)
        let disguised = SealedClaim.seal(secret, at: Self.place, under: lookup, deployment: keyring.deployment)
        #expect(throws: DoesNotOpen()) { try disguised.open(at: Self.place, keyring: keyring) }
        let foreign = SealedClaim.seal(secret, at: Self.place, under: try keyring.active(.claim), deployment: DeploymentID("other"))
        #expect(throws: DoesNotOpen()) { try foreign.open(at: Self.place, keyring: keyring) }
    }

    @Test(arguments: ["", ".", "x", "a.b.c", "00000000.AAAA", "00000000.", ".AAAA", "00000000.!!!!"])
    func `what is no claim opens nothing`(text: String) {
        #expect(throws: DoesNotOpen()) { try SealedClaim(text: text).open(at: Self.place, keyring: keyring) }
    }
}

@Suite struct BearerLockTests {
    private static let deployment = DeploymentID("deployment-1")
    private static let kinds: [BearerKind] = [.authorizationCode, .refreshToken, .predecessor, .browser]
    private let bearer = Random.secret(32)
    private let secret = Random.secret(32)

    @Test func `what a bearer locked as one kind opens as that kind only`() throws {
        for kind in Self.kinds {
            let locked = BearerLock.lock(secret, under: bearer, kind: kind, owner: "grant-1", deployment: Self.deployment)
            for other in Self.kinds {
                let opened = try? BearerLock.unlock(locked, with: bearer, kind: other, owner: "grant-1", deployment: Self.deployment)
                #expect(opened == (kind == other ? secret : nil))
            }
        }
    }

    @Test func `another bearer, owner or deployment opens nothing`() {
        let locked = BearerLock.lock(secret, under: bearer, kind: .refreshToken, owner: "grant-1", deployment: Self.deployment)
        let tries: [(Secret, String, DeploymentID)] = [
            (Random.secret(32), "grant-1", Self.deployment), (bearer, "grant-2", Self.deployment),
            (bearer, "grant-1", DeploymentID("deployment-2")), (Secret(""), "grant-1", Self.deployment),
        ]
        for (bearer, owner, deployment) in tries {
            #expect(throws: DoesNotOpen()) {
                try BearerLock.unlock(locked, with: bearer, kind: .refreshToken, owner: owner, deployment: deployment)
            }
        }
    }

    @Test func `the lock does not hold the bearer, and two locks differ`() {
        let lock = { BearerLock.lock(secret, under: bearer, kind: .browser, owner: "x", deployment: Self.deployment) }
        let (one, other) = (lock(), lock())
        #expect(one != other)
        #expect(!Hex.encode(one).contains(Hex.encode(bearer.revealBytes())))
    }
}

@Suite struct RowAuthenticatorTests {
    private let keyring: Keyring
    private let rows: RowAuthenticator
    private let row = Array("columns".utf8)

    init() throws {
        keyring = try Keyrings.full()
        rows = RowAuthenticator(keyring: keyring)
    }

    @Test func `a row verifies in its table, with its generation and key`() throws {
        let seal = try rows.seal(row, table: "grants", generation: 3)
        #expect(rows.verifies(seal, row: row, table: "grants"))
        #expect(!rows.verifies(seal, row: row, table: "entries"))
        #expect(!rows.verifies(seal, row: row + [0], table: "grants"))
        #expect(!rows.verifies(seal, row: [], table: "grants"))
        #expect(!rows.verifies(RowSeal(keyID: seal.keyID, generation: 4, mac: seal.mac), row: row, table: "grants"))
        #expect(!rows.verifies(RowSeal(keyID: seal.keyID, generation: 3, mac: Array(seal.mac.dropLast())), row: row, table: "grants"))
        #expect(!rows.verifies(RowSeal(keyID: seal.keyID, generation: 3, mac: []), row: row, table: "grants"))
        let lookup = try keyring.active(.lookup).id
        #expect(!rows.verifies(RowSeal(keyID: lookup, generation: 3, mac: seal.mac), row: row, table: "grants"))
    }

    @Test func `rows of a replaced key still verify, those of an unknown key do not`() throws {
        let seal = try rows.seal(row, table: "grants", generation: 1)
        try keyring.add(keyring.makeRecord(.rowMAC, at: UnixTime(1_900_000_000)))
        #expect(rows.verifies(seal, row: row, table: "grants"))
        #expect(try rows.seal(row, table: "grants", generation: 1).keyID != seal.keyID)
        #expect(!RowAuthenticator(keyring: try Keyrings.full()).verifies(seal, row: row, table: "grants"))
    }

    @Test func `columns that flow into one another make different rows`() {
        var (one, other) = (ByteWriter(), ByteWriter())
        one.append("ab")
        one.append("c")
        other.append("a")
        other.append("bc")
        #expect(one.bytes != other.bytes)
    }
}

@Suite struct NetworkPrefixTests {
    @Test(arguments: [
        ("192.0.2.77", "192.0.2.0/24"), ("127.0.0.1", "127.0.0.0/24"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:DB8::1", "2001:db8:0::/48"), ("::1", "0:0:0::/48"), ("2001:db8:1234:5678::", "2001:db8:1234::/48"),
        ("fe80::1%eth0", "fe80:0:0::/48"), ("", "unknown"), ("somewhere", "unknown"), ("1.2.3", "unknown"), ("1.2.3.4.5", "unknown"),
    ])
    func `addresses are cut to their network`(address: String, network: String) {
        #expect(NetworkPrefix.of(address) == network)
    }
}
