//! Loads keyreeve.toml: from bytes to a policy, or to everything that is wrong with them. The check against existing
//! rules is not here but in `settings`, once the rules are known.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use keyreeve_contract::Severity;
use keyreeve_source::digest::{hex, sha256};
use keyreeve_source::{Source, Span};
use minisign_verify::PublicKey;
use semver::VersionReq;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::address::{Address, SCHEME, digest};
use super::error::{Fault, Faults, nearest, printable, quoted};
use super::exceptions;
use super::exceptions::misnamed;
use super::fields::{Fields, kind, span_of};
use super::scopes;
use super::settings::RawSetting;
use super::{Component, Policy, PolicyError, RulePolicy, SIZE_LIMIT, Signer};

/// The keys of the file itself.
pub(super) const KEYS: [&str; 5] = ["fail-on", "trust", "rules", "scopes", "exceptions"];
/// The keys of a rule.
pub(super) const RULE_KEYS: [&str; 7] = ["enabled", "severity", "path", "version", "sha256", "signed-by", "settings"];

/// The name under which `fail-on` lets every run pass.
const NEVER: &str = "never";

/// The most rules in a policy: each custom rule is compiled and called.
const MOST_RULES: usize = 256;

/// The most globs in a policy: each is compiled to a regular expression of some 10 KiB.
const MOST_GLOBS: usize = 10_000;

/// See [`Policy::load`].
pub(super) fn policy(path: &Path, bytes: &[u8]) -> Result<Policy, PolicyError> {
    let content = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let name = path.to_string_lossy().into_owned();
    let source = Arc::new(Source::new(name, Some(path.to_owned()), &content[..content.len().min(SIZE_LIMIT)]));
    if content.len() > SIZE_LIMIT {
        let message = format!("the policy file is larger than {} KiB", SIZE_LIMIT / 1024);
        return Err(Faults::error(&source, vec![Fault::new(Span::default(), message)]));
    }
    let text = std::str::from_utf8(content);
    let text = text.map_err(|error| Faults::error(&source, vec![not_utf8(content, error)]))?;
    let (document, errors) = DeTable::parse_recoverable(text);
    let syntax = errors.iter().map(|error| {
        let range = error.span().unwrap_or(content.len()..content.len());
        Fault::new(Span::new(range.start, range.end.max(range.start)), printable(error.message()))
    });
    Faults::none(&source, syntax.collect())?;
    let too_many = too_many_globs(document.get_ref()).or_else(|| too_many_rules(document.get_ref()));
    Faults::none(&source, Vec::from_iter(too_many))?;
    let mut faults = Vec::new();
    let mut policy = read(document.get_ref(), &mut faults);
    Faults::none(&source, faults)?;
    policy.path = Some(path.to_owned());
    policy.sha256 = hex(&sha256(bytes));
    policy.source = source;
    Ok(policy)
}

fn not_utf8(content: &[u8], error: std::str::Utf8Error) -> Fault {
    let at = error.valid_up_to();
    let fault = Fault::new(Span::new(at, at + 1), "the policy file is not UTF-8");
    match content {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => fault.hint("it begins like UTF-16; save it as UTF-8"),
        _ => fault.hint("save it as UTF-8"),
    }
}

/// The first glob beyond the limit, whatever else is wrong with it.
fn too_many_globs(document: &DeTable<'_>) -> Option<Fault> {
    let tables = |key| document.get(key).and_then(|value| value.get_ref().as_array()).into_iter().flatten();
    let values = |key| tables(key).filter_map(|table| table.get_ref().as_table()).flatten();
    let scopes = values("scopes").filter_map(|(_, value)| value.get_ref().as_array()).flatten();
    let exceptions = values("exceptions").filter(|(key, _)| key.get_ref() == "path").map(|(_, value)| value);
    let excess = scopes.chain(exceptions).nth(MOST_GLOBS)?;
    Some(Fault::new(span_of(excess), format!("the policy has more than {MOST_GLOBS} globs")))
}

