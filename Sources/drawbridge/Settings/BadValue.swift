/// Why a text is no value of a setting. A parser of values knows nothing of names and sources; the reader adds those.
struct BadValue: Error, Sendable, Equatable {
    /// Continues "the value …"; never repeats the text itself.
    let reason: String
    /// A value that would do, where the text shows what was meant.
    var better: String?
    /// What to do, where a value alone does not say it.
    var advice: String?
    /// The value is a good one of the setting, and this version cannot act on it.
    var isUnsupported = false

    init(_ reason: String, better: String? = nil, advice: String? = nil) {
        self.reason = reason
        self.better = better
        self.advice = advice
    }

    static func unsupported(_ reason: String, advice: String) -> BadValue {
        var bad = BadValue(reason, advice: advice)
        bad.isUnsupported = true
        return bad
    }
}
