import Foundation
import Primitives

/// `JSON.parse` and the serializer: what is accepted survives a round trip, has one canonical form, and is JSON to Foundation too.
func fuzz(_ input: [UInt8]) {
    let value: JSON
    do {
        value = try JSON.parse(input)
    } catch {
        expect((0...input.count).contains(error.offset), "an error is at a place in the text")
        return
    }
    let written = value.serialized
    expect(written.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "no raw control character")
    expect(String(validating: written, as: UTF8.self)?.isExactly(value.text) == true, "UTF-8")
    let again = expectAccepted("what was written is JSON") { try JSON.parse(written) }
    expect(again == value, "the same value after a round trip")
    expect(again.serialized == written, "written once and for all")

    let canonical = value.canonical
    expect(canonical == value && value == canonical, "the canonical form is the same value")
    expect(canonical.canonical.serialized == canonical.serialized, "one canonical form")
    let sorted = expectAccepted("the canonical form is JSON") { try JSON.parse(canonical.serialized) }
    expect(sorted == value && sorted.serialized == canonical.serialized, "the canonical form survives a round trip")

    var isInRange = true
    walk(value, depth: 0, &isInRange)
    // Foundation has no number for what no Double can hold.
    guard isInRange else { return }
    expect(
        (try? JSONSerialization.jsonObject(with: Data(input), options: .fragmentsAllowed)) != nil, "Foundation reads what is accepted")
}

private func walk(_ value: JSON, depth: Int, _ isInRange: inout Bool) {
    expect(depth <= 64, "the depth is bounded")
    switch value {
    case .null, .bool, .string: break
    case .number(let number):
        if number.double == nil || number.text.utf8.count > 300 { isInRange = false }
        if let integer = number.integer, let double = number.double { expect(Double(integer) == double, "one number, one value") }
    case .array(let elements):
        for element in elements { walk(element, depth: depth + 1, &isInRange) }
    case .object(let object):
        expect(Set(object.keys.map { Array($0.utf8) }).count == object.count, "each key once")
        for member in object.members {
            expect(object[member.key] == member.value, "a member is found under its key")
            walk(member.value, depth: depth + 1, &isInRange)
        }
    }
}
