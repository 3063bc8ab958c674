import HTTPTypes
import Primitives

/// One request, taken apart.
struct Call: Sendable {
    let method: HTTPRequest.Method
    /// As it came, still percent-encoded; links repeat it.
    let rawPath: String
    /// The decoded segments of the path.
    let path: [String]
    let query: FormData
    let headers: HTTPFields
    let body: [UInt8]
    /// `http://host:port`, the origin of every link.
    let origin: String

    init(
        method: HTTPRequest.Method, target: String, headers: HTTPFields, body: [UInt8], origin: String
    ) throws {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.method = method
        self.rawPath = String(halves[0])
        self.path = try rawPath.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Self.decoded)
        do {
            self.query = try FormData(parsing: halves.count > 1 ? String(halves[1]) : "")
        } catch {
            throw APIError.invalid("The query is not properly encoded")
        }
        self.headers = headers
        self.body = body
        self.origin = origin
    }

    /// A segment of the path decodes as a form's value does, but for `+` and `&`, which mean themselves there.
    private static func decoded(_ segment: Substring.UTF8View) throws -> String {
        var form = Array("segment=".utf8)
        for byte in segment {
            switch byte {
            case UInt8(ascii: "+"): form += Array("%2B".utf8)
            case UInt8(ascii: "&"): form += Array("%26".utf8)
            default: form.append(byte)
            }
        }
        guard let text = try? FormData(parsing: form).pairs.first?.value else {
            throw APIError.invalid("The path is not properly encoded")
        }
        return text
    }

    /// The body as a JSON object.
    func json() throws -> JSONObject {
        do {
            guard let object = try JSON.parse(body).object else { throw APIError.invalid("Expected a JSON object") }
            return object
        } catch let error as JSONError {
            throw APIError.invalid("The body is not valid JSON: \(error)")
        }
    }

    /// A query parameter that is a whole number.
    func integer(_ name: String, in range: ClosedRange<Int64>, default fallback: Int64) throws -> Int64 {
        guard let text = query[name] else { return fallback }
        guard let value = Int64(text), range.contains(value) else {
            throw APIError.invalid("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func flag(_ name: String) throws -> Bool {
        switch query[name] {
        case nil, "false": false
        case "true": true
        default: throw APIError.invalid("\(name) must be true or false")
        }
    }
}
