//! OCI registries: fetches components of rules from them and publishes components there. The only module that opens a
//! connection; what was fetched is kept by `rules::store`, and judged as any other file.

mod artifact;
mod auth;
mod client;
mod error;
mod fetch;
mod pull;
mod push;

pub use artifact::Named;
pub use error::{Reason, RegistryError};
pub use fetch::{Fetch, FetchError, Fetched};
pub use pull::{Pulled, pull};
pub use push::push;

use crate::policy::Address;

/// Runs the requests to one registry to their end, on this thread.
fn block_on<T>(address: &Address, work: impl Future<Output = Result<T, Reason>>) -> Result<T, RegistryError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Reason::Machine).and_then(|runtime| runtime.block_on(work));
    outcome.map_err(|reason| RegistryError { address: address.to_string(), reason })
}
