#!/usr/bin/env bash
# Writes the pages of docs/ that the program itself can tell: one for each rule and their table, and the schemas of its files;
# and names the rules in docs/SUMMARY.md.
# With --check it writes nothing, names every page that is stale, and ends with 1 if one is. It builds nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
    "" | --check) mode=${1:-} ;;
    *) echo "usage: scripts/generate-docs.sh [--check]" >&2; exit 2 ;;
esac

program=${CARGO_TARGET_DIR:-target}/debug/keyreeve
if [ ! -x "$program" ]; then
    echo "$program is missing: run cargo build first" >&2
    exit 2
fi

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
# The rules as they are, whatever policy governs this folder.
: >"$fresh/keyreeve.toml"

mkdir "$fresh/rules" "$fresh/schema"
"$program" rule list --policy "$fresh/keyreeve.toml" >"$fresh/list"
rules=$(awk 'NR > 1 { print $1 }' "$fresh/list")
for rule in $rules; do
    "$program" explain "$rule" --markdown --policy "$fresh/keyreeve.toml" >"$fresh/rules/$rule.md"
done
{
    printf '# The built-in rules\n\nEach page is written by the rule itself; `keyreeve explain` shows the same.\n\n'
    printf '| rule | enforces | what it asks for |\n|---|---|---|\n'
    for rule in $rules; do
        page=$fresh/rules/$rule.md
        enforces=$(sed -n 's/^- Enforces: \([^(]*\) (.*/\1/p' "$page")
        echo "| [$rule]($rule.md) | $enforces | $(sed -n '3s/\.$//p' "$page") |"
    done
} >"$fresh/README.md"
mv "$fresh/README.md" "$fresh/rules/README.md"
# The contents of the book as they are, with a line for each rule under their table.
while IFS= read -r line; do
    case "$line" in
        "  - ["*"](rules/"*) ;;
        *"](rules/README.md)") echo "$line"; for rule in $rules; do echo "  - [$rule](rules/$rule.md)"; done ;;
        *) echo "$line" ;;
    esac
done <docs/SUMMARY.md >"$fresh/SUMMARY.md"
"$program" schema policy >"$fresh/schema/keyreeve-toml.json"
"$program" schema report >"$fresh/schema/report-v1.json"

stale=0
# Both ways: a page that is missing or differs, and one whose rule is gone.
for page in $( (cd "$fresh" && ls SUMMARY.md rules/* schema/*; cd "$OLDPWD/docs" && ls rules/* schema/* 2>/dev/null) | sort -u); do
    if cmp -s "$fresh/$page" "docs/$page"; then
        continue
    fi
    if [ "$mode" = --check ]; then
        echo "docs/$page is stale: run make doc and commit what it writes" >&2
        stale=1
    elif [ -e "$fresh/$page" ]; then
        mkdir -p "docs/$(dirname "$page")"
        cp "$fresh/$page" "docs/$page"
        echo "wrote docs/$page"
    else
        rm "docs/$page"
        echo "removed docs/$page"
    fi
done
exit "$stale"
