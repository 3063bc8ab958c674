#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that a group of make targets needs, and says nothing when they are there.
#
#   scripts/dependencies.sh [build] [e2e]      (default: build)
#
# As root or through sudo; where neither works it prints the one command to run and fails. Needs no terminal.
set -euo pipefail

packages_of() {
    case $1 in
        build) echo libsqlite3-dev libsodium-dev pkg-config ;;
        e2e) echo chromium fonts-dejavu-core python3 python3-venv ;;
        *)
            echo "dependencies.sh: unknown group '$1' (build, e2e)" >&2
            return 2
            ;;
    esac
}

installed() {
    [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# pkg-config is a transitional package of pkgconf on newer releases; whatever provides the program will do.
missing_packages() {
    local package
    for package in "$@"; do
        case $package in
            pkg-config) command -v pkg-config >/dev/null || echo "$package" ;;
            *) installed "$package" || echo "$package" ;;
        esac
    done
}

elsewhere() {
    if command -v pkg-config >/dev/null && pkg-config --exists libsodium sqlite3; then return 0; fi
    echo "This is neither Debian nor Ubuntu. Install the development files of SQLite and libsodium, and pkg-config, then try again." >&2
    return 1
}

as_root() {
    if [[ $EUID == 0 ]]; then
        env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

may_install() {
    [[ $EUID == 0 ]] && return 0
    command -v sudo >/dev/null || return 1
    # without a terminal sudo could only fail to ask for the password
    sudo --non-interactive true 2>/dev/null || [[ -t 0 && -t 2 ]]
}

main() {
    [[ $# -gt 0 ]] || set -- build
    local wanted=() missing=() group names
    for group in "$@"; do
        names=$(packages_of "$group")
        # shellcheck disable=SC2206 # the names are single words
        wanted+=($names)
    done

    if ! command -v swift >/dev/null; then
        echo "Swift 6.1 or newer is missing: see https://www.swift.org/install/" >&2
        return 1
    fi
    if ! command -v dpkg-query >/dev/null; then
        elsewhere
        return
    fi

    mapfile -t missing < <(missing_packages "${wanted[@]}")
    [[ ${#missing[@]} -gt 0 ]] || return 0

    if ! may_install; then
        echo "Some packages are missing. Run this, then try again:" >&2
        echo "    sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}" >&2
        return 1
    fi

    local apt=(apt-get --quiet --quiet --option DPkg::Lock::Timeout=300)
    echo "installing: ${missing[*]}"
    # one unreachable mirror must not keep us from what the others have; the install decides
    as_root "${apt[@]}" update || echo "apt-get update failed; going on with the package lists that are there" >&2
    as_root "${apt[@]}" install --yes --no-install-recommends "${missing[@]}"
}

main "$@"
