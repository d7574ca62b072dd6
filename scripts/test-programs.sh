#!/usr/bin/env bash
# Installs the programs of scripts/test-programs.txt, which tests compare keyreeve with, by apt-get and as root.
# Not needed to run tests: one that lacks something says so and passes; it fails, as this does, if KEYREEVE_ORACLES=required.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
look() {
    local name package
    missing=()
    while read -r name package; do
        [ "$name" != "#" ] || continue
        # Where administrators' programs are is not on everybody's PATH.
        PATH=$PATH:/usr/sbin:/sbin command -v "$name" >/dev/null || [ -f "$name" ] || missing+=("$package")
    done <scripts/test-programs.txt
    # No package twice.
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u | sed '/^$/d')
}

look
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "+ apt-get install ${missing[*]}"
    apt-get update -qq || true
    # One by one if not together: a package that cannot be had must not keep the others away.
    # Nothing may start a server by itself.
    install() { DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$@"; }
    install "${missing[@]}" || for package in "${missing[@]}"; do install "$package" || true; done
    look
fi
if [ ${#missing[@]} -eq 0 ]; then
    echo "test programs: all installed"
elif [ "${KEYREEVE_ORACLES:-}" = required ]; then
    echo "test programs: KEYREEVE_ORACLES=required, and missing are ${missing[*]}" >&2
    echo "As root, where Debian's packages can be had, run: apt-get install ${missing[*]}" >&2
    exit 1
else
    echo "test programs: missing are ${missing[*]}; tests that need them say so and pass"
fi
