#!/usr/bin/env bash
# Where scripts keep the tools that they install: outside of the clone, so that the next one need not build them again.
# It is sourced by them and does nothing by itself.

tools=${XDG_CACHE_HOME:-$HOME/.cache}/keyreeve-tools

# installed PACKAGE VERSION PROGRAM [OPTION…]: prints where that program of crates.io is, which is built if it is not there.
installed() {
    local root=$tools/$1-$2
    if [ ! -x "$root/bin/$3" ]; then
        echo "+ cargo install $1@$2" >&2
        # It runs for seconds, so what it would gain by being optimised is less than what optimising takes.
        CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
            CARGO_PROFILE_RELEASE_DEBUG=0 cargo install --quiet --locked --root "$root" "${@:4}" "$1@$2" >&2 || return 1
    fi
    echo "$root/bin/$3"
}
