#!/usr/bin/env python3
"""Checks docs/security/attacks.md: every attack of the catalogue is there, and every test and function that it names exists."""
from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "docs/security/attacks.md"
ROWS = 59

ROW = re.compile(r"^### (\d+) · ")
TEST = re.compile(r"^- `([\w/]+)`: (.+)$")
ENFORCED = re.compile(r"^- Enforced: (.+)$")
PLACE = re.compile(r"^`([\w/+]+\.swift)` (.+)$")


def has_test(file: str, name: str) -> bool:
    """Whether a test of that name stands in a file of that name."""
    path = ROOT / "Tests" / file
    python, swift = path.with_suffix(".py"), path.with_suffix(".swift")
    if python.is_file():
        return re.search(rf"^(?:async )?def {re.escape(name)}\(", python.read_text(), re.MULTILINE) is not None
    return swift.is_file() and f"func `{name}`(" in swift.read_text()


def has_place(file: str, name: str) -> bool:
    """Whether a file declares something of that name. `init(label` and `name(label` also give the first label."""
    path = ROOT / "Sources" / file
    if not path.is_file():
        return False
    words = re.escape(name)
    declared = words if name.startswith("init") else rf"(?:func|struct|class|enum|var|let) {words}"
    return re.search(declared + r"(?!\w)", path.read_text()) is not None


def problems(text: str) -> list[str]:
    found, rows, tested, enforced = [], [], set(), set()
    for number, line in enumerate(text.splitlines(), 1):
        if row := ROW.match(line):
            rows.append(int(row[1]))
        elif places := ENFORCED.match(line):
            enforced.update(rows[-1:])
            for place in places[1].split(" · "):
                match = PLACE.match(place)
                if not match or not has_place(match[1], match[2]):
                    found.append(f"{number}: there is no {place}")
        elif test := TEST.match(line):
            tested.update(rows[-1:])
            if not has_test(test[1], test[2]):
                found.append(f"{number}: there is no test “{test[2]}” in Tests/{test[1]}")
        elif line.startswith("- ") and rows:
            found.append(f"{number}: neither a test nor a place: {line}")
    if rows != list(range(1, ROWS + 1)):
        found.append(f"1: the rows are not 1 to {ROWS}, each once and in order")
    found += [f"1: row {row} names no test" for row in rows if row not in tested]
    found += [f"1: row {row} does not say where it is enforced" for row in rows if row not in enforced]
    return found


def main() -> int:
    found = problems(CATALOGUE.read_text())
    for problem in found:
        print(f"{CATALOGUE.relative_to(ROOT)}:{problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
