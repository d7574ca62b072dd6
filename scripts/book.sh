#!/usr/bin/env bash
# Builds the book of docs/ into target/book, with an mdbook of its own: see scripts/tools.sh. It writes no page.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/tools.sh

run() {
    echo "+ $*"
    "$@"
}

# Searching is all that a book needs of its features; serving and watching are for authors.
mdbook=$(installed mdbook 0.5.4 mdbook --no-default-features --features search)
run "$mdbook" build docs
echo "the book is target/book/index.html"
