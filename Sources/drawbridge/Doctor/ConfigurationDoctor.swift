import Foundation
import Primitives
import SQLiteStorage
import SodiumCrypto
import Upstream
import Vault

/// Looks at a configuration from inside: everything that `serve` would need, without making or changing anything.
struct ConfigurationDoctor {
    /// Reads the settings; what is wrong with them is a finding as well.
    let settings: () throws -> Settings

    func examine() -> [Finding] {
        let settings: Settings
        do {
            settings = try self.settings()
        } catch let errors as SettingsErrors {
            return errors.problems.map { problem in
                let wants = problem.shape.map { " It wants \($0)." } ?? ""
                return Self.settings(.failure, "\(problem.key) (\(problem.origin)): \(problem.reason)", change: problem.fix + "." + wants)
            }
        } catch {
            return [Self.settings(.failure, "\(error)", change: "Put it right as it says.")]
        }
        return [Self.settings(.pass, "\(settings.origins.count) set, all others by default", change: "")] + warnings(settings)
            + files(settings)
            + StateDoctor(settings: settings).examine()
    }

    private static func settings(_ severity: Severity, _ seen: String, change: String) -> Finding {
        Finding(
            name: "settings", group: "Settings", severity: severity, claim: "Every setting is known and has a good value", seen: seen,
            why: "serve does not start otherwise: a slip in a setting is worse when nobody notices it.", change: change)
    }

    private func warnings(_ settings: Settings) -> [Finding] {
        let addresses = SettingsWarnings.addresses(settings)
        let others = settings.warnings.filter { !addresses.contains($0) }
        return findings(
            "issuer-and-listen", "The issuer and the addresses to listen on fit together", addresses,
            right: "\(settings.issuer), listening on \(settings.listen)",
            why: "Clients are told the issuer, and find the bridge only when that leads to it.",
            change: "Change DRAWBRIDGE_ISSUER or DRAWBRIDGE_LISTEN as it says.")
            + findings(
                "setting-warnings", "Nothing is set that is probably not meant", others, right: "nothing",
                why: "It works, and not as most people want it.",
                change: "Change the setting that is named, or leave it when it is meant.")
    }

    private func findings(
        _ name: String, _ claim: String, _ warnings: [String], right: String, why: String, change: String
    ) -> [Finding] {
        let make = { (severity: Severity, seen: String) in
            Finding(name: name, group: "Settings", severity: severity, claim: claim, seen: seen, why: why, change: change)
        }
        return warnings.isEmpty ? [make(.pass, right)] : warnings.map { make(.warning, $0) }
    }

    // MARK: Files that come with the program

    private func files(_ settings: Settings) -> [Finding] {
        let found = Result { try DataFolder.find(settings.data) }
        let folder = Self.finding(
            "data-folder", "Files", "templates/ and data/ are there", found,
            why: "The pages, the profiles and the known clients are in them.",
            change: "Name their folder with DRAWBRIDGE_DATA."
        ) { $0.path }
        guard case .success(let data) = found else { return [folder] }
        return [
            folder,
            Self.finding(
                "templates", "Files", "The templates can be rendered", Result { try data.pages() },
                why: "A page with a hole in it would be found by the first person who connects.",
                change: "Undo the change to the template that is named."
            ) { _ in "all of them" },
            Self.finding(
                "known-clients", "Files", "The list of known clients can be read", Result { try data.knownClients() },
                why: "It says which app redirects and which scopes are tolerated.", change: "Put the file back as it came."
            ) { _ in "it can" },
            Self.finding(
                "profile", "Files", "The upstream's profile is valid", Result { try data.profile(settings.upstream) },
                why: "It says what the API can do and which scopes open it.", change: "Put the line that is named right."
            ) { Self.describe($0) },
            certificates(settings),
        ]
    }

    private func certificates(_ settings: Settings) -> Finding {
        let result = Result {
            guard let path = settings.upstreamCA else { return "the system's" }
            guard let text = try? String(contentsOfFile: path, encoding: .utf8), text.contains("-----BEGIN CERTIFICATE-----") else {
                throw StartFailure("\(path) is missing, or holds no certificate in PEM.")
            }
            return path
        }
        return Self.finding(
            "upstream-certificates", "Files", "The certificates to trust for the API are there", result,
            why: "Without them the API cannot be reached.", change: "Name a PEM file with DRAWBRIDGE_UPSTREAM_CA, or leave it out."
        ) { $0 }
    }

    static func describe(_ profile: UpstreamProfile) -> String {
        "\(profile.name), \(profile.scopes.atoms.count) scopes"
    }

    /// A profile by itself.
    static func examineProfile(at path: String) -> [Finding] {
        let result = Result { () throws -> UpstreamProfile in
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { throw StartFailure("\(path) cannot be read.") }
            return try UpstreamProfile.load(yaml: text, file: path)
        }
        return [
            finding(
                "profile", "Files", "The profile is valid", result, why: "serve does not start with one that is not.",
                change: "Put the line that is named right."
            ) { describe($0) }
        ]
    }

    static func finding<Value>(
        _ name: String, _ group: String, _ claim: String, _ result: Result<Value, any Error>, why: String, change: String,
        _ describe: (Value) -> String
    ) -> Finding {
        let (severity, seen): (Severity, String) =
            switch result {
            case .success(let value): (.pass, describe(value))
            case .failure(let open as NothingToAsk): (.skipped, open.reason)
            case .failure(let error): (.failure, "\(error)")
            }
        return Finding(name: name, group: group, severity: severity, claim: claim, seen: seen, why: why, change: change)
    }
}
