//! `keyreeve rule push`: publishes a rule in a registry, after loading it as any host would. It does not build the
//! rule.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, ensure};
use keyreeve::kit::pin::Pin;
use keyreeve::policy::Address;
use keyreeve::registry;
use keyreeve::registry::{Manner, Named};
use keyreeve::report::Exit;
use keyreeve::report::escape::visible_lines;
use keyreeve::rules::built_in::BUILT_IN;
use keyreeve::rules::{load, signature};
use keyreeve_source::digest::sha256;

use crate::cli::output::{self, Terminal};
use crate::cli::setup;

pub(super) const EXAMPLES: &str = "\
Examples:
  keyreeve rule push rules/key-names.wasm registry.example.org/rules/key-names:1.2.0
  keyreeve rule push key-names.wasm localhost:5000/key-names:1.2.0 >> keyreeve.toml

The rule is loaded first, and one that would be refused is not published. A signature beside it
(FILE.minisig) is published with it. The same file gives the same digest, whoever pushes it.

Accounts are those that `docker login` or `podman login` has kept; see `keyreeve rule pull --help`
for proxies, certificates and registries without TLS.";

/// Which file, and where to.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The component.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where to, as registry/name:tag. Use a tag that names the version, and never move it.
    #[arg(value_name = "REF")]
    reference: String,
    /// Goes without TLS, wherever the registry is: anybody on the way can then read your password.
    #[arg(long)]
    plain_http: bool,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let (file, reference) = (&arguments.file, &arguments.reference);
    let address = Address::parse(reference).map_err(|error| anyhow!("{reference} is no address of a rule: {error}"))?;
    let component = load::read(file)?;
    let digest = sha256(&component);
    let engine = setup::engine()?;
    let rule = setup::loader(&engine, setup::cache(&setup::repository()))?.rule(
        &file.to_string_lossy(),
        &component,
        &digest,
    )?;
    let id = &rule.info.id;
    ensure!(
        BUILT_IN.iter().all(|rule| rule.id != id),
        "{id} is the id of a built-in rule: give the rule an id of its own"
    );
    let signature =
        signature::published(file).with_context(|| format!("the signature of {} cannot be read", file.display()))?;
    let named = Named { id, version: &rule.info.version, signature: signature.as_deref() };
    let manner = Manner { plain_http: arguments.plain_http, ..Manner::default() };
    let manifest = registry::push(&address, &component, named, manner)?;
    terminal.note(&visible_lines(&format!("published {address}, which is {manifest}")));
    output::print(&visible_lines(&Pin::of(&rule.info, &address.to_string(), &digest).stanza()))?;
    Ok(Exit::Clean)
}
