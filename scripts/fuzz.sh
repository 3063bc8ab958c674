#!/usr/bin/env bash
# Fuzzes the parsers with libFuzzer, one target after the other, and ends with what was run and found.
#
#   scripts/fuzz.sh BUILD-FOLDER SECONDS [TARGET …]
#
# The modules are compiled here and not by SwiftPM: libFuzzer wants its own main and its instrumentation in our code only. What was learned stays in
# BUILD-FOLDER/corpus, so that the next run goes on from there; inputs that break something are in BUILD-FOLDER/findings.
set -euo pipefail

build=$1
seconds=$2
shift 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

declare -A modules=( # what each target is linked with, besides Primitives
    [url]="" [form]="" [json]="" [basic]="OAuth" [bearer]="OAuth" [redirect]="OAuth" [jwt]="OAuth SodiumCrypto Vault AuthorizationServer"
)
declare -A sources=([url]=URL [form]=Form [json]=JSON [basic]=Basic [bearer]=Bearer [redirect]=Redirect [jwt]=JWT)
declare -A longest=([url]=2200 [form]=4096 [json]=4096 [basic]=2048 [bearer]=1024 [redirect]=2200 [jwt]=4096)
targets=("$@")
if [[ ${#targets[@]} == 0 ]]; then targets=(url form json basic bearer jwt redirect); fi
for target in "${targets[@]}"; do
    if [[ -z ${sources[$target]:-} ]]; then
        echo "no fuzz target is called '$target'; there are: ${!sources[*]}" >&2
        exit 64
    fi
done

flags=(
    -O -swift-version 6 -parse-as-library -package-name drawbridge -enable-testing -sanitize=fuzzer -whole-module-optimization
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature MemberImportVisibility -I "$build/modules" -I Sources/CSodium
)
mkdir -p "$build/modules" "$build/bin" "$build/findings"

# Compiles a module unless it is newer than everything it is made of.
compile() {
    local name=$1 object="$build/modules/$1.o"
    if [[ -f $object && -z $(find "${@:2}" scripts/fuzz.sh -name '*.s*' -newer "$object" -print -quit) ]]; then return; fi
    echo "compiling $name"
    local files
    mapfile -t files < <(find "Sources/$name" -name '*.swift' | sort)
    swiftc "${flags[@]}" -module-name "$name" -emit-module -emit-module-path "$build/modules/$name.swiftmodule" -c "${files[@]}" -o "$object.new"
    mv "$object.new" "$object"
}

# Builds the program of a target, and its modules in the order of their imports.
link() {
    local target=$1 program="$build/bin/$1" folders=(Sources/Primitives) objects=("$build/modules/Primitives.o") libraries=() module
    compile Primitives "${folders[@]}"
    for module in ${modules[$target]}; do
        folders+=("Sources/$module")
        objects+=("$build/modules/$module.o")
        if [[ $module == SodiumCrypto ]]; then libraries=(-lsodium); fi
        compile "$module" "${folders[@]}"
    done
    local own=("Fuzz/Fuzzing.swift" "Fuzz/Targets/${sources[$target]}.swift")
    if [[ -f $program && -z $(find "${own[@]}" "${objects[@]}" -newer "$program" -print -quit) ]]; then return; fi
    echo "building $target"
    swiftc "${flags[@]}" -module-name "Fuzz${sources[$target]}" "${own[@]}" "${objects[@]}" "${libraries[@]}" -o "$program"
}

for target in "${targets[@]}"; do link "$target"; done
Fuzz/corpus.py "$build/seeds" "${targets[@]}"

status=0
summary=()
for target in "${targets[@]}"; do
    corpus="$build/corpus/$target" log="$build/$target.log" findings="$build/findings/$target"
    mkdir -p "$corpus" "$findings"
    echo "fuzzing $target for $seconds s"
    outcome="nothing found"
    SWIFT_BACKTRACE=enable=no "$build/bin/$target" "$corpus" "$build/seeds/$target" -max_total_time="$seconds" -max_len="${longest[$target]}" \
        -dict="Fuzz/Dictionaries/$target.dict" -artifact_prefix="$findings/" -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 -reload=0 \
        >"$log" 2>&1 || {
        status=1
        outcome="FAILED: $(grep -m1 -E 'DOES NOT HOLD|ERROR: libFuzzer' "$log" || echo "see the log")"
        echo "$outcome"
        echo "the input is in $findings, the log in $log"
    }
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
    reached=$(grep -oE 'cov: [0-9]+' "$log" | tail -1 | cut -c6- || true)
    edges=$(sed -nE 's/.*Loaded [0-9]+ modules +\(([0-9]+) inline 8-bit counters\).*/\1/p' "$log" | head -1)
    summary+=("$(printf '%-9s %12s %10s %8s of %-7s %s' "$target" "${executions:--}" "${rate:--}" "${reached:--}" "${edges:--}" "$outcome")")
done

printf '\n%-9s %12s %10s %19s  %s\n' target executions "per second" "edges of all linked" outcome
printf '%s\n' "${summary[@]}"
exit "$status"
