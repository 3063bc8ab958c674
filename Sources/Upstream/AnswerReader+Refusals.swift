import MCP
import Primitives

/// What to do about an answer that is none, in words that a model can act on or pass on.
extension AnswerReader {
    func refusal(_ response: UpstreamResponse) -> ToolOutcome {
        let api = profile.name
        let said = message(response).map { " It says: \"\($0)\"." } ?? ""
        let text: String
        switch response.status {
        case 300..<400:
            text = "\(api) answered with a redirect (\(response.status)), and redirects are never followed."
        case 401:
            let repair =
                repairURL.map { "The person can paste a new one at \($0); nothing else has to change." } ?? "A new token is needed."
            return ToolOutcome(
                result: .error("\(api) answered 401: the stored API token no longer works.\(said) \(repair)"), kind: .credentialRefused)
        case 403:
            text = "\(api) answered 403: the stored API token is not allowed to do this.\(said) \(permissionHint)"
        case 404:
            text = "\(api) answered 404: there is no such thing, or this account may not see it.\(said) Check the ids and names."
        case 409:
            text = "\(api) answered 409: it conflicts with what is there already.\(said)"
        case 429:
            let wait = response.retryAfter.map { "Try again in \($0) seconds." } ?? "Try again in a minute."
            text = "\(api) answered 429: too many requests for this account.\(said) \(wait)"
        case 500...:
            let wait = response.retryAfter.map { "in \($0) seconds" } ?? "later"
            text = "\(api) answered \(response.status): it has a problem of its own.\(said) \(mayHaveHappened)Try again \(wait)."
        default:
            text = "\(api) answered \(response.status).\(said)"
        }
        return ToolOutcome(result: .error(text), kind: .failed(status: response.status))
    }

    func explain(_ failure: UpstreamFailure) -> String {
        let api = profile.name
        switch failure {
        case .unreachable: return "\(api) cannot be reached. Nothing was done. Try again later."
        case .connectionLost: return "The connection to \(api) broke before it answered. \(mayHaveHappened)Try again later."
        case .timedOut: return "\(api) did not answer within \(profile.limits.timeout) seconds. \(mayHaveHappened)Try again later."
        case .tooLarge(let limit): return "The answer of \(api) is larger than the \(limit) bytes that are read. Ask for less at a time."
        case .paused(let seconds):
            let wait = seconds == 1 ? "a second" : "\(seconds) seconds"
            return "\(api) failed or turned away several calls in a row, so it is left alone for a moment. Nothing was done. "
                + "Try again in \(wait)."
        case .malformed: return "\(api) answered with something that is no HTTP answer. \(mayHaveHappened)Try again later."
        }
    }

    private var mayHaveHappened: String {
        definition.method.isSafe ? "" : "It is not known whether the change was made: look before trying again. "
    }

    /// Which permissions the token lacks cannot be known, but which ones this tool needs can.
    private var permissionHint: String {
        let needed = definition.scopes.compactMap { profile.scopes.entry($0) }.flatMap(\.permissions)
        let which = needed.isEmpty ? "" : "This needs \(needed.joined(separator: ", ")). "
        return which + "The person can make a token with more permissions at \(profile.consent.createURL)"
            + (repairURL.map { " and paste it at \($0)." } ?? ".")
    }

    /// The API's own words: one line, not long, without anything that is not text.
    private func message(_ response: UpstreamResponse) -> String? {
        guard let body = try? JSON.parse(response.body) else { return nil }
        let found = profile.errors.messages.lazy.compactMap { $0.value(in: body)?.string }.first
        guard let found else { return nil }
        let line = found.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
        let text = Redaction(credential).apply(to: String(line)).prefix(300)
        return text.isEmpty ? nil : String(text)
    }
}
