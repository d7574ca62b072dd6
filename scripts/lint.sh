#!/usr/bin/env bash
# Everything that is checked without running keyreeve's tests: format, clippy, dependencies, generated pages.
# It changes nothing in the tree; what it needs it puts under target/tools.
set -euo pipefail
cd "$(dirname "$0")/.."

deny_version=0.20.2

run() {
    echo "+ $*"
    "$@"
}

run cargo fmt --all --check
run cargo clippy --workspace --all-targets --locked -- --deny warnings

# wasmtime and cranelift must be one compilation for build.rs and the binary: see the profiles in Cargo.toml.
echo "+ units of wasmtime and cranelift"
RUSTC_BOOTSTRAP=1 cargo build --locked --package keyreeve --unit-graph -Z unstable-options | python3 -c '
import collections, json, sys
units = collections.Counter()
for unit in json.load(sys.stdin)["units"]:
    if unit["mode"] == "build" and unit["target"]["kind"] == ["lib"] and ("cranelift" in unit["pkg_id"] or "wasmtime" in unit["pkg_id"]):
        units[unit["pkg_id"]] += 1
twice = sorted(package for package, count in units.items() if count > 1)
if twice or not units:
    sys.exit("compiled more than once: " + ", ".join(twice))
print(f"{len(units)} packages, each compiled once")
'

deny=target/tools/bin/cargo-deny
if ! "$deny" --version 2>/dev/null | grep -qF "$deny_version"; then
    run cargo install --quiet --locked --root target/tools "cargo-deny@$deny_version"
fi
run "$deny" --log-level error check licenses bans sources
# The advisory database is fetched; where it cannot be reached, that is said and the rest counts.
if ! run timeout 60 "$deny" --log-level error check advisories; then
    if timeout 20 git ls-remote --exit-code https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then
        exit 1
    fi
    echo "advisories: the database cannot be reached from here, so they were not checked"
fi

run scripts/generate-docs.sh --check
