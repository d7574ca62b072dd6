//! OCI registries: fetches components of rules from them and publishes components there. No other module opens a
//! connection. `rules::store` stores what was fetched, and it is judged like any other file.

mod artifact;
mod auth;
mod client;
mod error;
mod fetch;
mod manner;
mod patience;
mod pull;
mod push;
mod route;
mod said;

pub use artifact::Named;
pub use error::{Reason, RegistryError};
pub use fetch::{Fetch, FetchError, Fetched};
pub use manner::Manner;
pub use patience::Patience;
pub use pull::{Pulled, pull};
pub use push::push;
pub use said::Said;
