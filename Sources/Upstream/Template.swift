import Primitives

/// A text with places for a person's secrets and inputs: `Bearer ${secret.token}`.
struct Template: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case text(String)
        case secret(String)
        case input(String)
    }

    let parts: [Part]

    /// A text without any place in it.
    init(literal text: String) {
        parts = [.text(text)]
    }

    /// `nil` where a `${` is not `${secret.id}` or `${input.id}`.
    init?(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "${") {
            guard let close = rest[open.upperBound...].firstIndex(of: "}") else { return nil }
            if open.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<open.lowerBound]))) }
            let reference = rest[open.upperBound..<close]
            if reference.hasPrefix("secret.") {
                parts.append(.secret(String(reference.dropFirst("secret.".count))))
            } else if reference.hasPrefix("input.") {
                parts.append(.input(String(reference.dropFirst("input.".count))))
            } else {
                return nil
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    var secretIDs: [String] { parts.compactMap { if case .secret(let id) = $0 { id } else { nil } } }
    var inputIDs: [String] { parts.compactMap { if case .input(let id) = $0 { id } else { nil } } }

    /// `nil` where the credential lacks something: an optional secret that was left out takes everything made of it along.
    func render(_ credential: UpstreamCredential) -> String? {
        var output = ""
        for part in parts {
            switch part {
            case .text(let text): output += text
            case .secret(let id):
                guard let secret = credential.secrets[id] else { return nil }
                output += secret.reveal()
            case .input(let id):
                guard let input = credential.inputs[id] else { return nil }
                output += input
            }
        }
        return output
    }
}
