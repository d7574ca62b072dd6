#!/usr/bin/env bash
# Builds the book of docs/ into target/book, with an mdbook of its own under target/tools. It writes no page.
set -euo pipefail
cd "$(dirname "$0")/.."

mdbook_version=0.5.4
mdbook=target/tools/bin/mdbook

run() {
    echo "+ $*"
    "$@"
}

if ! "$mdbook" --version 2>/dev/null | grep -qF "$mdbook_version"; then
    # Searching is all that a book needs of its features; serving and watching are for authors.
    run cargo install --quiet --locked --root target/tools --no-default-features --features search "mdbook@$mdbook_version"
fi
run "$mdbook" build docs
echo "the book is target/book/index.html"
