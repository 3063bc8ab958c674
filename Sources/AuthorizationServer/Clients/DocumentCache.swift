import OAuth
package import Primitives
import Synchronization

/// A document as it came over the wire: the body of an answer 200 of a JSON type, and what its headers say about keeping it.
package struct FetchedDocument: Sendable, Equatable {
    package let body: [UInt8]
    package let cacheLifetime: CacheLifetime

    package init(body: [UInt8], cacheLifetime: CacheLifetime) {
        self.body = body
        self.cacheLifetime = cacheLifetime
    }
}

/// Fetches one document under the dial rules; it keeps nothing.
/// - Parameter maximumSize: in bytes.
package typealias DocumentSource = @Sendable (_ url: StrictURL, _ maximumSize: Int) async -> Result<FetchedDocument, DocumentFailure>

/// Documents of one kind, by their URL, as long as their headers allow. Errors are never kept. Whoever asks while a fetch of the same URL runs
/// waits for that one.
actor DocumentCache<Value: Sendable> {
    private struct Entry {
        let value: Value
        let fetchedAt: UnixTime
        let freshFor: Int64
    }

    private let maximumSize: Int
    private let capacity: Int
    private let source: DocumentSource
    private let budget: FetchBudget
    private let now: @Sendable () -> UnixTime
    private let parse: @Sendable (StrictURL, [UInt8]) throws(DocumentFailure) -> Value
    private var entries: [String: Entry] = [:]
    private var running: [String: Task<Result<Value, DocumentFailure>, Never>] = [:]

    init(
        maximumSize: Int, capacity: Int = 1024, source: @escaping DocumentSource, budget: FetchBudget,
        now: @escaping @Sendable () -> UnixTime,
        parse: @escaping @Sendable (StrictURL, [UInt8]) throws(DocumentFailure) -> Value
    ) {
        self.maximumSize = maximumSize
        self.capacity = capacity
        self.source = source
        self.budget = budget
        self.now = now
        self.parse = parse
    }

    /// - Parameter maximumAge: in seconds; what was fetched longer ago is fetched anew although it is fresh.
    func value(at url: StrictURL, maximumAge: Int64 = .max) async -> Result<Value, DocumentFailure> {
        if let entry = entries[url.text], isFresh(entry), now() - entry.fetchedAt < maximumAge { return .success(entry.value) }
        if let fetch = running[url.text] { return await fetch.value }
        // Not part of the caller's task: when he goes away, the others still wait for it.
        let fetch = Task { await self.fetch(url) }
        running[url.text] = fetch
        return await fetch.value
    }

    private func fetch(_ url: StrictURL) async -> Result<Value, DocumentFailure> {
        defer { running[url.text] = nil }
        let host = url.host ?? ""
        guard budget.take(host, at: now()) else { return .failure(.busy) }
        let fetched = await source(url, maximumSize)
        budget.giveBack(host)
        do throws(DocumentFailure) {
            let document = try fetched.get()
            let value = try parse(url, document.body)
            keep(Entry(value: value, fetchedAt: now(), freshFor: document.cacheLifetime.seconds), for: url)
            return .success(value)
        } catch {
            entries[url.text] = nil
            return .failure(error)
        }
    }

    private func keep(_ entry: Entry, for url: StrictURL) {
        entries[url.text] = nil
        guard entry.freshFor > 0 else { return }
        if entries.count >= capacity { entries = entries.filter { isFresh($0.value) } }
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.fetchedAt < $1.value.fetchedAt }) {
            entries[oldest.key] = nil
        }
        entries[url.text] = entry
    }

    /// A clock that was set back makes nothing younger.
    private func isFresh(_ entry: Entry) -> Bool { (0..<entry.freshFor).contains(now() - entry.fetchedAt) }
}

/// How much may be fetched: anybody can name a URL here, and nobody shall use this server to bother the host behind it.
final class FetchBudget: Sendable {
    private struct Host {
        var running = 0
        var left = FetchBudget.perMinute
        var since: UnixTime
    }

    private struct State {
        var running = 0
        var hosts: [String: Host] = [:]
    }

    static let concurrent = 32
    static let concurrentPerHost = 4
    static let perMinute = 30
    private static let rememberedHosts = 4096
    private let state = Mutex(State())

    /// - Returns: whether a fetch of this host may begin. Then `giveBack` ends it.
    func take(_ host: String, at now: UnixTime) -> Bool {
        state.withLock { state in
            guard state.running < Self.concurrent else { return false }
            var entry = state.hosts[host] ?? Host(since: now)
            // A minute begins with the first fetch; a clock that was set back begins a new one.
            if !(0..<60).contains(now - entry.since) { (entry.left, entry.since) = (Self.perMinute, now) }
            guard entry.running < Self.concurrentPerHost, entry.left > 0 else { return false }
            if state.hosts.count >= Self.rememberedHosts {
                state.hosts = state.hosts.filter { $0.value.running > 0 || (0..<60).contains(now - $0.value.since) }
                guard state.hosts.count < Self.rememberedHosts else { return false }
            }
            entry.running += 1
            entry.left -= 1
            state.hosts[host] = entry
            state.running += 1
            return true
        }
    }

    func giveBack(_ host: String) {
        state.withLock { state in
            state.running -= 1
            state.hosts[host]?.running -= 1
        }
    }
}
