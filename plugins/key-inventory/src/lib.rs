//! The rule `key-inventory` (S8): shared and production keys are in an inventory, and its entries are complete. How old
//! the keys are is judged by `rotation-age`.

use keyreeve_rule::date::{DAY, date};
use keyreeve_rule::{
    About, Context, Environment, Fact, Findings, Holder, InventoryEntry, Judge, Key, Role, Rule, Scan, Severity,
};

keyreeve_rule::rule!(KeyInventory: inventory, keys);

/// What keyreeve.toml can change.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// The fields that an entry must have: of creator, service, created, last-rotated and owner.
    #[setting(default = FIELDS.map(|(field, _)| field.to_owned()).to_vec())]
    pub required: Vec<String>,
    /// Whether a live private key that is shared or in production must be named by an entry.
    #[setting(default = true)]
    pub judge_keys: bool,
}

/// Fields of an entry and what the policy calls them.
const FIELDS: [(&str, &str); 5] = [
    ("creator", "key creator"),
    ("service", "service description"),
    ("created", "creation date"),
    ("last-rotated", "last rotated date"),
    ("owner", "current key owner"),
];

/// The rule with its settings.
pub struct KeyInventory {
    required: Vec<(&'static str, &'static str)>,
    judge_keys: bool,
}

impl Rule for KeyInventory {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "shared and production keys are in a complete inventory",
        statement: "S8",
        rationale: "A key that nobody has written down is not rotated, is not revoked when its owner leaves, and is missed when it \
            leaks. The policy wants of each shared or production access token the key creator, a description of the service, \
            the creation date, the date of the last rotation and the current owner. NIST SP 800-57 part 2 revision 1 describes such \
            inventories.",
        severity: Severity::Medium,
        reads: &[
            "inventory.creator",
            "inventory.service",
            "inventory.created",
            "inventory.last-rotated",
            "inventory.owner",
            "keys.inventoried",
        ],
        remedy: "complete the entry",
        bad_example: "# key-inventory.yaml\n\
            - id: billing-api\n  \
            owner: Grace Example",
        good_example: "# key-inventory.yaml\n\
            - id: billing-api\n  \
            creator: Ada Example\n  \
            service: invoices to the billing provider\n  \
            created: 2025-11-23\n  \
            last-rotated: 2026-11-13\n  \
            owner: Grace Example",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::Medium, "an entry lacks a required field, or no entry names a key that is shared or in production"),
        (Severity::Low, "a date of an entry cannot be: it is yet to come, or the key was rotated before it was made"),
    ];

    fn new(settings: Settings) -> Result<Self, String> {
        let known = |name: &String| FIELDS.into_iter().find(|(field, _)| field == name);
        let required = settings.required.iter().map(known).collect::<Option<_>>().ok_or_else(|| {
            String::from(
                "the setting required must name fields out of creator, service, created, last-rotated and owner",
            )
        })?;
        Ok(Self { required, judge_keys: settings.judge_keys })
    }
}

impl Judge<InventoryEntry> for KeyInventory {
    fn judge(&self, entry: &InventoryEntry, scan: &Scan, findings: &mut Findings) {
        if !entry.context.is_live() {
            return;
        }
        if is_meant(&entry.context) {
            self.judge_completeness(entry, findings);
        }
        judge_dates(entry, scan, findings);
    }
}

impl Judge<Key> for KeyInventory {
    fn judge(&self, key: &Key, _: &Scan, findings: &mut Findings) {
        let context = &key.context;
        let meant = context.environment == Environment::Production || context.holder == Holder::Shared;
        if !self.judge_keys || !meant || key.role != Role::Private || !context.is_live() || key.inventoried {
            return;
        }
        if key.unknown("inventoried").is_none() {
            let why = if context.environment == Environment::Production { "is in production" } else { "is shared" };
            findings
                .violation(format!("the private key {why}, and no entry of a key inventory names it"))
                .remedy("add an entry with the key's fingerprint or path to the key inventory")
                .at("inventoried");
        }
    }
}

impl KeyInventory {
    /// Adds one finding for all missing fields, since one entry lacks them.
    fn judge_completeness(&self, entry: &InventoryEntry, findings: &mut Findings) {
        let lacks = |field: &str| is_missing(entry, field) && entry.unknown(field).is_none();
        if !self.required.iter().any(|(field, _)| lacks(field)) {
            return;
        }
        let missing: Vec<_> = self.required.iter().filter(|(field, _)| lacks(field)).collect();
        let names: Vec<&str> = missing.iter().map(|(_, name)| *name).collect();
        let mut finding = findings.violation(["the inventory entry has no ", &names.join(", no ")].concat());
        for (nth, (field, _)) in missing.into_iter().enumerate() {
            finding = if nth == 0 { finding.at(field) } else { finding.related(field) };
        }
    }
}

/// Whether the policy requires the entry: it does, except for a person's own keys outside of production.
fn is_meant(context: &Context) -> bool {
    context.environment == Environment::Production || context.holder != Holder::Personal
}

fn is_missing(entry: &InventoryEntry, field: &str) -> bool {
    match field {
        "creator" => entry.creator.trim().is_empty(),
        "service" => entry.service.trim().is_empty(),
        "created" => entry.created.is_none(),
        "last-rotated" => entry.last_rotated.is_none(),
        _ => entry.owner.trim().is_empty(),
    }
}

/// Reports dates that cannot be right: after the scan's day, or a rotation before the key was made. Only days are
/// compared, since an inventory seldom states more.
fn judge_dates(entry: &InventoryEntry, scan: &Scan, findings: &mut Findings) {
    let dates = [("created", "created", entry.created), ("last-rotated", "last rotated", entry.last_rotated)];
    for (field, what, stated) in dates {
        if let Some(stated) = stated.filter(|stated| day(*stated) > day(scan.as_of)) {
            impossible(findings, format!("the key was {what} on {}, which is yet to come", date(stated)), field);
        }
    }
    if let (Some(created), Some(rotated)) = (entry.created, entry.last_rotated)
        && day(rotated) < day(created)
    {
        let message =
            format!("the key was last rotated on {}, before it was created on {}", date(rotated), date(created));
        impossible(findings, message, "last-rotated");
    }
}

fn impossible(findings: &mut Findings, message: String, field: &str) {
    findings.violation(message).severity(Severity::Low).remedy("correct the date").at(field);
}

fn day(timestamp: i64) -> i64 {
    timestamp.div_euclid(DAY)
}

#[cfg(test)]
mod tests;
