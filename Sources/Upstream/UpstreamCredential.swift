package import Primitives

/// What one person pasted for one upstream: its secrets and its inputs, by their ids in the profile.
package struct UpstreamCredential: Sendable, Equatable {
    package let secrets: [String: Secret]
    /// Not secret: a subdomain, an e-mail address.
    package let inputs: [String: String]

    package init(secrets: [String: Secret], inputs: [String: String] = [:]) {
        self.secrets = secrets
        self.inputs = inputs
    }
}

/// Why what was pasted is not even tried.
package enum CredentialProblem: Error, Sendable, Equatable {
    /// A required field is empty.
    case missing(label: String)
    /// Longer than any token is, in bytes.
    case tooLong(label: String, limit: Int)
    /// White space, control characters or letters beyond ASCII inside: not what the service showed.
    case badCharacters(label: String)
    /// An input is not of the form that the profile asks for.
    case badInput(label: String, help: String)
}

extension UpstreamProfile {
    /// The most bytes of a pasted field.
    private static let maximumFieldSize = 4096

    /// Reads the fields of a form.
    /// - Parameters:
    ///   - secrets: what was pasted, by secret id; absent and empty are the same.
    ///   - inputs: likewise.
    package func credential(secrets pasted: [String: String], inputs entered: [String: String] = [:]) throws(CredentialProblem)
        -> UpstreamCredential
    {
        var secrets: [String: Secret] = [:]
        for field in self.secrets {
            guard let value = try Self.clean(pasted[field.id], label: field.label, trim: field.trim) else {
                guard field.optional else { throw .missing(label: field.label) }
                continue
            }
            secrets[field.id] = Secret(value)
        }
        var inputs: [String: String] = [:]
        for field in self.inputs {
            guard let value = try Self.clean(entered[field.id], label: field.label, trim: true) else { throw .missing(label: field.label) }
            guard field.schema.accepts(.string(value)) else { throw .badInput(label: field.label, help: field.help) }
            inputs[field.id] = value
        }
        return UpstreamCredential(secrets: secrets, inputs: inputs)
    }

    /// Visible ASCII only: what else stands there cannot have come from the service, and must not get into a header.
    private static func clean(_ text: String?, label: String, trim: Bool) throws(CredentialProblem) -> String? {
        guard let text else { return nil }
        guard text.utf8.count <= maximumFieldSize else { throw .tooLong(label: label, limit: maximumFieldSize) }
        var bytes = Array(text.utf8)[...]
        if trim {
            let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
            bytes = bytes.drop(while: isSpace)
            while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        }
        guard !bytes.isEmpty else { return nil }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .badCharacters(label: label) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
