#!/usr/bin/env bash
# Runs the tests with instrumentation and prints line coverage by target.
#
#   scripts/coverage.sh SCRATCH-FOLDER [FLAGS OF swift build …]
#
# Instrumented code is another build of everything, dependencies included, so it lives in a folder of its own: sharing .build
# would throw away the build that `make demo` and `make test` use, each time in both directions.
set -euo pipefail

scratch=$1
shift
swift build --build-tests --enable-code-coverage --scratch-path "$scratch" "$@"
swift test --skip-build --parallel --enable-code-coverage --scratch-path "$scratch" "$@"

products=$(swift build --show-bin-path --scratch-path "$scratch")
binaries=("$products"/*.xctest)
tools=$(dirname "$(readlink -f "$(command -v swift)")")
"$tools/llvm-cov" export -format=text -summary-only -instr-profile "$products/codecov/default.profdata" "${binaries[0]}" |
    python3 "$(dirname "${BASH_SOURCE[0]}")/coverage.py"
