import MCP
import Primitives

/// Turns what an API answered into what a model reads.
struct AnswerReader {
    let profile: UpstreamProfile
    let definition: ToolDefinition
    let credential: UpstreamCredential
    let repairURL: String?

    func outcome(of response: UpstreamResponse, arguments: CheckedArguments) -> ToolOutcome {
        let response = redacted(response)
        guard (200..<300).contains(response.status) else { return refusal(response) }
        if definition.response == .done || response.body.isEmpty && definition.response != .bytes {
            return success(["ok": true, "status": .integer(response.status)], response)
        }
        if definition.response == .bytes { return bytes(response) }
        guard let body = try? JSON.parse(response.body, maximumSize: .max) else {
            return unusable(response, "\(profile.name) answered with something that is no JSON")
        }
        switch definition.response {
        case .list, .page:
            guard let list = ListPage(body, of: definition, arguments: arguments) else {
                return unusable(response, "\(profile.name) did not answer with a list")
            }
            return items(list.items, next: list.next, extra: JSONObject(), response)
        case .json, .bytes, .done: return object(body, response)
        }
    }

    /// A page for the search; `nil` where the answer is none.
    func page(_ response: UpstreamResponse, arguments: CheckedArguments) -> ListPage? {
        guard response.status == 200, let body = try? JSON.parse(redacted(response).body, maximumSize: .max) else { return nil }
        return ListPage(body, of: definition, arguments: arguments)
    }

    func outcome(ofSearch found: [JSON], searched: Int, next: JSONObject?) -> ToolOutcome {
        let complete = next == nil
        let extent = complete ? "the whole list, \(searched) entries, was looked at" : "only the first \(searched) entries were looked at"
        var extra = JSONObject()
        extra["searched"] = .integer(searched)
        extra["complete"] = .bool(complete)
        extra["note"] = .string(
            "\(profile.name) has no search, so its list was read page by page: \(extent)."
                + (complete ? "" : " Call again with the arguments in `next` to go on."))
        return items(found, next: next, extra: extra, UpstreamResponse(status: 200))
    }

    // MARK: Shapes

    private func object(_ body: JSON, _ response: UpstreamResponse) -> ToolOutcome {
        let value: JSON =
            switch body {
            case .object: body
            case .array: ["items": body]
            default: ["result": body]
            }
        let size = value.serialized.count
        guard size <= profile.limits.textBytes else {
            return unusable(
                response, "The answer has \(size) bytes, more than the \(profile.limits.textBytes) that fit here. Ask for less at a time")
        }
        return success(value, response)
    }

    /// As many items as fit.
    private func items(_ items: [JSON], next: JSONObject?, extra: JSONObject, _ response: UpstreamResponse) -> ToolOutcome {
        var room = profile.limits.textBytes - 1024
        let kept = items.prefix { item in
            room -= item.serialized.count + 1
            return room >= 0
        }
        var value = JSONObject([JSONObject.Member(key: "items", value: .array(Array(kept)))])
        for member in extra.members { value[member.key] = member.value }
        if kept.count < items.count {
            let note = "Only the first \(kept.count) of \(items.count) items fit here. Ask for fewer at a time."
            value["note"] = .string([extra["note"]?.string, note].compactMap(\.self).joined(separator: " "))
        } else {
            value["next"] = next.map(JSON.object)
        }
        return success(.object(value), response)
    }

    private func bytes(_ response: UpstreamResponse) -> ToolOutcome {
        let body = response.body
        var value = JSONObject()
        if Self.isText(body) {
            let end = Self.characterBoundary(in: body, before: profile.limits.textBytes)
            value["text"] = .string(String(decoding: body[..<end], as: UTF8.self))
            value["size"] = .integer(body.count)
            value["truncated"] = .bool(end < body.count)
            if end < body.count {
                value["note"] = .string("These are the first \(end) of \(body.count) bytes; the rest does not fit here.")
            }
        } else if body.count <= profile.limits.binaryBytes {
            value["base64"] = .string(Base64.encode(body))
            value["size"] = .integer(body.count)
            value["truncated"] = false
        } else {
            return unusable(
                response, "The content is no text and has \(body.count) bytes, more than the \(profile.limits.binaryBytes) that fit here")
        }
        return success(.object(value), response)
    }

    private func success(_ value: JSON, _ response: UpstreamResponse) -> ToolOutcome {
        guard let schema = definition.outputSchema else {
            return ToolOutcome(result: .text(value.text), kind: .done)
        }
        guard schema.accepts(value) else {
            // A client would throw such an answer away, so it gets it as words.
            return unusable(response, "\(profile.name) answered in a form that is not known here: \(value.text.prefix(2000))")
        }
        return ToolOutcome(result: .structured(value), kind: .done)
    }

    private func unusable(_ response: UpstreamResponse, _ text: String) -> ToolOutcome {
        ToolOutcome(result: .error(text + "."), kind: .failed(status: response.status))
    }

    private func redacted(_ response: UpstreamResponse) -> UpstreamResponse {
        let body = Redaction(credential).apply(to: response.body)
        return UpstreamResponse(status: response.status, headers: response.headers, body: body)
    }

    // MARK: Text or not

    /// UTF-8 without the control characters that no text has.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        let strange = bytes.contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0C && $0 != 0x0D && $0 != 0x1B }
        return !strange && String(validating: bytes, as: UTF8.self) != nil
    }

    /// The end of the last whole character within a number of bytes.
    private static func characterBoundary(in bytes: [UInt8], before limit: Int) -> Int {
        var end = min(limit, bytes.count)
        while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }
}
