/// A name that belongs to one kind of thing: a client id never goes where a grant id belongs.
package struct Identifier<Kind>: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }
}
