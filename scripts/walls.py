#!/usr/bin/env python3
"""Refuses an import that Package.swift does not declare.

Who may touch what is the architecture, and SwiftPM alone does not keep it: a target that lies in the build folder can be imported
by anybody, and `--explicit-target-dependency-import-check error` of Swift 6.3 stays silent about it. So each import of each target
must be a declared dependency of that target, a module of the toolchain, or the target itself.
"""
from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What comes with Swift and the system, and needs no declaration.
TOOLCHAIN = {
    "Swift", "Synchronization", "Testing", "XCTest", "CoreFoundation", "Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch",
    "RegexBuilder", "Glibc", "Musl", "Darwin",
}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?(\w+)", re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def manifest() -> dict:
    answer = subprocess.run(["swift", "package", "dump-package"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return json.loads(answer.stdout)


def dependency_name(dependency: dict) -> str:
    (kind, described), = dependency.items()
    return described["name"] if isinstance(described, dict) else described[0]


def folder_of(target: dict) -> Path:
    return ROOT / (target.get("path") or Path("Tests" if target["type"] == "test" else "Sources") / target["name"])


def violations(target: dict) -> list[str]:
    allowed = TOOLCHAIN | {target["name"]} | {dependency_name(d) for d in target["dependencies"]}
    found = []
    for file in sorted(folder_of(target).rglob("*.swift")):
        # a comment keeps its line breaks, so that the line number stays true
        code = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), file.read_text())
        for match in IMPORT.finditer(code):
            if match[1] not in allowed:
                line = code.count("\n", 0, match.start(1)) + 1
                found.append(f"{file.relative_to(ROOT)}:{line}: {target['name']} imports {match[1]}, which Package.swift does not let it")
    return found


def main() -> int:
    targets = [t for t in manifest()["targets"] if t["type"] != "system"]
    found = [line for target in targets for line in violations(target)]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
