import HTTPTypes

/// Everything that the API can be asked for.
enum Operation: Equatable {
    case myself
    case userByName(String)
    case user(String)
    case orgs
    case memberships(org: String)
    case myVals
    case vals
    case valByName(username: String, name: String)
    case createVal
    case val(String)
    case deleteVal(String)
    case branches(val: String)
    case createBranch(val: String)
    case branch(val: String, id: String)
    case deleteBranch(val: String, id: String)
    case files(val: String)
    case createFile(val: String)
    case updateFile(val: String)
    case deleteFile(val: String)
    case fileContent(val: String)
    case file(String)
    case variables(val: String)
    case createVariable(val: String)
    case updateVariable(val: String, key: String)
    case deleteVariable(val: String, key: String)
    case blobs
    case blob(String)
    case storeBlob(String)
    case deleteBlob(String)
    case executeSQL
    case batchSQL
    case sendEmail
    case traces
    case logs
}

extension Operation {
    private struct Route: Sendable {
        let method: HTTPRequest.Method
        /// Segments of the path; `*` stands for a value.
        let template: [Substring]
        let make: @Sendable ([String]) -> Operation

        init(_ method: HTTPRequest.Method, _ template: String, _ make: @escaping @Sendable ([String]) -> Operation) {
            self.method = method
            self.template = template.split(separator: "/")
            self.make = make
        }

        func values(in path: [String]) -> [String]? {
            guard path.count == template.count, zip(template, path).allSatisfy({ $0 == "*" || $0 == $1 }) else { return nil }
            return zip(template, path).filter { $0.0 == "*" }.map(\.1)
        }
    }

    private static let routes: [Route] = [
        Route(.get, "v1/me") { _ in .myself },
        Route(.get, "v1/alias/*") { .userByName($0[0]) },
        Route(.get, "v1/users/*") { .user($0[0]) },
        Route(.get, "v2/orgs") { _ in .orgs },
        Route(.get, "v2/orgs/*/memberships") { .memberships(org: $0[0]) },
        Route(.get, "v2/me/vals") { _ in .myVals },
        Route(.get, "v2/alias/vals/*/*") { .valByName(username: $0[0], name: $0[1]) },
        Route(.get, "v2/vals") { _ in .vals },
        Route(.post, "v2/vals") { _ in .createVal },
        Route(.get, "v2/vals/*") { .val($0[0]) },
        Route(.delete, "v2/vals/*") { .deleteVal($0[0]) },
        Route(.get, "v2/vals/*/branches") { .branches(val: $0[0]) },
        Route(.post, "v2/vals/*/branches") { .createBranch(val: $0[0]) },
        Route(.get, "v2/vals/*/branches/*") { .branch(val: $0[0], id: $0[1]) },
        Route(.delete, "v2/vals/*/branches/*") { .deleteBranch(val: $0[0], id: $0[1]) },
        Route(.get, "v2/vals/*/files") { .files(val: $0[0]) },
        Route(.post, "v2/vals/*/files") { .createFile(val: $0[0]) },
        Route(.put, "v2/vals/*/files") { .updateFile(val: $0[0]) },
        Route(.delete, "v2/vals/*/files") { .deleteFile(val: $0[0]) },
        Route(.get, "v2/vals/*/files/content") { .fileContent(val: $0[0]) },
        Route(.get, "v2/files/*") { .file($0[0]) },
        Route(.get, "v2/vals/*/environment_variables") { .variables(val: $0[0]) },
        Route(.post, "v2/vals/*/environment_variables") { .createVariable(val: $0[0]) },
        Route(.put, "v2/vals/*/environment_variables/*") { .updateVariable(val: $0[0], key: $0[1]) },
        Route(.delete, "v2/vals/*/environment_variables/*") { .deleteVariable(val: $0[0], key: $0[1]) },
        Route(.get, "v2/blob") { _ in .blobs },
        Route(.get, "v2/blob/*") { .blob($0[0]) },
        Route(.post, "v2/blob/*") { .storeBlob($0[0]) },
        Route(.delete, "v2/blob/*") { .deleteBlob($0[0]) },
        Route(.get, "v1/blob") { _ in .blobs },
        Route(.get, "v1/blob/*") { .blob($0[0]) },
        Route(.post, "v1/blob/*") { .storeBlob($0[0]) },
        Route(.delete, "v1/blob/*") { .deleteBlob($0[0]) },
        Route(.post, "v1/sqlite/execute") { _ in .executeSQL },
        Route(.post, "v1/sqlite/batch") { _ in .batchSQL },
        Route(.post, "v1/email") { _ in .sendEmail },
        Route(.get, "v1/telemetry/traces") { _ in .traces },
        Route(.get, "v1/telemetry/logs") { _ in .logs },
    ]

    /// - Throws: `notFound` for a path that nobody knows, `methodNotAllowed` for one that is known by other methods.
    init(_ method: HTTPRequest.Method, _ path: [String]) throws {
        var isKnown = false
        for route in Self.routes {
            guard let values = route.values(in: path) else { continue }
            isKnown = true
            if route.method == method {
                self = route.make(values)
                return
            }
        }
        throw isKnown ? APIError.methodNotAllowed : APIError.notFound("Route not found")
    }

    /// What the token must be allowed. For SQL this is the least; a statement that writes needs more.
    var permission: Permission {
        switch self {
        case .myself, .userByName, .user, .orgs, .memberships: .userRead
        case .myVals, .vals, .valByName, .val, .branches, .branch, .files, .fileContent, .file, .variables: .valRead
        case .createVal, .deleteVal, .createBranch, .deleteBranch, .createFile, .updateFile, .deleteFile, .createVariable, .updateVariable,
            .deleteVariable:
            .valWrite
        case .blobs, .blob: .blobRead
        case .storeBlob, .deleteBlob: .blobWrite
        case .executeSQL, .batchSQL: .sqliteRead
        case .sendEmail: .emailWrite
        case .traces, .logs: .telemetryRead
        }
    }
}
