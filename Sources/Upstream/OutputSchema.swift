import Primitives

/// The schemas of what tools return, made of the schema of one item.
enum OutputSchema {
    /// `nil` where nothing is known of the answer.
    static func schema(_ kind: ResponseKind, of item: JSONSchema?, isSearch: Bool) -> JSON? {
        switch kind {
        case .json: item?.json
        case .list, .page: item.map { items($0.json, isPage: kind == .page, isSearch: isSearch) }
        case .bytes: bytes
        case .done: done
        }
    }

    private static func items(_ item: JSON, isPage: Bool, isSearch: Bool) -> JSON {
        var properties = JSONObject()
        properties["items"] = ["type": "array", "items": item]
        if isPage {
            properties["next"] = [
                "type": "object", "description": "Arguments of the call that gets the next page; absent on the last one.",
            ]
        }
        if isSearch {
            properties["searched"] = ["type": "integer", "description": "How many items of the list were looked at."]
            properties["complete"] = ["type": "boolean", "description": "Whether the whole list was looked at."]
        }
        properties["note"] = ["type": "string", "description": "What else there is to know about this answer."]
        return ["type": "object", "properties": .object(properties), "required": isSearch ? ["items", "searched", "complete"] : ["items"]]
    }

    private static let bytes: JSON = [
        "type": "object",
        "properties": [
            "text": ["type": "string", "description": "The content, where it is text."],
            "base64": ["type": "string", "description": "The content, where it is not."],
            "size": ["type": "integer", "description": "All of it, in bytes."],
            "truncated": ["type": "boolean", "description": "Whether something was cut off at the end."],
            "note": ["type": "string"],
        ],
        "required": ["size", "truncated"],
    ]

    private static let done: JSON = [
        "type": "object",
        "properties": ["ok": ["type": "boolean"], "status": ["type": "integer", "description": "The HTTP status of the API."]],
        "required": ["ok", "status"],
    ]
}
