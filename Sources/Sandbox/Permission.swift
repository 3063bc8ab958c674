/// What an API token may do. Writing something and reading it are granted apart; the token's page ticks both for "read and write".
enum Permission: String, CaseIterable, Sendable {
    case valRead = "val:read"
    case valWrite = "val:write"
    case userRead = "user:read"
    case userWrite = "user:write"
    case blobRead = "blob:read"
    case blobWrite = "blob:write"
    case sqliteRead = "sqlite:read"
    case sqliteWrite = "sqlite:write"
    case emailRead = "email:read"
    case emailWrite = "email:write"
    case telemetryRead = "telemetry:read"

    var isRead: Bool { rawValue.hasSuffix(":read") }
}
