/// A name that belongs to one kind of thing: a client id never goes where a grant id belongs.
package struct Identifier<Kind>: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    /// By bytes, as the stores compare: to Swift's strings, U+212A and `K` are the same.
    package static func == (one: Self, other: Self) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}
