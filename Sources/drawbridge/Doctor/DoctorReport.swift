import Primitives

/// What the doctor has to say, for people or for programs.
struct DoctorReport: Sendable {
    /// What was looked at: an address, or words for the configuration.
    let subject: String
    let findings: [Finding]

    func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }

    var hasFailed: Bool { count(.failure) > 0 }

    /// Every finding, passes among them.
    var json: JSON {
        [
            "subject": .string(subject), "failures": .integer(count(.failure)), "warnings": .integer(count(.warning)),
            "passed": .integer(count(.pass)), "skipped": .integer(count(.skipped)), "findings": .array(findings.map(\.json)),
        ]
    }

    /// What is not right, by group, and how many checks passed.
    /// - Parameter verbose: also what passed and what was not looked at.
    func text(verbose: Bool, colours: Bool) -> String {
        let style = TerminalStyle(colours: colours)
        var lines = [style.bold(EscapedText.oneLine(subject))]
        let shown = findings.filter { verbose || $0.severity == .failure || $0.severity == .warning }
        var group: String?
        for run in Self.runs(shown) {
            if run[0].group != group { lines += ["", style.bold(run[0].group)] }
            group = run[0].group
            lines += run.count == 1 ? Self.lines(of: run[0], style) : [Self.line(ofSkipped: run, style)]
        }
        return (lines + ["", summary(style)]).joined(separator: "\n")
    }

    /// Each finding by itself, but together what was not looked at for one reason. No part is empty.
    private static func runs(_ findings: [Finding]) -> [[Finding]] {
        findings.reduce(into: []) { runs, finding in
            if let last = runs.last?.last, finding.severity == .skipped, last.severity == .skipped, last.group == finding.group,
                last.seen == finding.seen
            {
                runs[runs.count - 1].append(finding)
            } else {
                runs.append([finding])
            }
        }
    }

    private static func line(ofSkipped run: [Finding], _ style: TerminalStyle) -> String {
        "  \(style.dim("–")) \(run.count) checks not looked at, \(EscapedText.oneLine(run[0].seen))"
    }

    private static func lines(of finding: Finding, _ style: TerminalStyle) -> [String] {
        let seen = EscapedText.oneLine(finding.seen)
        let head = "\(finding.claim) \(style.dim("(\(finding.name))"))"
        switch finding.severity {
        case .pass: return ["  \(style.green("✓")) \(head): \(seen)"]
        case .skipped: return ["  \(style.dim("–")) \(head): not looked at, \(seen)"]
        case .failure, .warning:
            return [
                "  \(finding.severity == .failure ? style.red("✗") : style.bold("!")) \(head)", "      seen    \(seen)",
                "      why     \(finding.why)", "      change  \(finding.change)",
            ]
        }
    }

    private func summary(_ style: TerminalStyle) -> String {
        func counted(_ severity: Severity, _ one: String, _ many: String) -> String? {
            let count = count(severity)
            return count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
        }
        let parts = [
            counted(.failure, "failure", "failures"), counted(.warning, "warning", "warnings"),
            counted(.pass, "check passed", "checks passed") ?? "no check passed",
            counted(.skipped, "not looked at", "not looked at"),
        ]
        let text = parts.compactMap { $0 }.joined(separator: ", ")
        return hasFailed ? "\(style.red("✗")) \(text)" : "\(style.green("✓")) \(text)"
    }
}
