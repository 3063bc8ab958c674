import Testing

@testable import drawbridge

/// Reads settings from the environment and a file alone, as most tests want it.
func read(
    _ environment: [String: String] = [:], flags: [String: String] = [:], yaml: String? = nil, existing: Set<String> = []
) throws(SettingsErrors) -> Settings {
    let file = yaml.map { SettingsFile(yaml: $0, path: "drawbridge.yaml") }
    return try Settings.read(flags: flags, environment: environment, file: file) { existing.contains($0) }
}

/// What is wrong with such a configuration; empty when nothing is.
func problems(
    _ environment: [String: String] = [:], flags: [String: String] = [:], yaml: String? = nil, existing: Set<String> = []
) -> [SettingsProblem] {
    do throws(SettingsErrors) {
        _ = try read(environment, flags: flags, yaml: yaml, existing: existing)
        return []
    } catch {
        return error.problems
    }
}
