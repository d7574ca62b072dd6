#!/usr/bin/env bash
# Makes sure that rules can be compiled to wasm32-unknown-unknown on this machine, and says how.
# It installs what is missing, but with --check and a rustc to ask; it compiles nothing itself: host/build.rs does.
set -euo pipefail
cd "$(dirname "$0")/.."

target=wasm32-unknown-unknown
rustc=rustc
installs=yes
if [ "${1:-}" = --check ]; then
    rustc=$2
    installs=no
    # Its output is taken for that of rustc: see scripts/bin/rustc-workspace.
    exec >/dev/null
fi

# The standard library of the target in the active toolchain.
has_target() {
    local libdir
    libdir=$("$rustc" --print target-libdir --target "$target" 2>/dev/null) || return 1
    compgen -G "$libdir/libcore-*.rlib" >/dev/null
}

# A distribution's compiler with the sources of the standard library, which build.rs then builds.
has_sources() {
    local sysroot
    [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] || return 1
    sysroot=$(/usr/bin/rustc --print sysroot 2>/dev/null) || return 1
    [ -e "$sysroot/lib/rustlib/src/rust/library/std/Cargo.toml" ]
}

run() {
    echo "+ $*"
    "$@"
}

if has_target; then
    echo "wasm target: $target is installed in the active toolchain"
    exit 0
fi
if has_sources; then
    echo "wasm target: the standard library is built from the sources of /usr/bin/rustc"
    exit 0
fi
if [ $installs = yes ] && command -v rustup >/dev/null && run rustup target add "$target" 2>/dev/null && has_target; then
    exit 0
fi
if [ $installs = yes ] && command -v apt-get >/dev/null; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    run $sudo apt-get update -qq
    run $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rustc-web cargo-web rust-web-src
    has_sources && exit 0
fi
cat >&2 <<EOF
wasm target: nothing here can compile for $target.
With rustup, run:                rustup target add $target
With a distribution's packages:  install rustc, cargo and the sources of the standard library (Debian: rustc-web cargo-web rust-web-src)
EOF
exit 1
