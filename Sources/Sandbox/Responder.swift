import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Primitives

/// From the wire to the API and back, with an entry in the access log for everything that came.
struct Responder: HTTPResponder {
    typealias Context = BasicRequestContext

    let api: API
    let accessLog: AccessLog
    private static let maximumBody = 10 << 20

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let token = Self.token(of: request.headers)
        var credential = token == nil ? "none" : "unknown"
        let answer: Answer
        do {
            answer = try await self.answer(request, token: token, credential: &credential)
        } catch let error as APIError {
            answer = error.answer
        } catch {
            context.logger.error("The sandbox failed", metadata: ["error": "\(error)"])
            answer = .json(["message": "Internal server error"], status: .internalServerError)
        }
        // `Host` travels apart from the other fields, but it came.
        let host = request.head.authority == nil ? [] : ["host"]
        accessLog.record(
            AccessLog.Entry(
                method: request.method.rawValue, path: String(request.uri.string.prefix { $0 != "?" }), status: answer.status.code,
                credential: credential, headerNames: host + request.headers.map(\.name.canonicalName)))
        return Response(
            status: answer.status, headers: answer.headers,
            body: answer.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private func answer(_ request: Request, token: String?, credential: inout String) async throws -> Answer {
        // The body first: a refusal that leaves it unread would be taken for the start of the next request.
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.maximumBody)
        } catch is NIOTooManyBytesError {
            throw APIError.tooLarge
        }
        guard let token, let principal = try await api.principal(of: token) else { throw APIError.unauthorized }
        credential = "known:\(principal.tokenName)"
        let call = try Call(
            method: request.method, target: request.uri.string, headers: request.headers, body: Array(body.readableBytesView),
            origin: "http://" + (request.head.authority ?? "localhost"))
        return try await api.answer(call, token: token, principal: principal)
    }

    private static func token(of headers: HTTPFields) -> String? {
        guard let value = headers[.authorization] else { return nil }
        let words = value.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return value }
        return String(words[1])
    }
}