/// The first rule beyond the limit.
fn too_many_rules(document: &DeTable<'_>) -> Option<Fault> {
    let (id, _) = document.get("rules")?.get_ref().as_table()?.iter().nth(MOST_RULES)?;
    Some(Fault::new(span_of(id), format!("the policy names more than {MOST_RULES} rules")))
}

/// Reads everything that is valid; the rest is added to the faults.
fn read(document: &DeTable<'_>, faults: &mut Vec<Fault>) -> Policy {
    const WHAT: &str = "the policy file";
    let mut fields = Fields::new(document, Span::default(), WHAT, faults).only(WHAT, &KEYS);
    let mut policy = Policy::built_in();
    if let Some(fail_on) = fields.choice("fail-on", &thresholds()) {
        policy.fail_on = fail_on;
        policy.fail_on_span = fields.value("fail-on").map(span_of);
    }
    let trust = trust(&mut fields);
    policy.rules = rules(&mut fields, &trust);
    policy.scopes = list(&mut fields, "scopes", scopes::read);
    policy.exceptions = list(&mut fields, "exceptions", exceptions::read);
    policy
}

/// The severities, and `never`.
fn thresholds() -> Vec<(&'static str, Option<Severity>)> {
    let severities = severities().into_iter().map(|(name, severity)| (name, Some(severity)));
    severities.chain([(NEVER, None)]).collect()
}

