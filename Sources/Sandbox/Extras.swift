import GRDB
import HTTPTypes
import Primitives

/// The smaller parts of the API: mail that is kept rather than sent, telemetry that has nothing to tell, organisations that nobody is in.
enum Extras {
    static func sendEmail(_ call: Call, _ principal: Principal, _ db: Database) throws -> Answer {
        let wanted = try call.json()
        guard wanted["text"]?.string != nil || wanted["html"]?.string != nil else {
            throw APIError.invalid("An email needs text or html")
        }
        try db.execute(
            sql: "INSERT INTO email (id, account, message, sent_at) VALUES (?, ?, ?, ?)",
            arguments: [Fresh.uuid(), principal.account, JSON.object(wanted).text, Timestamp.now])
        return .json(["message": "Email accepted"], status: .accepted)
    }

    static func telemetry(_ call: Call) throws -> Answer {
        let limit = try call.integer("limit", in: 1...100, default: 20)
        guard ["asc", "desc"].contains(call.query["direction"] ?? "desc") else { throw APIError.invalid("direction must be asc or desc") }
        for name in ["start", "end"] {
            if let text = call.query[name], Timestamp.parse(text) == nil { throw APIError.invalid("\(name) must be a date-time") }
        }
        return .json(["data": [], "links": ["self": .string(call.link(["limit": limit]))]])
    }

    static func orgs(_ call: Call) throws -> Answer { try Page(call).answer([], call) }

    static func memberships() throws -> Answer { throw APIError.notFound("Org not found") }
}
