import Foundation
import Primitives

/// `FormData`: the pairs must be those that another decoder finds, and survive being encoded.
func fuzz(_ input: [UInt8]) {
    let pieces = input.split(separator: UInt8(ascii: "&"))
    guard let form = try? FormData(parsing: input) else { return }
    expect(form.pairs.count == pieces.count && pieces.count <= 256, "a pair for each piece, at most 256")
    for (pair, piece) in zip(form.pairs, pieces) {
        expect(!pair.name.utf8.contains(0) && !pair.value.utf8.contains(0), "no NUL")
        let halves = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        // Foundation does not decode what is half raw and half encoded.
        guard piece.allSatisfy({ $0 < 0x80 }) else { continue }
        expect(decoded(halves[0]).map(pair.name.isExactly) == true, "Foundation's name")
        expect(decoded(halves.count > 1 ? halves[1] : []).map(pair.value.isExactly) == true, "Foundation's value")
    }
    let encoded = form.encoded
    expect(encoded.utf8.allSatisfy { PercentEncoding.isUnreserved($0) || "%&=".utf8.contains($0) }, "encoded is unreserved")
    let again = expectAccepted("encoded is a form") { try FormData(parsing: encoded) }
    expect(
        again.pairs.count == form.pairs.count
            && zip(again.pairs, form.pairs).allSatisfy { $0.name.isExactly($1.name) && $0.value.isExactly($1.value) },
        "the same pairs after encoding")
    expect(again.encoded.isExactly(encoded), "encoded once and for all")
    checkNames(form)
}

/// A parameter is found under its own name and no other.
private func checkNames(_ form: FormData) {
    guard form.pairs.count <= 32 else { return }
    for pair in form.pairs {
        let same = form.pairs.filter { $0.name.isExactly(pair.name) }
        let values = same.map(\.value).filter { !$0.isEmpty }
        let found = form.values(pair.name)
        expect(found.count == values.count && zip(found, values).allSatisfy { $0.isExactly($1) }, "the values of this very name")
        expect(same.count < 2 || form.repeated.contains(pair.name), "a name that occurs twice is repeated")
        expect(same.count > 1 || !form.repeated.contains { $0.isExactly(pair.name) }, "a name that occurs once is not")
    }
}

private func decoded(_ piece: ArraySlice<UInt8>) -> String? {
    String(decoding: piece, as: UTF8.self).replacing("+", with: " ").removingPercentEncoding
}
