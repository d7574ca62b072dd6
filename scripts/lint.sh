#!/usr/bin/env bash
# Everything that is checked without running keyreeve's tests: all of it, or the parts that are named, in their order.
# It changes nothing in the tree.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/tools.sh

run() {
    echo "+ $*"
    "$@"
}

format() {
    run cargo fmt --all --check
}

clippy() {
    run cargo clippy --workspace --all-targets --locked -- --deny warnings
}

# wasmtime and cranelift must be one compilation for build.rs, the program, and the tests of the workspace: see the
# profiles in Cargo.toml, and indexmap in host/Cargo.toml.
units() {
    echo "+ units of wasmtime and cranelift"
    graph() { RUSTC_BOOTSTRAP=1 cargo "$@" --locked --unit-graph -Z unstable-options; }
    { graph build; graph test --workspace --all-targets --no-run; } | python3 -c '
import collections, json, sys

def key(unit):
    # Not by what it is called: cargo compiles nothing twice for that.
    profile = {name: value for name, value in unit["profile"].items() if name != "name"}
    return unit["pkg_id"], tuple(sorted(unit["features"])), json.dumps(profile, sort_keys=True)

decoder, text, units = json.JSONDecoder(), sys.stdin.read(), collections.defaultdict(set)
while text:
    graph, end = decoder.raw_decode(text)
    text = text[end:].lstrip()
    for unit in graph["units"]:
        if unit["mode"] == "build" and unit["target"]["kind"] == ["lib"]:
            if "cranelift" in unit["pkg_id"] or "wasmtime" in unit["pkg_id"] or "indexmap" in unit["pkg_id"]:
                units[unit["pkg_id"]].add(key(unit))
twice = sorted(package for package, found in units.items() if len(found) > 1)
if twice or not units:
    sys.exit("compiled more than once: " + ", ".join(twice))
print(f"{len(units)} packages, each compiled once")
'
}

dependencies() {
    local deny
    deny=$(installed cargo-deny 0.20.2 cargo-deny)
    run "$deny" --log-level error check licenses bans sources
    # The advisory database is fetched; where it cannot be reached, that is said and the rest counts.
    if ! run timeout 60 "$deny" --log-level error check advisories; then
        if timeout 20 git ls-remote --exit-code https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then
            return 1
        fi
        echo "advisories: the database cannot be reached from here, so they were not checked"
    fi
}

# Those that the program writes, by one of today's.
pages() {
    run cargo build --quiet --locked
    run scripts/generate-docs.sh --check
}

parts=("$@")
[ $# -gt 0 ] || parts=(format clippy units dependencies pages)
for part in "${parts[@]}"; do
    case "$part" in
        format | clippy | units | dependencies | pages) "$part" ;;
        *) echo "usage: scripts/lint.sh [format|clippy|units|dependencies|pages]…" >&2; exit 2 ;;
    esac
done
