#!/usr/bin/env python3
"""Prints line coverage by target, and fails when a target of the domain is below its floor.

    llvm-cov export -summary-only … | scripts/coverage.py [--floor PERCENT] [--root FOLDER]
"""
from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

DOMAIN = ("Primitives", "OAuth", "AuthorizationServer", "Vault", "MCP", "Upstream")


def lines_by_target(report: dict, sources: Path) -> dict[str, tuple[int, int]]:
    """Covered and countable lines of every folder below Sources."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for file in report["data"][0]["files"]:
        try:
            target = Path(file["filename"]).resolve().relative_to(sources).parts[0]
        except ValueError:
            continue  # a dependency, a test, or generated
        lines = file["summary"]["lines"]
        sums[target][0] += lines["covered"]
        sums[target][1] += lines["count"]
    return {target: (covered, count) for target, (covered, count) in sums.items()}


def percent(covered: int, count: int) -> float:
    return 100.0 * covered / count if count else 0.0


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--floor", type=float, default=80.0, help="least line coverage of a domain target, in percent (default: 80)")
    arguments.add_argument("--root", type=Path, default=Path.cwd(), help="the package's folder (default: the current one)")
    options = arguments.parse_args()

    found = lines_by_target(json.load(sys.stdin), (options.root / "Sources").resolve())
    failures = []
    print(f"{'target':<22}{'lines':>8}{'covered':>9}{'':>3}line coverage")
    for target in [*DOMAIN, *sorted(set(found) - set(DOMAIN))]:
        covered, count = found.get(target, (0, 0))
        short = target in DOMAIN and percent(covered, count) < options.floor
        if short:
            failures.append(target)
        print(f"{target:<22}{count:>8}{covered:>9}{percent(covered, count):>10.1f} %{'   below the floor' if short else ''}")
    covered, count = (sum(column) for column in zip(*found.values())) if found else (0, 0)
    print(f"{'all':<22}{count:>8}{covered:>9}{percent(covered, count):>10.1f} %")
    if failures:
        print(f"below {options.floor:g} %: {', '.join(failures)}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
