//! The JSON Schema of keyreeve.toml, for editors. Not what loads it: the loader says more than a schema
//! can (globs, dates of the calendar, rules that exist), and a test holds the two together.
#![allow(dead_code, reason = "no value of these types is made: only their schema is used")]

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// The schema (JSON Schema, draft 2020-12).
pub fn schema() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(without_null));
    settings.into_generator().into_root_schema_for::<Document>().to_value()
}

/// TOML has no null: a key that may be missing is missing.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [only] = &choices[..]
            && let Value::Object(only) = only.clone()
        {
            object.remove("anyOf");
            object.extend(only);
        }
    }
}

/// The policy file of keyreeve. `keyreeve explain RULE` shows what a rule asks for and its settings.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "keyreeve.toml")]
struct Document {
    /// Lowest severity that fails a run; `never` lets every run pass. Default: medium.
    fail_on: Option<Threshold>,
    /// Whose signatures of rules are trusted: names, each with the public key of their minisign key pair.
    #[schemars(extend("additionalProperties" = {"type": "string", "pattern": "^RW[A-Za-z0-9+/]{54}$"}))]
    trust: Option<BTreeMap<String, String>>,
    /// What is said of rules, by their ids.
    #[schemars(extend("propertyNames" = {"pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "not": {"const": "problem"}}))]
    rules: Option<BTreeMap<String, RuleTable>>,
    /// Circumstances by path. Of two scopes that state the same circumstance of a file the later one holds.
    scopes: Option<Vec<ScopeTable>>,
    /// What management has accepted, and findings that are wrong. The first that matches holds.
    exceptions: Option<Vec<ExceptionTable>>,
}

/// A severity, or `never`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum Threshold {
    Low,
    Medium,
    High,
    Critical,
    Never,
}

/// How serious a violation is.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[schemars(rename = "Severity")]
enum SeverityName {
    Low,
    Medium,
    High,
    Critical,
}

/// What is said of one rule.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Rule", extend(
    "dependentRequired" = {"sha256": ["path"], "version": ["path"], "signed-by": ["path"]},
    "if" = {"required": ["path"], "properties": {"path": {"not": {"pattern": "^oci://"}}}},
    "then" = {"required": ["sha256"]}))]
struct RuleTable {
    /// Whether the rule runs. Default: true.
    enabled: Option<bool>,
    /// The severity of all its violations, whatever the rule says.
    severity: Option<SeverityName>,
    /// The component of a rule of one's own: a file, relative to the policy file, or an address in a registry, such as
    /// oci://registry.example.org/rules/key-names:1.2.0, whose digest may stand in keyreeve.lock.
    #[schemars(regex(pattern = r"\S"))]
    path: Option<String>,
    /// The versions of the rule that are accepted, such as ^1.2, as Cargo writes ranges. Default: any.
    #[schemars(regex(pattern = r"\S"))]
    version: Option<String>,
    /// SHA-256 that the component must have.
    #[schemars(regex(pattern = "^[0-9a-fA-F]{64}$"))]
    sha256: Option<String>,
    /// Who must have signed the component: a name of `trust`. The signature lies beside it, as FILE.minisig.
    #[schemars(regex(pattern = r"\S"))]
    signed_by: Option<String>,
    /// The rule's own settings.
    settings: Option<BTreeMap<String, SettingValue>>,
}

/// The value of a setting; a length of time is a number of days, `90` or `"90d"`.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum SettingValue {
    Boolean(bool),
    Integer(i64),
    Text(String),
    Texts(Vec<String>),
}

/// What is so in some files.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Scope", extend("anyOf" = [
    {"required": ["environment"]}, {"required": ["holder"]}, {"required": ["network"]},
    {"required": ["data"]}, {"required": ["purpose"]}]))]
struct ScopeTable {
    /// Globs over paths relative to the policy file's folder. `*` stays within one folder, `**` crosses folders.
    #[schemars(length(min = 1), inner(regex(pattern = r"\S")))]
    paths: Vec<String>,
    /// Globs over paths that the scope leaves out.
    #[schemars(length(min = 1), inner(regex(pattern = r"\S")))]
    exclude: Option<Vec<String>>,
    /// Which environment the files belong to.
    environment: Option<EnvironmentName>,
    /// Who uses the keys: several people or services, or one person.
    holder: Option<HolderName>,
    /// What connections cross.
    network: Option<NetworkName>,
    /// What is protected.
    data: Option<DataName>,
    /// What the files are for: in use, test data, or certificates of others.
    purpose: Option<PurposeName>,
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident as $shown:literal: $($value:ident),+;)+) => {$(
        $(#[$doc])*
        #[derive(JsonSchema)]
        #[schemars(rename_all = "kebab-case")]
        #[schemars(rename = $shown)]
                enum $name { $($value),+ }
    )+};
}

names! {
    /// Which environment files belong to.
    EnvironmentName as "Environment": Production, Staging, Test;
    /// Who uses a key.
    HolderName as "Holder": Shared, Personal;
    /// What connections cross.
    NetworkName as "Network": Untrusted, Trusted;
    /// What is protected.
    DataName as "Data": Sensitive, Other;
    /// What files are for.
    PurposeName as "Purpose": Live, Fixture, TrustStore;
}

/// An exception.
#[derive(JsonSchema)]
#[schemars(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Exception")]
enum ExceptionTable {
    /// Management accepts a violation for a time, with an alternative solution.
    #[schemars(extend("oneOf" = [{"required": ["path"]}, {"required": ["fingerprint"]}],
        "if" = {"properties": {"rule": {"const": "problem"}}}, "then" = {"required": ["path"]}))]
    Accepted {
        /// The rule; `problem` for problems of files, such as one that cannot be parsed.
        #[schemars(regex(pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"))]
        rule: String,
        /// Glob over paths relative to the policy file's folder.
        #[schemars(regex(pattern = r"\S"))]
        path: Option<String>,
        /// The fingerprint of one finding.
        #[schemars(regex(pattern = "^v1:[0-9a-f]{32}$"))]
        fingerprint: Option<String>,
        /// Why the violation is there.
        #[schemars(regex(pattern = r"\S"))]
        reason: String,
        /// Who in management approved it.
        #[schemars(regex(pattern = r"\S"))]
        approved_by: String,
        /// The alternative solution.
        #[schemars(regex(pattern = r"\S"))]
        alternative: String,
        /// Last day on which it covers.
        #[schemars(extend("format" = "date"))]
        expires: String,
    },
    /// The finding is wrong.
    FalsePositive {
        /// The rule.
        #[schemars(regex(pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), extend("not" = {"const": "problem"}))]
        rule: String,
        /// The fingerprint of the finding.
        #[schemars(regex(pattern = "^v1:[0-9a-f]{32}$"))]
        fingerprint: String,
        /// Why it is wrong.
        #[schemars(regex(pattern = r"\S"))]
        reason: String,
        /// Who answers for that.
        #[schemars(regex(pattern = r"\S"))]
        owner: String,
        /// Last day on which it covers.
        #[schemars(extend("format" = "date"))]
        expires: Option<String>,
    },
}
