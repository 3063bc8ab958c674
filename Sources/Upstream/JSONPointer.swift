import Primitives

/// A place in a JSON document (RFC 6901).
struct JSONPointer: Sendable, Equatable {
    let tokens: [String]

    init?(_ text: String) {
        guard text.isEmpty || text.hasPrefix("/") else { return nil }
        tokens = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { String($0.replacing("~1", with: "/").replacing("~0", with: "~")) }
    }

    func value(in json: JSON) -> JSON? {
        var here = json
        for token in tokens {
            switch here {
            case .object(let object):
                guard let next = object[token] else { return nil }
                here = next
            case .array(let array):
                guard let index = Int(token), array.indices.contains(index), String(index) == token else { return nil }
                here = array[index]
            default: return nil
            }
        }
        return here
    }
}

extension JSON {
    /// Puts a value at a path of object members, making the objects on the way.
    mutating func set(_ value: JSON, at path: some Collection<String>) {
        guard let first = path.first else {
            self = value
            return
        }
        var object = object ?? JSONObject()
        var child = object[first] ?? .object(JSONObject())
        child.set(value, at: path.dropFirst())
        object[first] = child
        self = .object(object)
    }
}
