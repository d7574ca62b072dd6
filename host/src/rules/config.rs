//! The one configuration of wasmtime, shared by build.rs, which compiles the built-in rules, and by the host, which
//! runs them: code for another configuration would be refused. Limits of a single call are in `limits`.

use wasmtime::{Config, OperatorCost};

/// Stack of a rule in bytes; deeper recursion traps.
const STACK: usize = 512 * 1024;

/// Fuel for a page of memory and for an element of a table that a rule asks for: growth costs the host work that the
/// price of a single instruction would not cover.
const GROWTH_PRICE: u8 = 255;

/// The configuration for a target triple. Naming the triple limits the code to the architecture's baseline, so that it
/// runs on every such machine and not only on those like the one that compiled it.
///
/// # Errors
/// If this build of wasmtime cannot compile for the triple.
pub(crate) fn config(target: &str) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config.target(target)?;
    // Fuel decides, since it is the same on every machine; epochs end work that fuel does not see.
    config.consume_fuel(true).operator_cost(prices()).epoch_interruption(true);
    config.max_wasm_stack(STACK);
    // So that findings are the same everywhere.
    config.cranelift_nan_canonicalization(true).relaxed_simd_deterministic(true);
    // No rule needs these, and each is an attack surface.
    config.wasm_memory64(false);
    Ok(config)
}

fn prices() -> OperatorCost {
    let mut prices = OperatorCost::new();
    prices.variable.memory_grow_per_page = GROWTH_PRICE;
    prices.variable.table_grow_per_element = GROWTH_PRICE;
    prices
}
