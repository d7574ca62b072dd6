//! How a registry is asked: with or without TLS, with which timeouts, and on which thread. Not what it is asked.

use super::error::{Reason, RegistryError};
use super::patience::Patience;
use crate::policy::Address;

/// How a registry is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Whether a registry on another machine may be asked without TLS.
    pub plain_http: bool,
    /// How long it is waited for.
    pub patience: Patience,
}

/// Runs the requests to one registry to completion, on this thread.
pub(super) fn block_on<T>(
    address: &Address,
    work: impl Future<Output = Result<T, Reason>>,
) -> Result<T, RegistryError> {
    let failed = |reason| RegistryError { address: address.to_string(), reason };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(Reason::Machine(error)))?;
    let outcome = runtime.block_on(work);
    // The system may still be looking up a name, for which nobody waits any more.
    runtime.shutdown_background();
    outcome.map_err(failed)
}
