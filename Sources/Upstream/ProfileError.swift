/// What is wrong with a profile, where, and how to put it right.
package struct ProfileError: Error, Sendable, Equatable, CustomStringConvertible {
    package let file: String
    /// Counted from 1.
    package let line: Int
    package let problem: String
    package let fix: String

    package init(file: String, line: Int, problem: String, fix: String) {
        self.file = file
        self.line = line
        self.problem = problem
        self.fix = fix
    }

    package var description: String { "\(file):\(line): \(problem). Fix: \(fix)." }
}
