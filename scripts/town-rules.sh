#!/usr/bin/env bash
# Builds the demo's own rules anew from testdata/rules into testdata/town/rules, or into the folder that is named.
# It changes no policy: `keyreeve rule pin` prints the digests that testdata/town/keyreeve.toml must have then.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
to=$(mkdir -p "${1:-testdata/town/rules}" && cd "${1:-testdata/town/rules}" && pwd)
work=$root/target/town-rules
keyreeve=${KEYREEVE:-$root/target/debug/keyreeve}

run() {
    echo "+ $*"
    "$@"
}

# In Rust, by the cargo that can compile to WebAssembly.
CARGO=${CARGO:-$(command -v cargo)}
export CARGO PATH="$root/scripts/bin:$PATH"
cd "$root/testdata/rules/town-names"
run cargo test --quiet --locked --target-dir "$work"
run cargo build --quiet --locked --release --target wasm32-unknown-unknown --target-dir "$work"
run "$keyreeve" rule component "$work/wasm32-unknown-unknown/release/town_names.wasm" -o "$to/town-names.wasm"

# In JavaScript; the tool is fetched beside what cargo builds.
cp "$root/testdata/rules/owner-on-staff/"{package.json,rule.js} "$work"
cd "$work"
run npm install --silent --no-audit --no-fund
run npx componentize-qjs --wit "$root/wit" --world inventory-rule --js rule.js --stub-wasi --sync \
    --output "$to/owner-on-staff.wasm"
