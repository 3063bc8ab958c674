#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What libFuzzer calls with each input. Every target has a `fuzz` of its own, and is a program of its own.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// A property of what a parser accepted. Where it does not hold the program ends here, and libFuzzer keeps the input.
func expect(_ holds: Bool, _ property: @autoclosure () -> String, line: Int = #line) {
    guard !holds else { return }
    let report = Array("\nDOES NOT HOLD (line \(line)): \(property())\n".utf8)
    _ = report.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    abort()
}

/// A property that is itself a parser's success.
func expectAccepted<Value>(_ property: @autoclosure () -> String, line: Int = #line, _ parse: () throws -> Value) -> Value {
    do {
        return try parse()
    } catch {
        expect(false, "\(property()): \(error)", line: line)
        abort()
    }
}

extension String {
    /// Byte for byte: Swift's `==` takes different texts for the same.
    func isExactly(_ other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}

/// The input cut at line ends, for parsers of more than one text.
func lines(_ input: [UInt8], maximum: Int) -> [String] {
    input.split(separator: 0x0A, maxSplits: maximum - 1, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
}

/// Of an error that a client may read (RFC 6749 §5.2): it goes into headers and URLs.
func isReadable(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count < 300 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
}
