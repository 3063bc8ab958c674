import Endpoints
import HTTPTypes
import Primitives
import SQLiteStorage

/// The operator's port. It only reads.
struct AdminPort {
    let store: SQLiteStore

    func respond(to request: Request) -> Response {
        switch (request.method, request.path) {
        case (.get, "/healthz"), (.head, "/healthz"): answer(.ok, ["status": "ok"])
        case (.get, "/readyz"), (.head, "/readyz"):
            store.isReadable ? answer(.ok, ["status": "ready"]) : answer(.serviceUnavailable, ["status": "the database cannot be read"])
        default: answer(.notFound, ["error": "not_found"])
        }
    }

    private func answer(_ status: HTTPResponse.Status, _ body: JSON) -> Response {
        Response(status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"], body: .bytes(body.serialized))
    }
}
