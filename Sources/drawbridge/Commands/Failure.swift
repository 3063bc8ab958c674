import ArgumentParser
import Foundation

/// Why the program does not start, and what to do about it. Printed as it is.
struct StartFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension AsyncParsableCommand {
    /// Runs a command's work; what goes wrong is told on standard error, and the exit status says so.
    func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let exit as ExitCode {
            throw exit
        } catch let errors as SettingsErrors {
            Self.complain("\(errors)")
            throw ExitCode(78)
        } catch {
            Self.complain("drawbridge: \(error)")
            throw ExitCode.failure
        }
    }

    private static func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }
}
