import ArgumentParser
import Foundation

/// The settings that a command on a stopped bridge needs: where its state is, and the master key. Everything else comes from the environment and
/// the file, and is checked as `serve` does it.
struct StateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file with settings.", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("The folder of the database and the master key. (default: data/state)", valueName: "folder"))
    var state: String?
    @Option(help: ArgumentHelp("A file that holds the master key.", valueName: "file"))
    var masterKeyFile: String?
    @Option(help: ArgumentHelp("A command that prints the master key.", valueName: "command"))
    var masterKeyCommand: String?

    func settings() throws -> Settings {
        let all: [(SettingKey, String?)] = [
            (.state, state), (.masterKeyFile, masterKeyFile), (.masterKeyCommand, masterKeyCommand),
        ]
        let flags = Dictionary(uniqueKeysWithValues: all.compactMap { key, value in value.map { (key.flagName, $0) } })
        return try Settings.read(
            flags: flags, environment: ProcessInfo.processInfo.environment, file: try SettingsFile.find(config))
    }
}

extension SettingsFile {
    /// The file that was named, or `drawbridge.yaml` in the working directory where there is one.
    static func find(_ named: String?) throws -> SettingsFile? {
        if let named { return try read(named) }
        let usual = "drawbridge.yaml"
        return FileManager.default.fileExists(atPath: usual) ? try read(usual) : nil
    }

    /// - Throws: `StartFailure` where there is no such file.
    static func read(_ path: String) throws -> SettingsFile {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw StartFailure("\(path) cannot be read. Name a file that exists, or leave --config out.")
        }
        return SettingsFile(yaml: text, path: path)
    }
}

/// Asks before something is destroyed. Without a terminal nobody could answer, and the command goes on.
enum Confirmation {
    /// - Throws: a failure exit where the person does not say yes.
    static func ask(_ question: String, skip: Bool) throws {
        guard !skip, isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return }
        print("\(question) [y/N] ", terminator: "")
        fflush(nil)
        guard let answer = readLine()?.lowercased(), answer == "y" || answer == "yes" else {
            print("Nothing was changed.")
            throw ExitCode.failure
        }
    }
}
