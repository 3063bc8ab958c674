# One debug build serves demo, test and e2e: they pass the same flags, so nothing is built twice.
# Warnings are errors in this package; SwiftPM keeps the flag away from dependencies.
SWIFT_FLAGS = -Xswiftc -warnings-as-errors --explicit-target-dependency-import-check error
COVERAGE_BUILD = .build-coverage
FUZZ_BUILD = .build-fuzz
# For each target.
FUZZ_SECONDS = 60
FORMATTED = Sources Tests Fuzz Package.swift

# More arguments for the program or the tests: make demo ARGS=--once, make e2e ARGS='-k refresh'
ARGS =

.DEFAULT_GOAL := help
.PHONY: help demo run build test e2e clients fuzz coverage lint format clean dependencies

help: ## what there is (this list)
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## the bridge, a stand-in API and one whole journey through them (ARGS=--once: exit afterwards)
	@.build/debug/drawbridge demo $(ARGS)

run: dependencies ## the bridge for the real Val Town API, release build
	@swift build -c release $(SWIFT_FLAGS) --product drawbridge
	@.build/release/drawbridge serve $(ARGS)

build: dependencies ## debug build of the program
	@swift build $(SWIFT_FLAGS) --product drawbridge

test: dependencies ## all Swift tests
	@swift build $(SWIFT_FLAGS) --build-tests
	@swift test $(SWIFT_FLAGS) --skip-build --parallel $(ARGS)

e2e: build .venv/ready ## end-to-end tests: the official MCP SDK and Chromium against the debug build (Python)
	@scripts/dependencies.sh e2e
	@.venv/bin/python -m pytest Tests/EndToEnd $(ARGS)

clients: build .venv/ready ## real clients from PyPI through the whole flow (ARGS='mcp1 fastmcp': only these)
	@.venv/bin/python Tests/Clients/run.py $(ARGS)

fuzz: dependencies ## each parser for FUZZ_SECONDS=60 with libFuzzer (ARGS='url json': only these)
	@scripts/fuzz.sh $(FUZZ_BUILD) $(FUZZ_SECONDS) $(ARGS)

coverage: dependencies ## line coverage by target; has a build folder of its own, so the first run takes minutes
	@scripts/coverage.sh $(COVERAGE_BUILD) $(SWIFT_FLAGS)

lint: ## formatting, who imports what, and whether the attack catalogue names tests that exist
	@swift format lint --strict --recursive --parallel --configuration .swift-format $(FORMATTED)
	@scripts/walls.py
	@scripts/attacks.py
	@if command -v shellcheck >/dev/null; then shellcheck scripts/*.sh .ci/run; else echo "shellcheck is not installed: the shell scripts were not checked"; fi

format: ## format the Swift code in place
	@swift format --in-place --recursive --parallel --configuration .swift-format $(FORMATTED)

clean: ## remove everything that was built (run-time state in data/state stays)
	rm -rf .build $(COVERAGE_BUILD) $(FUZZ_BUILD) .venv .venv-clients

dependencies:
	@scripts/dependencies.sh build

.venv/ready: Tests/EndToEnd/requirements.txt
	@scripts/dependencies.sh e2e
	@python3 -m venv --clear .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r $<
	@touch $@
