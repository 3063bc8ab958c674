package import AuthorizationServer
package import Primitives
import Synchronization

/// The hosts of client metadata documents: they answer what they are told, and count how often they are asked.
package final class DocumentHost: Sendable {
    private struct State {
        var answers: [String: Result<FetchedDocument, DocumentFailure>] = [:]
        var asked: [String] = []
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Every fetch so far, by its URL.
    package var fetched: [String] { state.withLock { $0.asked } }
    /// How many fetches wait for `release`.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    package func serve(_ url: String, _ document: JSON, for seconds: Int64 = 300) {
        serve(url, Array(document.serialized), for: seconds)
    }

    package func serve(_ url: String, _ body: [UInt8], for seconds: Int64 = 300) {
        answer(url, .success(FetchedDocument(body: body, cacheLifetime: CacheLifetime(seconds: seconds))))
    }

    package func fail(_ url: String, _ failure: DocumentFailure) {
        answer(url, .failure(failure))
    }

    private func answer(_ url: String, _ answer: Result<FetchedDocument, DocumentFailure>) {
        state.withLock { $0.answers[url] = answer }
    }

    /// From now on answers wait.
    package func hold() {
        state.withLock { $0.isHeld = true }
    }

    package func release() {
        let waiting = state.withLock { state in
            state.isHeld = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume() }
    }

    /// As the authorization server takes it. A signature is good when it is the key's `kid`, in base64url.
    package var ports: ClientDocumentPorts {
        ClientDocumentPorts(
            source: { [self] url, _ in await answer(to: url.text) },
            isSigned: { token, key, _ in
                guard let kid = key["kid"]?.string else { return false }
                return token.hasSuffix("." + Base64URL.encode(Array(kid.utf8)))
            })
    }

    private func answer(to url: String) async -> Result<FetchedDocument, DocumentFailure> {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                state.asked.append(url)
                if state.isHeld { state.waiting.append(continuation) }
                return !state.isHeld
            }
            if goesOn { continuation.resume() }
        }
        return state.withLock { $0.answers[url] ?? .failure(.status(404)) }
    }
}
