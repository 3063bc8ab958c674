import Primitives

/// A page by `offset` and `limit`: `{data, links: {self, prev?, next?}}` with absolute addresses.
struct Page {
    let offset: Int64
    let limit: Int64

    init(_ call: Call) throws {
        offset = try call.integer("offset", in: 0...Int64(Int32.max), default: 0)
        limit = try call.integer("limit", in: 1...100, default: 20)
    }

    /// - Parameter items: what the query found from `offset` on, one more than `limit` if there is a next page.
    func answer(_ items: [JSON], _ call: Call) -> Answer {
        let links = JSON.object(omittingNil: [
            "self": .string(call.link(["offset": offset, "limit": limit])),
            "prev": offset > 0 ? .string(call.link(["offset": max(0, offset - limit), "limit": limit])) : nil,
            "next": items.count > limit ? .string(call.link(["offset": offset + limit, "limit": limit])) : nil,
        ])
        return .json(["data": .array(Array(items.prefix(Int(limit)))), "links": links])
    }

    /// Of a list that is already there as a whole.
    func answer(slicing items: [JSON], _ call: Call) -> Answer {
        answer(Array(items.dropFirst(Int(offset)).prefix(Int(limit) + 1)), call)
    }
}

extension Call {
    /// This request's address with some of its query replaced.
    func link(_ replaced: KeyValuePairs<String, any CustomStringConvertible>) -> String {
        let names = replaced.map(\.key)
        let kept = query.pairs.filter { !names.contains($0.name) }.map { ($0.name, $0.value) }
        return "\(origin)\(rawPath)?" + FormData(kept + replaced.map { ($0.key, "\($0.value)") }).encoded
    }
}
