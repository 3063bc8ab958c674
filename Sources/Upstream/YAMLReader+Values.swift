import Primitives

/// The kinds of text that profiles are made of.
extension YAMLReader {
    /// An identifier: lower-case letters, digits, hyphens and underscores, a letter first.
    func name() throws(ProfileError) -> String {
        let text = try text()
        guard let first = text.utf8.first, Self.isLower(first), text.utf8.count <= 64,
            text.utf8.allSatisfy({ Self.isLower($0) || Self.isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { throw failure("\"\(text)\" is no name", fix: "use lower-case letters, digits, - and _, a letter first") }
        return text
    }

    /// A field name of HTTP (RFC 9110 §5.6.2).
    func headerName() throws(ProfileError) -> String {
        let text = try text()
        let isToken = text.utf8.allSatisfy { Self.isLower($0 | 0x20) || Self.isDigit($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
        guard isToken else { throw failure("\"\(text)\" is no header name", fix: "use letters, digits and hyphens") }
        return text
    }

    /// A page that people are sent to.
    func webAddress() throws(ProfileError) -> String {
        let text = try text()
        guard let url = try? StrictURL(text), url.scheme == "https", url.host != nil else {
            throw failure("\"\(text)\" is no https address", fix: "write https://…")
        }
        return text
    }

    func pointer() throws(ProfileError) -> JSONPointer {
        guard let pointer = JSONPointer(try text()) else {
            throw failure("this is no JSON pointer", fix: "begin with a slash, as in /data/id")
        }
        return pointer
    }

    func statuses() throws(ProfileError) -> Set<Int> {
        var statuses: Set<Int> = []
        for item in try list() { statuses.insert(try item.integer(in: 100...599)) }
        return statuses
    }

    func template(_ references: References) throws(ProfileError) -> Template {
        let text = try text()
        guard let template = Template(text) else {
            throw failure("\"\(text)\" is no template", fix: "write ${secret.id} or ${input.id}")
        }
        for id in template.secretIDs where !references.secrets.contains(id) {
            throw failure("there is no secret `\(id)`", fix: "add it to `secrets`, or name one of them")
        }
        for id in template.inputIDs where !references.inputs.contains(id) {
            throw failure("there is no input `\(id)`", fix: "add it to `inputs`, or name one of them")
        }
        return template
    }

    func schema(_ json: JSON) throws(ProfileError) -> JSONSchema {
        do throws(JSONSchema.Problem) {
            return try JSONSchema(json)
        } catch {
            throw failure(error.message, fix: "use \(JSONSchema.keywords.joined(separator: ", "))")
        }
    }

    private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension Array {
    /// `map` that keeps the type of what is thrown.
    func mapped<Value, Failure: Error>(_ transform: (Element) throws(Failure) -> Value) throws(Failure) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for element in self { values.append(try transform(element)) }
        return values
    }
}
