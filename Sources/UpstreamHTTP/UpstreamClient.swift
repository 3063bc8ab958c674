import AsyncHTTPClient
package import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
package import Upstream

/// The only outbound socket to APIs.
package final class UpstreamClient: Sendable {
    package struct Configuration: Sendable {
        /// For one request, from connecting to the last byte.
        package var timeout: Duration
        /// The largest answer that is read, in bytes.
        package var maximumResponseBytes: Int
        /// A PEM file with the certificates to trust in the place of the system's.
        package var certificateFile: String?
        /// To one host; more requests wait for a free one.
        package var maximumConnections: Int

        package init(
            timeout: Duration = .seconds(30), maximumResponseBytes: Int = 4 << 20, certificateFile: String? = nil,
            maximumConnections: Int = 64
        ) {
            self.timeout = timeout
            self.maximumResponseBytes = maximumResponseBytes
            self.certificateFile = certificateFile
            self.maximumConnections = maximumConnections
        }

        /// What a profile allows.
        package init(limits: UpstreamProfile.Limits, certificateFile: String? = nil) {
            self.init(timeout: .seconds(limits.timeout), maximumResponseBytes: limits.responseBytes, certificateFile: certificateFile)
        }
    }

    /// The certificate file is missing, or holds no certificate.
    package struct BadCertificateFile: Error, Sendable, Equatable {
        package let path: String
    }

    private let client: HTTPClient
    private let configuration: Configuration
    private let logger: Logger

    /// Call `shutdown` before letting go of it.
    package init(_ configuration: Configuration, logger: Logger) throws(BadCertificateFile) {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let path = configuration.certificateFile {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
                throw BadCertificateFile(path: path)
            }
            tls.trustRoots = .certificates(certificates)
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.dialRules(configuration, tls: tls))
        self.configuration = configuration
        self.logger = logger
    }

    /// Closes all connections, those in use too.
    package func shutdown() async {
        do {
            try await client.shutdown()
        } catch {
            logger.warning("the connections to the API were not closed cleanly", metadata: ["error": "\(type(of: error))"])
        }
    }

    /// This client with the pauses of real time.
    package var transport: UpstreamTransport {
        UpstreamTransport(
            send: { request throws(UpstreamFailure) in try await self.send(request) },
            // A cancelled wait is a short one.
            wait: { duration in try? await Task.sleep(for: duration) })
    }

    /// One attempt. Logs method, host, status and duration: never a path, a query, a header or a body.
    package func send(_ request: UpstreamRequest) async throws(UpstreamFailure) -> UpstreamResponse {
        let clock = ContinuousClock()
        let start = clock.now
        var metadata: Logger.Metadata = ["method": "\(request.method.rawValue)", "host": "\(request.origin)"]
        do throws(UpstreamFailure) {
            let response = try await exchange(request)
            metadata["status"] = "\(response.status)"
            metadata["ms"] = "\((clock.now - start) / .milliseconds(1))"
            logger.debug("the API answered", metadata: metadata)
            return response
        } catch {
            metadata["failure"] = "\(error)"
            metadata["ms"] = "\((clock.now - start) / .milliseconds(1))"
            logger.notice("the API gave no answer", metadata: metadata)
            throw error
        }
    }

    private func exchange(_ request: UpstreamRequest) async throws(UpstreamFailure) -> UpstreamResponse {
        let outbound = try Self.outbound(request)
        let limit = configuration.maximumResponseBytes
        do {
            let response = try await client.execute(outbound, deadline: .now() + TimeAmount(configuration.timeout))
            if let length = response.headers.first(name: "content-length").flatMap(Int.init), length > limit {
                throw UpstreamFailure.tooLarge(limit: limit)
            }
            var body: [UInt8] = []
            for try await piece in response.body {
                guard body.count + piece.readableBytes <= limit else { throw UpstreamFailure.tooLarge(limit: limit) }
                body.append(contentsOf: piece.readableBytesView)
            }
            return UpstreamResponse(
                status: Int(response.status.code), headers: response.headers.map { Field($0.name, $0.value) }, body: body)
        } catch {
            throw UpstreamFailure(error)
        }
    }
}
