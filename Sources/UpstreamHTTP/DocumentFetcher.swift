import AsyncHTTPClient
package import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
package import Primitives
import Synchronization

/// Why a document was not fetched.
package enum FetchFailure: Error, Sendable, Equatable {
    /// The dial rules refuse the URL. Nothing was sent.
    case forbidden
    /// No address, no connection, or a certificate that does not hold.
    case unreachable
    /// It began to answer, and did not end.
    case interrupted
    case timedOut
    case redirected
    /// Anything but 200.
    case status(Int)
    /// Not `application/json` or a type that ends in `+json`, or compressed.
    case wrongType
    case tooLarge
}

/// Fetches public JSON documents that strangers name: client metadata, and the key sets in it. Under the dial rules, and keeping nothing.
package struct DocumentFetcher: Sendable {
    package struct Document: Sendable, Equatable {
        package let body: [UInt8]
        package let cacheControl: [String]
        package let age: String?
    }

    /// The certificate file is missing, or holds no certificate.
    package struct BadCertificateFile: Error, Sendable, Equatable {
        package let path: String
    }

    let trusted: [TrustedHost]
    let resolver: HostResolver
    private let timeout: Duration
    private let tls: TLSConfiguration
    private let trustedTLS: TLSConfiguration
    private let logger: Logger

    /// - Parameters:
    ///   - certificateFile: a PEM file with the certificates to trust for trusted hosts, in the place of the system's.
    ///   - timeout: for one document, from looking its host up to its last byte.
    package init(
        trusted: [TrustedHost] = [], certificateFile: String? = nil, resolver: HostResolver = .system(), timeout: Duration = .seconds(5),
        logger: Logger
    ) throws(BadCertificateFile) {
        tls = TLSConfiguration.makeClientConfiguration()
        var own = tls
        if let path = certificateFile {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
                throw BadCertificateFile(path: path)
            }
            own.trustRoots = .certificates(certificates)
        }
        trustedTLS = own
        self.trusted = trusted
        self.resolver = resolver
        self.timeout = timeout
        self.logger = logger
    }

    /// - Parameter maximumSize: in bytes.
    package func fetch(_ url: StrictURL, maximumSize: Int) async throws(FetchFailure) -> Document {
        let result = await withDeadline { await fetchWithoutDeadline(url, maximumSize) }
        // The host alone: the rest of the URL is a stranger's text.
        var metadata: Logger.Metadata = ["host": "\(url.host ?? "")"]
        switch result {
        case .success(let document):
            logger.debug("fetched a client's document", metadata: metadata)
            return document
        case .failure(let failure):
            metadata["failure"] = "\(failure)"
            logger.info("a client's document was not fetched", metadata: metadata)
            throw failure
        }
    }

    private func fetchWithoutDeadline(_ url: StrictURL, _ maximumSize: Int) async -> Result<Document, FetchFailure> {
        do throws(FetchFailure) {
            let target = try await target(of: url)
            var failure = FetchFailure.unreachable
            // Another address of the same host only where the one before could not be connected to.
            for address in target.addresses.prefix(3) {
                do throws(FetchFailure) {
                    return .success(try await fetch(url, from: target, at: address, maximumSize))
                } catch {
                    failure = error
                    guard error == .unreachable, !Task.isCancelled else { break }
                }
            }
            return .failure(failure)
        } catch {
            return .failure(error)
        }
    }

    private func fetch(
        _ url: StrictURL, from target: DialTarget, at address: NetworkAddress, _ maximumSize: Int
    ) async throws(FetchFailure) -> Document {
        let client = Self.client(target, address, tls: target.isTrusted ? trustedTLS : tls, timeout: timeout)
        let result: Result<Document, FetchFailure>
        do {
            result = .success(try await Self.exchange(Self.request(url, target), client, maximumSize))
        } catch {
            result = .failure(FetchFailure(error))
        }
        try? await client.shutdown()
        return try result.get()
    }

    private static func request(_ url: StrictURL, _ target: DialTarget) -> HTTPClientRequest {
        let authority = target.port == 443 ? target.host : "\(target.host):\(target.port)"
        var request = HTTPClientRequest(url: "https://\(authority)\(url.path)\(url.query.map { "?" + $0 } ?? "")")
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "drawbridge")
        request.headers.add(name: "connection", value: "close")
        return request
    }

    private static func exchange(_ request: HTTPClientRequest, _ client: HTTPClient, _ maximumSize: Int) async throws -> Document {
        let response = try await client.execute(request, deadline: .distantFuture)
        switch response.status.code {
        case 200: break
        case 300..<400: throw FetchFailure.redirected
        default: throw FetchFailure.status(Int(response.status.code))
        }
        guard isJSON(response.headers) else { throw FetchFailure.wrongType }
        if let length = response.headers.first(name: "content-length").flatMap(Int.init), length > maximumSize {
            throw FetchFailure.tooLarge
        }
        var body: [UInt8] = []
        do {
            for try await piece in response.body {
                guard body.count + piece.readableBytes <= maximumSize else { throw FetchFailure.tooLarge }
                body.append(contentsOf: piece.readableBytesView)
            }
        } catch {
            throw error as? FetchFailure ?? .interrupted
        }
        return Document(body: body, cacheControl: response.headers["cache-control"], age: response.headers.first(name: "age"))
    }

    private static func isJSON(_ headers: HTTPHeaders) -> Bool {
        let types = headers["content-type"]
        let type = (types.first ?? "").prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        let encoding = headers.first(name: "content-encoding")?.lowercased() ?? "identity"
        return types.count == 1 && encoding == "identity"
            && (type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json")))
    }

    /// Whoever waits is answered in time, also while a name server keeps a thread of the resolver busy; what is left of the work ends by itself.
    private func withDeadline(
        _ work: @escaping @Sendable () async -> Result<Document, FetchFailure>
    ) async -> Result<Document, FetchFailure> {
        let timeout = timeout
        return await withCheckedContinuation { continuation in
            let first = First(continuation)
            let task = Task { first.answer(await work()) }
            let timer = Task {
                guard (try? await Task.sleep(for: timeout)) != nil else { return }
                if first.answer(.failure(.timedOut)) { task.cancel() }
            }
            Task {
                _ = await task.value
                timer.cancel()
            }
        }
    }

    /// Of two answers the first one counts.
    private final class First: Sendable {
        private let continuation: Mutex<CheckedContinuation<Result<Document, FetchFailure>, Never>?>

        init(_ continuation: CheckedContinuation<Result<Document, FetchFailure>, Never>) {
            self.continuation = Mutex(continuation)
        }

        @discardableResult
        func answer(_ result: Result<Document, FetchFailure>) -> Bool {
            let waiting = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            waiting?.resume(returning: result)
            return waiting != nil
        }
    }
}

extension FetchFailure {
    init(_ error: any Error) {
        switch error {
        case let failure as FetchFailure: self = failure
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: self = .timedOut
        default: self = .unreachable
        }
    }
}
