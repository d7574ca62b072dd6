#!/usr/bin/env bash
# Fuzzes what reads files, each target of fuzz/targets.txt from its seeds, from fuzz/corpus and from what earlier runs
# found. Not a test that nothing is found twice: `cargo test` replays fuzz/corpus.
#
# scripts/fuzz.sh [target…]         those that are named, or all, for SECONDS_EACH (60 if nothing is said)
# scripts/fuzz.sh --changed         those that a change concerns, and of the others those whose turn it is: for CI
# scripts/fuzz.sh --keep [target…]  puts into fuzz/corpus what was found and reaches something new
#
# An input that ends a target in a panic, a hang or too much memory is kept, named, and fails the run. So does a target
# that covers less than its line of fuzz/targets.txt says, since such a run is blind.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$PWD/target/fuzz
program=$work/build/debug/keyreeve-fuzz
# Bytes of a corpus that is committed.
most=200000
mkdir -p "$work"

# A row in each line of $work/targets: name, kind, least, concerns, seeds.
table() {
    awk '/^#|^$/ { next } /^[^ ]/ && NR > 1 { print row; row = "" } { row = row " " $0 } END { print row }' fuzz/targets.txt |
        sed -E 's/, +/,/g; s/^ +//; /^$/d'
}

column() {
    awk -v name="$1" -v column="$2" '$1 == name { print $column }' "$work/targets"
}

# The beginnings of paths that a target depends on, a line each.
concerns() {
    column "$1" 4 | tr , '\n' | sed -E 's|^([a-z]+)/|host/crates/\1/src/|; s|^/||'
    if [ "$(column "$1" 2)" = files ]; then
        echo "testdata/formats/$1/"
    fi
}

# Whether one of the paths in $work/changed, or a row of the table that has changed, concerns a target; prints the first.
concerned() {
    concerns "$1" | sed "s|.*|^&|" | grep -m 1 -f - "$work/changed" || grep -qx "$1" "$work/rows" && echo "fuzz/targets.txt"
}

