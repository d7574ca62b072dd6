#!/usr/bin/env bash
# Fuzzes every parser for SECONDS_EACH (60 if nothing is said), or those that are named, from the files of testdata and what earlier
# runs found. An input that ends a parser in a panic, a hang or too much memory is kept, named, and fails the run.
set -euo pipefail
cd "$(dirname "$0")/.."

each=${SECONDS_EACH:-60}
work=$PWD/target/fuzz
parsers=("$@")
if [ ${#parsers[@]} -eq 0 ]; then
    mapfile -t parsers < <(sed -n 's/^    parser("\([a-z0-9-]*\)".*/\1/p' fuzz/src/parsers.rs)
fi

echo "+ cargo build --manifest-path fuzz/Cargo.toml"
RUSTC_WRAPPER=$PWD/scripts/bin/rustc-fuzz CARGO_TARGET_DIR=$work/build \
    cargo build --quiet --locked --manifest-path fuzz/Cargo.toml

seeds=$work/seeds
rm -rf "$seeds" && mkdir -p "$seeds"
git ls-files testdata bench/files wit host/templates | while read -r file; do
    # libFuzzer gets little from what is long.
    [ -f "$file" ] && [ "$(stat -c %s "$file")" -le 65536 ] && cp "$file" "$seeds/$(sha1sum "$file" | cut -c1-40)"
done || true

# One parser; as many at once as there are cores.
fuzz() {
    local parser=$1 corpus=$work/corpus/$1 log=$work/$1.log status=0
    mkdir -p "$corpus" "$work/found/$parser"
    KEYREEVE_PARSER=$parser "$work/build/debug/keyreeve-fuzz" "$corpus" "$seeds" \
        -max_total_time="$each" -max_len=65536 -timeout=20 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
        -artifact_prefix="$work/found/$parser/" >"$log" 2>&1 || status=$?
    echo "fuzzed $parser for ${each} s: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs," \
        "$(find "$corpus" -type f | wc -l) kept"
    [ $status = 0 ] || { tail -n 30 "$log"; echo "$parser" >>"$work/failed"; }
}
export -f fuzz
export each work seeds
rm -f "$work/failed"
printf '%s\n' "${parsers[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz {}'
if [ -e "$work/failed" ]; then
    echo "fuzz: $(paste -sd' ' "$work/failed") failed; the inputs are in target/fuzz/found" >&2
    exit 1
fi
