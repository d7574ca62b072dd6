//! `keyreeve rule pull`: fetches rules from registries, those of the policy or a single one. Only it and `push` open
//! connections.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use keyreeve::kit::pin::Pin;
use keyreeve::policy::{Address, Policy};
use keyreeve::registry;
use keyreeve::registry::{Fetch, Manner};
use keyreeve::report::Exit;
use keyreeve::report::escape::visible_lines;
use keyreeve::rules::signature;
use keyreeve::rules::store::Store;
use keyreeve::whole;
use keyreeve_source::digest::sha256;

use crate::cli::PolicyArgument;
use crate::cli::output::{self, Terminal};
use crate::cli::setup::{self, Setup};

pub(super) const EXAMPLES: &str = "\
Examples:
  keyreeve rule pull             every oci:// rule of keyreeve.toml; writes keyreeve.lock
  keyreeve rule pull --locked    in CI: fails if keyreeve.lock would change
  keyreeve rule pull --vendor    also into .keyreeve/rules, for machines without a network
  keyreeve rule pull registry.example.org/rules/key-names:1.2.0 -o rules/key-names.wasm

Each component is verified against the digests of the registry, of keyreeve.toml and of
keyreeve.lock, loaded in the sandbox, and kept under its SHA-256. `keyreeve check` never fetches
anything.

Accounts are those that `docker login` or `podman login` has kept. HTTPS_PROXY and NO_PROXY are
honoured; for a certificate authority of your own let SSL_CERT_FILE name its certificate. Without
TLS only a registry on this machine is asked (localhost, 127.0.0.0/8), or any with --plain-http.";

/// Which rules, and where to.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Address of a single rule, as registry/name:tag. Without it, all that the policy names.
    #[arg(value_name = "REF", requires = "output")]
    reference: Option<String>,
    /// Where to write the single rule to.
    #[arg(long, short, value_name = "FILE", requires = "reference")]
    output: Option<PathBuf>,
    /// Fails if keyreeve.lock would change.
    #[arg(long, conflicts_with = "reference")]
    locked: bool,
    /// Also writes the components into .keyreeve/rules beside keyreeve.toml, to be committed.
    #[arg(long, conflicts_with = "reference")]
    vendor: bool,
    /// Goes without TLS, wherever the registry is: anybody on the way can then read your password.
    #[arg(long)]
    plain_http: bool,
    #[command(flatten)]
    policy: PolicyArgument,
}

impl Arguments {
    fn manner(&self) -> Manner {
        Manner { plain_http: self.plain_http, ..Manner::default() }
    }
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    match (&arguments.reference, &arguments.output) {
        (Some(reference), Some(file)) => one(reference, file, arguments.manner(), terminal),
        _ => all(arguments, terminal),
    }
}

fn one(reference: &str, file: &Path, manner: Manner, terminal: &Terminal) -> Result<Exit> {
    let address = Address::parse(reference).map_err(|error| anyhow!("{reference} is no address of a rule: {error}"))?;
    output::can_be_written(file)?;
    let pulled = registry::pull(&address, manner)?;
    let digest = sha256(&pulled.component);
    let engine = setup::engine()?;
    let rule = setup::loader(&engine, setup::cache(&setup::repository()))?.rule(
        &address.to_string(),
        &pulled.component,
        &digest,
    )?;
    let write = |path: &Path, bytes: &[u8]| {
        whole::write(path, bytes).map_err(|error| output::unwritten("component", path, error))
    };
    if let Some(signature) = &pulled.signature {
        write(&signature::beside(file), signature.as_bytes())?;
    }
    write(file, &pulled.component)?;
    terminal.note(&visible_lines(&format!("{address} is {}", pulled.manifest)));
    output::print(&visible_lines(&Pin::of(&rule.info, &file.to_string_lossy(), &digest).stanza()))?;
    Ok(Exit::Clean)
}

fn all(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let setup = Setup::new(&arguments.policy, ".".as_ref())?;
    let Some(path) = setup.policy.path() else {
        bail!("there is no keyreeve.toml here: name the policy with --policy, or one rule and a file: REF -o FILE");
    };
    // The lock file is ignored here, in order to find out what a tag stands for now.
    let policy = Policy::read(path)?;
    let engine = setup::engine()?;
    let loader = setup::loader(&engine, setup::cache(&setup::repository()))?;
    let store = Store::of_user().map_err(|cause| anyhow!("pulled rules cannot be kept: {cause}"))?;
    let Arguments { vendor, locked, .. } = *arguments;
    let manner = arguments.manner();
    let fetch = Fetch { policy: &policy, path, loader: &loader, store: &store, vendor, locked, manner };
    let fetched = fetch.run()?;
    for rule in &fetched {
        let state = if rule.is_new { "pulled" } else { "unchanged" };
        terminal
            .note(&visible_lines(&format!("{state} {} {} from {}", rule.id, rule.locked.version, rule.locked.address)));
    }
    if fetched.is_empty() {
        terminal.note(&visible_lines(&format!("{} names no rule in a registry", path.display())));
    }
    Ok(Exit::Clean)
}
