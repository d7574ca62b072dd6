//! The one configuration of wasmtime, shared by build.rs, which compiles the built-in rules, and by the host, which
//! runs them: code of another configuration would be refused. No limits of a single call here: see `limits`.

use wasmtime::{Config, OperatorCost};

/// Stack of a rule in bytes; deeper recursion traps.
const STACK: usize = 512 * 1024;

/// Fuel for a page of memory and for an element of a table that a rule asks for: growth costs the host work
/// that a single instruction's price would not show.
const GROWTH_PRICE: u8 = 255;

/// The configuration for a target triple. Naming the triple keeps the code to the architecture's baseline, so that it
/// runs on every such machine and not only on ones like the machine that compiled it.
///
/// # Errors
/// When this build of wasmtime cannot compile for the triple.
pub(crate) fn config(target: &str) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config.target(target)?;
    // Fuel decides, since it is the same on every machine; epochs catch work that fuel does not see.
    config.consume_fuel(true).operator_cost(prices()).epoch_interruption(true);
    config.max_wasm_stack(STACK);
    // The same findings everywhere.
    config.cranelift_nan_canonicalization(true).relaxed_simd_deterministic(true);
    // Nothing a rule needs, and each its own attack surface.
    config.wasm_memory64(false);
    Ok(config)
}

fn prices() -> OperatorCost {
    let mut prices = OperatorCost::new();
    prices.variable.memory_grow_per_page = GROWTH_PRICE;
    prices.variable.table_grow_per_element = GROWTH_PRICE;
    prices
}
