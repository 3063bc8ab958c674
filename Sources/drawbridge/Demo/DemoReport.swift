import Primitives

/// Prints the journey as it happens: a heading per step, a line per thing that was proven, with the time that it took.
struct DemoReport: Sendable {
    private let output: @Sendable (String) -> Void
    private let style: TerminalStyle
    /// Milliseconds since some moment in the past; never goes backwards.
    private let milliseconds: @Sendable () -> Double

    /// In characters.
    private static let timeWidth = 7

    init(colours: Bool, milliseconds: @escaping @Sendable () -> Double, output: @escaping @Sendable (String) -> Void) {
        style = TerminalStyle(colours: colours)
        self.milliseconds = milliseconds
        self.output = output
    }

    var now: Double { milliseconds() }

    func heading(_ text: String) { output("\n" + style.bold(text)) }

    func step(_ number: Int, _ title: String) { output("\n\(style.bold("\(number)  \(title)"))") }

    /// For what is neither proven nor failed.
    func note(_ text: String) { output("   \(style.dim("–")) \(text)") }

    /// Runs one check and prints its outcome.
    /// - Parameters:
    ///   - what: what it proves, in plain words.
    ///   - detail: what the value adds to that.
    @discardableResult
    func check<Value>(
        _ what: String, _ body: () async throws(DemoFailure) -> Value, detail: (Value) -> String = { _ in "" }
    ) async throws(DemoFailure) -> Value {
        let start = now
        do throws(DemoFailure) {
            let value = try await body()
            passed(what + detail(value), after: now - start)
            return value
        } catch {
            failed(what, error)
            throw error
        }
    }

    private func passed(_ text: String, after duration: Double) {
        let time = Self.duration(duration)
        let column = String(repeating: " ", count: max(0, Self.timeWidth - time.count)) + time
        output("   \(style.green("✓")) \(style.dim(column))  \(EscapedText.oneLine(text))")
    }

    private func failed(_ text: String, _ failure: DemoFailure) {
        output("   \(style.red("✗")) \(text)")
        output("       expected  \(EscapedText.oneLine(failure.expected))")
        output("       got       \(EscapedText.oneLine(failure.got))")
    }

    func finished(since start: Double) {
        output("\n\(style.green("✓")) \(style.bold("The whole journey worked")) \(style.dim("in " + Self.duration(now - start)))")
    }

    func stopped(at step: Int, of count: Int) {
        output("\n\(style.red("✗")) \(style.bold("The journey stopped at step \(step) of \(count)"))")
    }

    /// `0.8 ms`, `12 ms`, `1.3 s`.
    static func duration(_ milliseconds: Double) -> String {
        func oneDecimal(_ value: Double) -> String {
            let tenths = Int((value * 10).rounded())
            return "\(tenths / 10).\(tenths % 10)"
        }
        switch milliseconds {
        case ..<9.95: return oneDecimal(milliseconds) + " ms"
        case ..<999.5: return "\(Int(milliseconds.rounded())) ms"
        default: return oneDecimal(milliseconds / 1000) + " s"
        }
    }

    /// The time of the system's own steady clock.
    static func systemMilliseconds() -> @Sendable () -> Double {
        let start = ContinuousClock.now
        return {
            let passed = (ContinuousClock.now - start).components
            return Double(passed.seconds) * 1000 + Double(passed.attoseconds) / 1e15
        }
    }
}

/// Colours and weights of a terminal; plain text elsewhere.
struct TerminalStyle: Sendable {
    let colours: Bool

    func bold(_ text: String) -> String { wrapped(text, "1") }
    func dim(_ text: String) -> String { wrapped(text, "2") }
    func green(_ text: String) -> String { wrapped(text, "32") }
    func red(_ text: String) -> String { wrapped(text, "31") }

    private func wrapped(_ text: String, _ code: String) -> String { colours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}

/// Text from a server, made harmless for a terminal.
enum EscapedText {
    static func oneLine(_ text: String) -> String {
        let harmful: [Unicode.GeneralCategory] = [.control, .format, .lineSeparator, .paragraphSeparator]
        return String(String.UnicodeScalarView(text.unicodeScalars.map { harmful.contains($0.properties.generalCategory) ? " " : $0 }))
    }
}
