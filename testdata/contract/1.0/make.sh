#!/usr/bin/env bash
# Made every-fact.wasm, when contract 1.0 was frozen. It stands here to show how; the file is never made anew.
set -euo pipefail
cd "$(dirname "$0")"

[ ! -e every-fact.wasm ] || { echo "every-fact.wasm is there, and stays as it is" >&2; exit 1; }
../../../scripts/wasm-target.sh
target=wasm32-unknown-unknown
cargo=(cargo)
if ! compgen -G "$(rustc --print target-libdir --target $target)/libcore-*.rlib" >/dev/null; then
    # A distribution's compiler with the sources of the standard library, and the linker that the active toolchain brings.
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(echo "$(rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld)
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc
    cargo=(/usr/bin/cargo -Zbuild-std=std,panic_abort)
fi
"${cargo[@]}" build --locked --release --target $target --manifest-path rule/Cargo.toml --target-dir ../../../target/every-fact
cd ../../..
unset RUSTC RUSTC_BOOTSTRAP
MODULE=$PWD/target/every-fact/$target/release/every_fact.wasm \
    cargo test --locked --package keyreeve --test host -- --ignored the_component_of_the_frozen_rule