# A path that is none would hide every change of what it was.
check_table() {
    local name path
    git ls-files >"$work/paths"
    while read -r name _; do
        while read -r path; do
            grep -q "^$path" "$work/paths" || [[ $path == testdata/formats/* ]] ||
                { echo "fuzz/targets.txt: $name concerns $path, which is not there" >&2; exit 2; }
        done < <(concerns "$name")
    done <"$work/targets"
}

# Which crates are instrumented, and which are compiled fast, into $work/instrumented and $work/fast. Both are what the crates below
# host/crates are made of, so that what reads files is never forgotten, wherever it moves. Instrumented is less: not what only computes
# or talks to the system, which would be slow and teach nothing, and not what macros and build scripts are made of, which are linked
# without libFuzzer.
crates() {
    metadata() { cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml "$@"; }
    { metadata; metadata --features host; } | python3 -c '
import json, sys

class Graph:
    def __init__(self, metadata):
        self.packages = {package["id"]: package for package in metadata["packages"]}
        self.nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    def own(self, folder=""):
        return [id for id, package in self.packages.items() if not package["source"] and folder in package["manifest_path"]]
    def is_macro(self, id):
        return any("proc-macro" in target["kind"] for target in self.packages[id]["targets"])
    def needs(self, id, kind):
        return [to["pkg"] for to in self.nodes[id]["deps"] if any(kind == how["kind"] for how in to["dep_kinds"])]
    def closure(self, ids):
        found, open = set(), list(ids)
        while open:
            id = open.pop()
            if id not in found and not self.is_macro(id):
                found.add(id)
                open += self.needs(id, None)
        return found
    def built_with(self):
        macros = [to for id in self.nodes if self.is_macro(id) for to in self.needs(id, None)]
        return self.closure(macros + [to for id in self.nodes for to in self.needs(id, "build")])
    def crate(self, id):
        library = [target["name"] for target in self.packages[id]["targets"] if "lib" in target["kind"]]
        return (library or [self.packages[id]["name"]])[0].replace("-", "_")

def categories(package):
    return {category.split("::")[0] for category in package["categories"]}

# It says so itself; what says nothing counts as a reader.
def is_reader(package):
    others = {"cryptography", "mathematics", "science", "date-and-time", "concurrency", "os", "external-ffi-bindings"}
    reads = {"parser-implementations", "parsing", "encoding", "network-programming"}
    return not categories(package) & others or categories(package) & reads

def is_system(package):
    return categories(package) & {"concurrency", "os", "external-ffi-bindings"}

text, decoder = sys.stdin.read(), json.JSONDecoder()
metadata, end = decoder.raw_decode(text)
readers, host = Graph(metadata), Graph(decoder.raw_decode(text[end:].lstrip())[0])
needed = readers.closure(readers.own("/host/crates/"))
package, own = readers.packages.get, set(host.own())
fast = {id for id in needed if not is_system(package(id))} | own
instrumented = ({id for id in needed if is_reader(package(id))} | own) - host.built_with()
for path, ids in zip(sys.argv[1:], (fast, instrumented)):
    with open(path, "w") as file:
        file.writelines(sorted({host.crate(id) + "\n" for id in ids}))
' "$work/fast" "$work/instrumented"
}

# With the host if asked: that takes wasmtime.
build() {
    crates
    # Cargo does not know of the wrapper, nor of what is instrumented.
    cat scripts/bin/rustc-fuzz "$work/fast" "$work/instrumented" | sha256sum >"$work/wrapped.new"
    cmp -s "$work/wrapped.new" "$work/wrapped" || rm -rf "$work/build"
    mv "$work/wrapped.new" "$work/wrapped"
    echo "+ cargo build --manifest-path fuzz/Cargo.toml $*"
    KEYREEVE_FUZZ_FAST=$work/fast KEYREEVE_FUZZ_INSTRUMENTED=$work/instrumented \
        RUSTC_WRAPPER=$PWD/scripts/bin/rustc-fuzz CARGO_TARGET_DIR=$work/build \
        cargo build --quiet --locked --manifest-path fuzz/Cargo.toml "$@"
}

# Files that git knows of, as seeds of a target. libFuzzer gets little from what is long.
seeds() {
    local name=$1 folder=$work/seeds/$1 new=$work/seeds/$1.new patterns=() file case
    rm -rf "$folder" && mkdir -p "$folder"
    IFS=, read -r -a patterns < <(column "$name" 5)
    git ls-files -- "${patterns[@]}" ':!fuzz' | while read -r file; do
        if [ ! -f "$file" ] || [ "$(stat -c %s "$file")" -gt 65536 ]; then
            continue
        fi
        {
            [ "$(column "$name" 2)" != files ] || echo "==> $(sed -E 's|.*/(.*/.*)|\1|' <<<"$file") <=="
            cat "$file"
        } >"$new"
        mv "$new" "$folder/$(sha1sum <"$new" | cut -c1-40)"
    done
    for case in testdata/formats/"$name"/*/; do
        [ -d "$case" ] || continue
        (cd "$case" && find . -type f ! -path ./facts.txt ! -path ./oracle.txt | sort | while read -r file; do
            echo "==> ${file#./} <=="
            cat "$file"
        done) >"$new"
        mv "$new" "$folder/$(sha1sum <"$new" | cut -c1-40)"
    done
}

libfuzzer() {
    # A scan reads in parallel; here each core has a fuzzer.
    KEYREEVE_TARGET=$1 RAYON_NUM_THREADS=1 "$program" "${@:2}" -timeout=20 -rss_limit_mb=2048 \
        -artifact_prefix="$work/found/$1/"
}

# One target for so many seconds; as many at once as there are cores.
fuzz() {
    local name=$1 seconds=$2 log=$work/$1.log status=0 covered least
    mkdir -p "$work/corpus/$name" "$work/found/$name" "fuzz/corpus/$name"
    libfuzzer "$name" "$work/corpus/$name" "fuzz/corpus/$name" "$work/seeds/$name" \
        -max_total_time="$seconds" -max_len=65536 -print_final_stats=1 >"$log" 2>&1 || status=$?
    covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    least=$(column "$name" 3)
    echo "fuzzed $name for $seconds s: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs," \
        "${covered:-0} edges"
    if [ $status != 0 ]; then
        tail -n 30 "$log"
        echo "$name" >>"$work/failed"
    elif [ "${covered:-0}" -lt "$least" ]; then
        echo "$name covers ${covered:-0} edges, and at least $least were expected: it is blind"
        echo "$name" >>"$work/failed"
    fi
}

# The lines are targets with their seconds.
fuzz_all() {
    rm -f "$work/failed"
    xargs -P "$(nproc)" -L 1 bash -c 'seeds "$1"; fuzz "$1" "$2"' fuzz
    if [ -e "$work/failed" ]; then
        echo "fuzz: $(paste -sd' ' "$work/failed") failed; inputs are in target/fuzz/found" >&2
        exit 1
    fi
}

# The paths and rows that have changed, into $work/changed and $work/rows; prints since when. It fails where that cannot be known, and
# says why. As host/tests/support/due.rs: where a branch has left origin/main, and on origin/main what is younger than two days.
changes() {
    local head base date
    if [ "$(git rev-parse --is-shallow-repository)" != false ]; then
        echo "the history is not all here"
        return 1
    fi
    head=$(git rev-parse HEAD)
    base=$(git merge-base HEAD origin/main 2>/dev/null) || base=
    if [ -z "$base" ] || [ "$base" = "$head" ]; then
        date=$(git show --no-patch --format=%ct HEAD)
        base=$(git rev-list --max-count=1 --before="$((date - 2 * 24 * 60 * 60))" HEAD)
    fi
    if [ -z "$base" ]; then
        echo "the project is younger than two days"
        return 1
    fi
    { git diff --name-only "$base"; git ls-files --others --exclude-standard; } >"$work/changed"
    git diff "$base" -- fuzz/targets.txt | sed -nE 's/^\+([a-z0-9-]+) .*/\1/p' >"$work/rows"
    # What all targets depend on: how they are built, and what of others they read with.
    if grep -E -m 1 '^(fuzz/(src|targets)/|fuzz/Cargo.toml|scripts/fuzz.sh|scripts/bin/rustc-fuzz)' "$work/changed" ||
        { git diff --name-only -G '^checksum' "$base" -- fuzz/Cargo.lock | grep .; }; then
        echo "has changed since ${base:0:12}"
        return 1
    fi
    echo "${base:0:12}"
}

# What CI fuzzes, into $work/picked: what a change concerns for a minute each, or less if that is much, so that it is done in some four
# minutes; and of the others every eighth for 20 seconds, by the number of the commit, so that in eight commits all were fuzzed.
pick() {
    local since name kind path each number turn index=0
    : >"$work/due" && : >"$work/turn"
    if since=$(changes); then
        echo "fuzz: compared with $since"
        number=$(git rev-list --count --first-parent HEAD)
        while read -r name kind _; do
            turn=$(((number + index++) % 8))
            if path=$(concerned "$name"); then
                echo "$name: $path has changed"
                echo "$name" >>"$work/due"
            elif [ $turn = 0 ] && [ "$kind" != host ]; then
                echo "$name: it is its turn"
                echo "$name" >>"$work/turn"
            fi
        done <"$work/targets"
    else
        echo "fuzz: all targets:" $since
        awk '{ print $1 }' "$work/targets" >"$work/due"
    fi
    each=$((240 * $(nproc) / ($(wc -l <"$work/due") + 1)))
    each=$((each > 60 ? 60 : each < 10 ? 10 : each))
    { sed "s/$/ $each/" "$work/due"; sed 's/$/ 20/' "$work/turn"; } >"$work/picked"
}

# Whether one of the targets in a file is the host's.
has_host() {
    awk 'NR == FNR { if ($2 == "host") host[$1]; next } $1 in host { found = 1 } END { exit !found }' "$work/targets" "$1"
}

# Adds to a committed corpus what reaches something new; where that is too much, a new one is made of the inputs that reach most.
keep() {
    local name=$1 corpus=fuzz/corpus/$1 new=$work/new/$1 size=0 file
    mkdir -p "$corpus" "$work/corpus/$name" "$work/found/$name"
    libfuzzer "$name" -merge=1 -max_len=16384 "$corpus" "$work/corpus/$name" "$work/seeds/$name" >"$work/$name.log" 2>&1
    if [ "$(du -sb "$corpus" | cut -f1)" -gt $most ]; then
        rm -rf "$new" && mkdir -p "$new"
        libfuzzer "$name" -set_cover_merge=1 -max_len=16384 "$new" "$corpus" >>"$work/$name.log" 2>&1
        rm -rf "$corpus" && mkdir -p "$corpus"
        find "$new" -type f -printf '%s %p\n' | sort -n | while read -r bytes file; do
            size=$((size + bytes))
            [ $size -gt $most ] || mv "$file" "$corpus/"
        done
    fi
    echo "kept $(find "$corpus" -type f | wc -l) inputs of $name"
}

export -f column seeds libfuzzer fuzz keep
export work program most
table >"$work/targets"
check_table

case ${1:-} in
--changed)
    pick
    if has_host "$work/picked"; then build --features host; else build; fi
    fuzz_all <"$work/picked"
    ;;
--keep)
    shift
    [ $# -gt 0 ] || mapfile -t names < <(awk '{ print $1 }' "$work/targets")
    printf '%s\n' "${@:-${names[@]}}" >"$work/picked"
    if has_host "$work/picked"; then build --features host; else build; fi
    xargs -P "$(nproc)" -L 1 bash -c 'seeds "$1"; keep "$1"' keep <"$work/picked"
    ;;
*)
    [ $# -gt 0 ] || mapfile -t names < <(awk '{ print $1 }' "$work/targets")
    printf "%s ${SECONDS_EACH:-60}\n" "${@:-${names[@]}}" >"$work/picked"
    if has_host "$work/picked"; then build --features host; else build; fi
    fuzz_all <"$work/picked"
    ;;
esac
