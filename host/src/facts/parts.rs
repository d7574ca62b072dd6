//! Where the fields of a fact are stated, a map that takes no room while it is empty: most certificates and keys state nothing apart.
//! Not the fields themselves.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use crate::source::Location;

type Map = BTreeMap<(&'static str, Option<u32>), Location>;

static NONE: Map = Map::new();

/// Field and position, as in the contract's `part`, and the place.
#[derive(Debug, Clone, Default)]
pub struct Parts(Option<Box<Map>>);

impl Deref for Parts {
    type Target = Map;

    fn deref(&self) -> &Map {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for Parts {
    fn deref_mut(&mut self) -> &mut Map {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl From<Map> for Parts {
    fn from(map: Map) -> Self {
        Self((!map.is_empty()).then(|| Box::new(map)))
    }
}

impl FromIterator<((&'static str, Option<u32>), Location)> for Parts {
    fn from_iter<T: IntoIterator<Item = ((&'static str, Option<u32>), Location)>>(parts: T) -> Self {
        Map::from_iter(parts).into()
    }
}
