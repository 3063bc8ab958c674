import HTTPTypes
import OAuth
import Primitives

/// Why a posted form was not read.
enum FormFailure: Error {
    case body(BodyFailure)
    /// 415: another content type, or a compressed body.
    case unsupportedType
    case malformed(OAuthError)
}

extension Request {
    /// `type/subtype` in lower case, without parameters.
    var mediaType: String? {
        headers[.contentType].map { text in
            text.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        }
    }

    /// Reads a form body (RFC 6749 appendix B).
    /// - Parameter acceptsJSON: also as a JSON object of strings, as older clients of the Val Town server send it.
    func form(upTo limit: Int, acceptsJSON: Bool = false) async throws(FormFailure) -> FormData {
        let encoding = headers[.contentEncoding]?.lowercased() ?? "identity"
        guard encoding == "identity" else { throw .unsupportedType }
        let isJSON = mediaType == "application/json"
        guard mediaType == "application/x-www-form-urlencoded" || (isJSON && acceptsJSON) else { throw .unsupportedType }
        let bytes: [UInt8]
        do { bytes = try await body.collect(upTo: limit) } catch { throw .body(error) }
        do {
            return isJSON ? try Self.form(json: bytes) : try FormData(parsing: bytes)
        } catch {
            throw .malformed(
                OAuthError(.invalidRequest, "The body could not be read: it must be form-encoded UTF-8 (or a JSON object of strings)."))
        }
    }

    private struct NotAnObjectOfStrings: Error {}

    private static func form(json bytes: [UInt8]) throws -> FormData {
        guard let object = try JSON.parse(bytes, maximumDepth: 4).object else { throw NotAnObjectOfStrings() }
        var pairs: [(String, String)] = []
        for member in object.members where !member.value.isNull {
            guard let values = member.value.string.map({ [$0] }) ?? member.value.strings else { throw NotAnObjectOfStrings() }
            pairs += values.map { (member.key, $0) }
        }
        return FormData(pairs)
    }
}

extension Bridge {
    func failure(_ failure: FormFailure) -> Response {
        switch failure {
        case .body(let failure): self.failure(failure)
        case .unsupportedType:
            .error(
                OAuthError(.invalidRequest, "The body must be application/x-www-form-urlencoded and not compressed."),
                status: .unsupportedMediaType)
        case .malformed(let error): .error(error)
        }
    }
}
