import OAuth
import Primitives
import TestKit
import Testing

struct ScopeTests {
    private let scopes = Fixture.scopes

    @Test(arguments: try Vectors.load("scopes.json"))
    func `what is asked for becomes atoms`(_ vector: Vector) throws {
        do {
            let set = try scopes.requested(try vector.optionalText("asked"))
            #expect(vector.refused == nil)
            #expect(Set(set.atoms) == Set(vector["granted"]?.string?.split(separator: " ").map(String.init) ?? []))
            #expect(set.atoms == scopes.atoms.filter(set.contains))
        } catch let error as OAuthError {
            #expect(error.code.rawValue == vector.refused)
            expectReadable(error)
        }
    }

    @Test func `the names are the umbrellas, then the atoms`() {
        #expect(scopes.names == ["read", "write", "delete"] + scopes.atoms)
        #expect(scopes.all.atoms == scopes.atoms)
    }

    @Test(arguments: [
        (["vals:read", "blobs:read"], "read"), (["vals:read"], "vals:read"),
        (["vals:read", "blobs:read", "vals:write"], "read vals:write"),
        (["vals:delete"], "delete"), ([], ""),
        (["vals:read", "vals:write", "blobs:read", "blobs:write", "vals:delete"], "read write delete"),
    ])
    func `a set is told by the shortest list of names`(_ atoms: [String], _ text: String) throws {
        let set = ScopeSet(atoms, in: scopes)
        #expect(scopes.text(for: set) == text)
        #expect(scopes.expand(scopes.names(for: set)) == set)
    }

    @Test func `an umbrella without atoms is neither granted nor told`() {
        let scopes = ScopeVocabulary(
            atoms: ["a"], umbrellas: [.init(name: "none", atoms: [])], defaults: ["a"], tolerated: [])
        #expect(scopes.text(for: scopes.all) == "a")
        #expect(scopes.expand(["none"]).isEmpty)
        #expect(throws: OAuthError.self) { try scopes.requested("none") }
    }

    @Test func `sets are compared, cut and stored`() {
        let read = scopes.expand(["read"])
        let all = scopes.all
        #expect(read.isSubset(of: all))
        #expect(!all.isSubset(of: read))
        #expect(all.intersection(read) == read)
        #expect(read.intersection(scopes.expand(["write"])).isEmpty)
        #expect(ScopeSet(stored: read.stored) == read)
        #expect(ScopeSet(stored: "").isEmpty)
        #expect(read.contains("vals:read"))
        #expect(!read.contains("read"))
    }

    @Test func `an atom that a store kept and the profile dropped gives nothing`() {
        let old = ScopeSet(stored: "vals:read gone:read")
        #expect(old.atoms == ["vals:read", "gone:read"])
        #expect(old.intersection(scopes.all).atoms == ["vals:read"])
        #expect(!old.isSubset(of: scopes.all))
    }

    @Test func `whatever is asked, what comes out is known here`() {
        var generator = SeededGenerator(seed: 23)
        for _ in 0..<3_000 {
            let text = generator.text(of: scopes.names + ["openid", "root", " ", " ", " ", "\"", ":"], upTo: 8)
            guard let set = try? scopes.requested(text) else { continue }
            #expect(!set.isEmpty && set.isSubset(of: scopes.all))
        }
    }
}
