import AuthorizationServer
import Logging
import Primitives
import TokenSigning
import UpstreamHTTP

/// The fetching of client metadata documents, in the terms of the authorization server.
struct DocumentWiring {
    private let fetcher: DocumentFetcher

    init(_ trust: MetadataTrust, logger: Logger) throws(StartFailure) {
        do {
            fetcher = try DocumentFetcher(
                trusted: trust.hosts.map { TrustedHost(host: $0.host.description, port: $0.port) },
                certificateFile: trust.certificateFile, logger: logger)
        } catch {
            throw StartFailure("The CA file \(error.path) of DRAWBRIDGE_METADATA_TRUST cannot be read, or holds no certificate in PEM.")
        }
    }

    var ports: ClientDocumentPorts {
        ClientDocumentPorts(
            source: { [fetcher] url, maximumSize in
                do throws(FetchFailure) {
                    let document = try await fetcher.fetch(url, maximumSize: maximumSize)
                    return .success(
                        FetchedDocument(
                            body: document.body, cacheLifetime: CacheLifetime(cacheControl: document.cacheControl, age: document.age)))
                } catch {
                    return .failure(DocumentFailure(error))
                }
            },
            isSigned: { await ClientAssertionSignature.isSigned($0, key: $1, algorithm: $2) })
    }
}

extension DocumentFailure {
    init(_ failure: FetchFailure) {
        switch failure {
        case .forbidden: self = .forbidden
        case .unreachable, .interrupted: self = .unreachable
        case .timedOut: self = .timedOut
        case .redirected: self = .redirected
        case .status(let status): self = .status(status)
        case .wrongType: self = .wrongType
        case .tooLarge: self = .tooLarge
        }
    }
}
