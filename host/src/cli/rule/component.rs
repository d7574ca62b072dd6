//! `keyreeve rule component`: turns a compiler's module into the component that keyreeve loads. The library does the
//! conversion.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use keyreeve::report::Exit;
use keyreeve::report::escape::visible_lines;
use keyreeve::rules::component::SIZE_LIMIT;
use keyreeve::rules::encode;
use keyreeve_source::digest::{hex, sha256};
use keyreeve_source::regular;

use crate::cli::output;

pub(super) const EXAMPLES: &str = "\
Examples:
  keyreeve rule component target/wasm32-unknown-unknown/release/our_names.wasm -o our-names.wasm
  keyreeve rule component core.wasm        writes core.component.wasm beside it

Rust and C need this. The tools of JavaScript and Python write components by themselves.";

/// Which module, and where to.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The module that the compiler has written.
    #[arg(value_name = "CORE.wasm")]
    module: PathBuf,
    /// The file to write. Default: beside the module, with the extension .component.wasm.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let module = &arguments.module;
    let output = arguments.output.clone().unwrap_or_else(|| module.with_extension("component.wasm"));
    output::can_be_written(&output)?;
    let bytes =
        regular::read(module, SIZE_LIMIT as u64).with_context(|| format!("{} cannot be read", module.display()))?;
    let component =
        encode::component(&bytes).with_context(|| format!("no rule can be made of {}", module.display()))?;
    write(&output, &component.bytes).map_err(|error| output::unwritten("component", &output, error))?;
    let kinds: Vec<&str> = component.declared.kinds.iter().map(|kind| kind.interface()).collect();
    output::print(&visible_lines(&format!(
        "wrote {}: {} bytes, sha256 {}, examines {}\n",
        output.display(),
        component.bytes.len(),
        hex(&sha256(&component.bytes)),
        kinds.join(", "),
    )))?;
    Ok(Exit::Clean)
}

/// Writes to a temporary file beside it and renames that, so that no half-written file ever has its name.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    // The same permissions as any new file: those that the umask leaves.
    builder.permissions(<std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
