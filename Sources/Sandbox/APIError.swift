import HTTPTypes
import Primitives

/// A refusal as the Val Town API words it.
enum APIError: Error, Equatable {
    case invalid(String)
    case unauthorized
    case forbidden(String)
    case notFound(String)
    case methodNotAllowed
    case conflict(String)
    case preconditionFailed
    case tooLarge
    /// After so many seconds the token may be used again.
    case tooManyRequests(retryAfter: Int)

    var status: HTTPResponse.Status {
        switch self {
        case .invalid: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .conflict: .conflict
        case .preconditionFailed: .preconditionFailed
        case .tooLarge: .contentTooLarge
        case .tooManyRequests: .tooManyRequests
        }
    }

    var message: String {
        switch self {
        case .invalid(let message), .forbidden(let message), .notFound(let message), .conflict(let message): message
        case .unauthorized: "Unauthorized"
        case .methodNotAllowed: "Method not allowed"
        case .preconditionFailed: "Precondition failed"
        case .tooLarge: "Request body is too large"
        case .tooManyRequests: "Rate limit exceeded"
        }
    }

    var answer: Answer {
        var answer = Answer.json(["message": .string(message)], status: status)
        if case .tooManyRequests(let seconds) = self { answer.headers[.retryAfter] = String(seconds) }
        return answer
    }
}
