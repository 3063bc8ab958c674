/// How long an answer may be kept, by its headers (RFC 9111 §4.2) and within our own bounds.
package struct CacheLifetime: Sendable, Equatable {
    /// Without a word from the server.
    package static let unstated: Int64 = 300
    package static let longest: Int64 = 86_400

    /// From its arrival; 0 is not at all.
    package let seconds: Int64

    package init(seconds: Int64) {
        self.seconds = min(max(seconds, 0), Self.longest)
    }

    /// Of `Cache-Control`, `max-age`, `no-store` and `no-cache` count; `Age` is what of it has passed already. `Expires` is not read: where it
    /// alone is given, the answer is kept as one that says nothing.
    package init(cacheControl fields: [String], age: String?) {
        var maximumAge: Int64?
        for directive in fields.joined(separator: ",").split(separator: ",") {
            let halves = directive.split(separator: "=", maxSplits: 1).map {
                $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" }.lowercased()
            }
            switch halves.first {
            case "no-store", "no-cache":
                self.init(seconds: 0)
                return
            case "max-age":
                // Of two values the shorter one counts; one that cannot be read is stale (§4.2.1).
                let value = halves.count == 2 ? Self.number(halves[1]) ?? 0 : 0
                maximumAge = min(maximumAge ?? value, value)
            default: break
            }
        }
        guard let maximumAge else {
            self.init(seconds: Self.unstated)
            return
        }
        self.init(seconds: maximumAge - (age.flatMap { Self.number($0) } ?? 0))
    }

    private static func number(_ text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text.prefix(18))
    }
}
