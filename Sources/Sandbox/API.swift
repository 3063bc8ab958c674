import GRDB
import Primitives

/// The API behind the wire: calls in, answers out.
struct API: Sendable {
    let store: DatabaseQueue
    let sql: SQL
    let rateLimit: RateLimit

    /// Whose token it is; `nil` for a token that nobody has.
    func principal(of token: String) async throws -> Principal? {
        try await store.read { try Principal.owning(token: token, in: $0) }
    }

    func answer(_ call: Call, token: String, principal: Principal) async throws -> Answer {
        try rateLimit.count(token)
        let operation = try Operation(call.method, call.path)
        try principal.require(operation.permission)
        switch operation {
        case .executeSQL: return try await sql.execute(call, principal)
        case .batchSQL: return try await sql.batch(call, principal)
        default:
            // One transaction per call: a refusal in the middle leaves nothing behind.
            return try await store.write { try Self.perform(operation, call, principal, $0) }
        }
    }

    private static func perform(_ operation: Operation, _ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        switch operation {
        case .myself: try Users.myself(call, principal, db)
        case .userByName(let username): try Users.byName(username, call, db)
        case .user(let id): try Users.byID(id, call, db)
        case .orgs: try Extras.orgs(call)
        case .memberships: try Extras.memberships()
        case .myVals: try Vals.mine(call, principal, db)
        case .vals: try Vals.all(call, principal, db)
        case .valByName(let username, let name): try Vals.byName(username, name, call, principal, db)
        case .createVal: try Vals.create(call, principal, db)
        case .val(let id): try Vals.one(id, call, principal, db)
        case .deleteVal(let id): try Vals.delete(id, principal, db)
        case .branches(let val): try Branches.all(val, call, principal, db)
        case .createBranch(let val): try Branches.create(val, call, principal, db)
        case .branch(let val, let id): try Branches.one(val, id, call, principal, db)
        case .deleteBranch(let val, let id): try Branches.delete(val, id, principal, db)
        case .files(let val): try Files.list(val, call, principal, db)
        case .createFile(let val): try Files.create(val, call, principal, db)
        case .updateFile(let val): try Files.update(val, call, principal, db)
        case .deleteFile(let val): try Files.delete(val, call, principal, db)
        case .fileContent(let val): try Files.content(val, call, principal, db)
        case .file(let id): try Files.byID(id, call, principal, db)
        case .variables(let val): try Variables.list(val, call, principal, db)
        case .createVariable(let val): try Variables.create(val, call, principal, db)
        case .updateVariable(let val, let key): try Variables.update(val, key, call, principal, db)
        case .deleteVariable(let val, let key): try Variables.delete(val, key, principal, db)
        case .blobs: try Blobs.list(call, principal, db)
        case .blob(let key): try Blobs.read(key, principal, db)
        case .storeBlob(let key): try Blobs.store(key, call, principal, db)
        case .deleteBlob(let key): try Blobs.delete(key, principal, db)
        case .sendEmail: try Extras.sendEmail(call, principal, db)
        case .traces, .logs: try Extras.telemetry(call)
        case .executeSQL, .batchSQL: throw APIError.methodNotAllowed  // They run in the account's own database, not in this one.
        }
    }
}
