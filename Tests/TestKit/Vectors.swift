import Foundation
package import Primitives

/// Known answers in files: `Tests/Vectors`.
package enum Vectors {
    package struct Missing: Error {
        package let name: String
    }

    /// The cases of a file, each a JSON object.
    package static func cases(_ name: String, sourceFile: String = #filePath) throws -> [JSON] {
        let tests = URL(fileURLWithPath: sourceFile).deletingLastPathComponent().deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: tests.appendingPathComponent("Vectors/" + name)))
        guard let cases = try JSON.parse(bytes)["cases"]?.array, !cases.isEmpty else { throw Missing(name: name) }
        return cases
    }

    /// A member in hexadecimal.
    package static func bytes(_ name: String, _ vector: JSON) throws -> [UInt8] {
        guard let bytes = vector[name]?.string.flatMap(Hex.decode) else { throw Missing(name: name) }
        return bytes
    }
}
