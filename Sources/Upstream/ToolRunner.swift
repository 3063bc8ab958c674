package import MCP
import Primitives

/// What came of a tool call.
package struct ToolOutcome: Sendable, Equatable {
    /// For the log and for whoever keeps the credential.
    package enum Kind: Sendable, Equatable {
        case done
        /// The arguments were wrong; nothing was sent.
        case badArguments
        /// The API said no, or said it badly.
        case failed(status: Int)
        /// The API no longer accepts the credential. Ask it who this is before the credential counts as broken.
        case credentialRefused
        /// No answer.
        case unavailable(UpstreamFailure)
    }

    package let result: ToolResult
    package let kind: Kind
}

/// Runs the tools of one profile.
package struct ToolRunner: Sendable {
    let profile: UpstreamProfile
    let transport: UpstreamTransport
    private let slots: Slots<CredentialTag>

    package init(profile: UpstreamProfile, transport: UpstreamTransport) {
        self.profile = profile
        self.transport = transport
        slots = Slots(limit: profile.limits.concurrency)
    }

    /// Runs one call. Whether the caller may make it has been decided before.
    /// - Parameter repairURL: where the person pastes a new token, for the answer to a token that has died.
    package func run(_ call: ToolCall, credential: UpstreamCredential, repairURL: String? = nil) async -> ToolOutcome {
        guard let definition = profile.operation(call.name) else {
            return ToolOutcome(result: .error("There is no tool \"\(call.name.prefix(80))\"."), kind: .badArguments)
        }
        let arguments: CheckedArguments
        do throws(ArgumentProblem) {
            arguments = try definition.check(call.arguments)
        } catch {
            let sentences = error.sentences.map { "- \($0)" }.joined(separator: "\n")
            return ToolOutcome(result: .error("\(call.name) was not called:\n\(sentences)"), kind: .badArguments)
        }
        guard let builder = try? RequestBuilder(profile, credential: credential) else {
            return ToolOutcome(result: .error("The address of \(profile.name) is not usable."), kind: .badArguments)
        }
        let tag = CredentialTag(credential)
        guard await slots.enter(tag) else {
            return ToolOutcome(
                result: .error("Too many calls of this account are waiting already. Nothing was done. Try again in a few seconds."),
                kind: .unavailable(.paused(retryAfter: 5)))
        }
        defer { slots.leave(tag) }
        let answers = AnswerReader(profile: profile, definition: definition, credential: credential, repairURL: repairURL)
        do throws(UpstreamFailure) {
            if let search = definition.search {
                return try await self.search(search, definition, arguments, builder: builder, answers: answers)
            }
            return answers.outcome(of: try await transport.send(builder.request(definition, arguments)), arguments: arguments)
        } catch {
            return ToolOutcome(result: .error(answers.explain(error)), kind: .unavailable(error))
        }
    }

    /// Reads the API's list page by page and keeps what matches: every word, in any of the fields, in upper or lower case.
    private func search(
        _ rule: SearchRule, _ definition: ToolDefinition, _ arguments: CheckedArguments, builder: RequestBuilder, answers: AnswerReader
    ) async throws(UpstreamFailure) -> ToolOutcome {
        let words = (arguments[rule.argument]?.plainText ?? "").lowercased().split(whereSeparator: \.isWhitespace)
        var page = arguments
        var found: [JSON] = []
        var searched = 0
        var next: JSONObject?
        for _ in 0..<rule.pages {
            let response = try await transport.send(builder.request(definition, page))
            guard let list = answers.page(response, arguments: arguments) else {
                return answers.outcome(of: response, arguments: arguments)
            }
            searched += list.items.count
            found += list.items.filter { item in
                let text = rule.fields.compactMap { $0.value(in: item)?.string }.joined(separator: "\n").lowercased()
                return words.allSatisfy { text.contains($0) }
            }
            next = list.next
            guard let following = next, let checked = try? definition.check(following) else { break }
            page = checked
        }
        return answers.outcome(ofSearch: found, searched: searched, next: next)
    }
}
