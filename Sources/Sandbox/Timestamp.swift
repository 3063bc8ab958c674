import Foundation

/// Milliseconds since 1970-01-01T00:00:00Z, as the API's `date-time` texts.
enum Timestamp {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    static func text(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(style)
    }

    /// `nil` unless it is a UTC or offset `date-time` of RFC 3339.
    static func parse(_ text: String) -> Int64? {
        let date = (try? Date(text, strategy: style)) ?? (try? Date(text, strategy: .iso8601))
        return date.map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
    }
}

/// Identifiers of the API's things.
enum Fresh {
    static func uuid() -> String { UUID().uuidString.lowercased() }

    /// An API token as the real ones look: a prefix for secret scanners and 160 random bits.
    static func token() -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        var random = SystemRandomNumberGenerator()
        return "vtwn_" + String((0..<28).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
    }
}
