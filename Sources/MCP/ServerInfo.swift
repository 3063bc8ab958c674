import Primitives

/// Who this server says it is.
package struct ServerInfo: Sendable, Equatable {
    package let name: String
    package let title: String
    package let version: String
    /// For the model: what the tools are about.
    package let instructions: String?

    package init(name: String, title: String, version: String, instructions: String? = nil) {
        self.name = name
        self.title = title
        self.version = version
        self.instructions = instructions
    }

    var json: JSON { ["name": .string(name), "title": .string(title), "version": .string(version)] }
}
