//! Documents that people write about keys: inventories. Not the keys themselves, which are key material.

pub mod inventory;
