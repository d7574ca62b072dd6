//! Documents that people write about keys: inventories. Not the keys themselves, which are key material.

pub mod inventory;

/// The formats of this crate.
pub static FORMATS: &[&dyn keyreeve_facts::AnyFormat] = keyreeve_facts::formats![inventory::Inventory];
