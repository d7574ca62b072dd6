#!/usr/bin/env bash
# Measures the release build: the program beside ripgrep and what else reads certificates, the rules beside native code and beside parsing.
# It prints figures and judges none; what it writes lies in temporary folders.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/tools.sh

run() {
    echo "+ $*"
    "$@"
}

if ! command -v rg >/dev/null && command -v apt-get >/dev/null; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    run $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ripgrep ||
        echo "ripgrep could not be installed: nothing is compared with it"
fi
# Programs in Python that judge keys and certificates, to be compared with.
export BENCH_PYTHON=$tools/bench-with-badkeys-0.0.21
if [ ! -x "$BENCH_PYTHON/bin/badkeys" ]; then
    run python3 -m venv "$BENCH_PYTHON" && run "$BENCH_PYTHON/bin/pip" install --quiet badkeys==0.0.21 pkilint ||
        echo "badkeys and pkilint could not be installed: nothing is compared with them"
fi
# Both packages at once, so that everything they share is built once.
run cargo build --locked --release --package keyreeve --package keyreeve-bench
run target/release/programs target/release/keyreeve
run target/release/rules
run target/release/weak
