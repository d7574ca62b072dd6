//! The lines of keyreeve.toml that load a rule, to be appended to it. Not their writing: to approve a rule is a decision.

use keyreeve::digest::hex;
use keyreeve::rules::contract::Info;

/// The stanza of a rule, from a file or an address. An empty line stands before it, so that it can be appended to whatever the
/// file ends with.
pub(super) fn stanza(info: &Info, path: &str, sha256: &[u8; 32]) -> String {
    let path = toml::Value::String(path.to_owned());
    let (id, version, sha256) = (&info.id, &info.version, hex(sha256));
    format!("\n[rules.{id}]\npath = {path}\nversion = \"^{version}\"\nsha256 = \"{sha256}\"\n")
}