fn severities() -> [(&'static str, Severity); 4] {
    Severity::ALL.map(|severity| (severity.name(), severity))
}

/// Reads `[[key]]`, each table with `item`.
fn list<T>(
    fields: &mut Fields<'_, '_>,
    key: &str,
    item: fn(&Spanned<DeValue<'_>>, &mut Vec<Fault>) -> Option<T>,
) -> Vec<T> {
    let Some(value) = fields.value(key) else { return Vec::new() };
    let Some(items) = value.get_ref().as_array() else {
        let fault =
            Fault::new(span_of(value), format!("`{key}` must be a list of tables, not {}", kind(value.get_ref())));
        fields.faults.push(fault.hint(format!("each begins with [[{key}]]")));
        return Vec::new();
    };
    items.iter().filter_map(|value| item(value, fields.faults)).collect()
}

/// Reads `[trust]`: names and the minisign public keys that they stand for.
fn trust(fields: &mut Fields<'_, '_>) -> Vec<Signer> {
    let Some(value) = fields.value("trust") else { return Vec::new() };
    let Some(mut names) = Fields::of(value, "`trust`", fields.faults) else { return Vec::new() };
    let mut signers = Vec::new();
    for name in names.keys() {
        let Some((text, span)) = names.text(name) else { continue };
        match PublicKey::from_base64(text) {
            Ok(key) => signers.push(Signer { name: name.to_owned(), key }),
            Err(_) => {
                let fault =
                    Fault::new(span, format!("`{}` is not the public key of a minisign key pair", quoted(name)));
                names.faults.push(fault.hint("it is the last line of minisign.pub, and begins with RW"));
            }
        }
    }
    signers
}

fn rules(fields: &mut Fields<'_, '_>, trust: &[Signer]) -> BTreeMap<String, RulePolicy> {
    let Some(value) = fields.value("rules") else { return BTreeMap::new() };
    let Some(table) = value.get_ref().as_table() else {
        return fields.wrong("rules", value, "a table of rules").unwrap_or_default();
    };
    let mut rules = BTreeMap::new();
    for (id, value) in table {
        let span = span_of(id);
        let id = id.get_ref().as_ref();
        fields.faults.extend(misnamed(id, span));
        if let Some(rule) = rule(value, span, trust, fields.faults) {
            rules.insert(id.to_owned(), rule);
        }
    }
    rules
}

fn rule(value: &Spanned<DeValue<'_>>, span: Span, trust: &[Signer], faults: &mut Vec<Fault>) -> Option<RulePolicy> {
    let mut fields = Fields::of(value, "a rule", faults)?.only("a rule", &RULE_KEYS);
    let enabled = fields.boolean("enabled").unwrap_or(true);
    let severity = fields.choice("severity", &severities());
    let component = component(&mut fields, trust);
    let settings = settings(&mut fields);
    Some(RulePolicy { enabled, severity, component, settings, span })
}

fn component(fields: &mut Fields<'_, '_>, trust: &[Signer]) -> Option<Component> {
    let path = fields.text("path");
    let sha256 = fields.text("sha256");
    let address = path.and_then(|(path, span)| address(path, span, fields.faults));
    let is_remote = path.is_some_and(|(path, _)| path.starts_with(SCHEME));
    if let Some((path, span)) = path.filter(|_| !is_remote && !fields.has("sha256")) {
        let fault = Fault::new(span, "a rule that is loaded from a file needs `sha256`");
        fields.faults.push(fault.hint(format!("`keyreeve rule pin {}` prints it", quoted(path))));
    }
    for key in ["sha256", "version", "signed-by"] {
        if let Some(value) = fields.value(key).filter(|_| !fields.has("path")) {
            let message = format!("`{key}` belongs to a rule that is loaded from a file by `path`");
            fields.faults.push(Fault::new(span_of(value), message));
        }
    }
    let digest = sha256.and_then(|(text, span)| {
        let digest = digest(text);
        if digest.is_none() {
            fields.faults.push(Fault::new(span, "`sha256` must be 64 hexadecimal digits"));
        }
        digest
    });
    let version = version(fields);
    let signer = signer(fields, trust);
    Some(Component { path: path?.0.to_owned(), address, sha256: digest, version, signer })
}

/// The address of a component in a registry.
fn address(path: &str, span: Span, faults: &mut Vec<Fault>) -> Option<Address> {
    path.starts_with(SCHEME).then(|| Address::parse(path)).transpose().unwrap_or_else(|error| {
        let fault =
            Fault::new(span, format!("`{}` is no address of a rule: {}", quoted(path), printable(&error.to_string())));
        faults.push(fault.hint("such as oci://registry.example.org/rules/key-names:1.2.0"));
        None
    })
}

fn version(fields: &mut Fields<'_, '_>) -> Option<VersionReq> {
    let (text, span) = fields.text("version")?;
    let version = VersionReq::parse(text);
    version
        .map_err(|error| {
            let fault =
                Fault::new(span, format!("`version` is no range of versions: {}", printable(&error.to_string())));
            fields.faults.push(fault.hint("such as \"^1.2\", which is 1.2.0 or newer, and older than 2.0.0"));
        })
        .ok()
}

fn signer(fields: &mut Fields<'_, '_>, trust: &[Signer]) -> Option<Signer> {
    let (name, span) = fields.text("signed-by")?;
    let signer = trust.iter().find(|signer| signer.name == name);
    if signer.is_none() {
        let fault = Fault::new(span, format!("`{}` is not in [trust]", quoted(name)));
        let names = trust.iter().map(|signer| signer.name.as_str());
        fields.faults.push(match trust.is_empty() {
            true => fault.hint("[trust] names people or teams, each with the public key of their minisign key pair"),
            false => fault.hint(nearest(name, names)),
        });
    }
    signer.cloned()
}

fn settings(fields: &mut Fields<'_, '_>) -> BTreeMap<String, RawSetting> {
    let Some(value) = fields.value("settings") else { return BTreeMap::new() };
    let Some(table) = value.get_ref().as_table() else {
        return fields.wrong("settings", value, "a table of settings").unwrap_or_default();
    };
    let mut settings = BTreeMap::new();
    for (name, value) in table {
        match RawSetting::read(name, value) {
            Ok(setting) => {
                settings.insert(name.get_ref().to_string(), setting);
            }
            Err(fault) => fields.faults.push(fault),
        }
    }
    settings
}
