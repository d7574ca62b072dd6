//! The rule `rotation-age` (S9, S10): keys rotate in time. Whether they are in the inventory that records their
//! rotation is judged by `key-inventory`.

use keyreeve_rule::date::{date, whole_days};
use keyreeve_rule::{
    About, Certificate, Context, Data, Days, EncryptedItem, Environment, Fact, Findings, Holder, InventoryEntry, Judge,
    Key, Role, Rule, Scan, Severity,
};

keyreeve_rule::rule!(RotationAge: certificates, encrypted_data, inventory, keys);

/// What keyreeve.toml can change.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// Greatest age of a key with access to production or to sensitive data (S9).
    #[setting(default = Days(90))]
    pub production_maximum: Days,
    /// Greatest age of a personal key with access to staging or test (S10).
    #[setting(default = Days(365))]
    pub personal_maximum: Days,
    /// Whether a certificate that is valid for longer than its key may be used is reported before that time has come.
    #[setting(default = true)]
    pub judge_lifetime: bool,
    /// How long before its end a certificate is reported as about to expire; one that lives less than three times as
    /// long in the last third of its life. 0: never.
    #[setting(default = Days(14))]
    pub expiry_notice: Days,
    /// A certificate that is valid for longer than this is reported in every environment: nobody plans that far.
    #[setting(default = Days(3653))]
    pub absurd_lifetime: Days,
}

/// The rule with its settings.
pub struct RotationAge {
    settings: Settings,
}

/// How old a key may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    /// The policy sets no limit.
    None,
    /// It depends on the environment, which is unknown.
    Undetermined,
    /// So many days, and whose keys those are.
    At(Days, Whose),
}

/// Whose keys a limit is for, in words and by the statement that sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Whose {
    words: &'static str,
    statement: &'static str,
}

const PRODUCTION: Whose = Whose { words: "the key with access to production", statement: "S9" };
const SENSITIVE: Whose = Whose { words: "the key with access to sensitive data", statement: "S9" };
const PERSONAL: Whose = Whose { words: "the personal key with access to staging or test", statement: "S10" };

impl Rule for RotationAge {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "keys rotate in time",
        statement: "S9 S10",
        rationale: "The longer a key is used, the more it protects, the more copies of it exist, and the longer one that leaked unnoticed \
            can be used. The policy has keys with access to production or to customers' confidential data rotate at least every 90 days \
            (S9), personal keys with access to staging or test at least once a year (S10). The CA/Browser Forum shortens the lifetime of \
            public certificates to 200 days in 2026, 100 in 2027 and 47 in 2029. Without an inventory that says when it was rotated, a \
            certificate's key counts from notBefore, any other from the date that its own format states. A certificate that ends before it \
            begins is never valid; one that ends soon and was not renewed in the first two thirds of its life, when automatic renewal \
            does it, is about to be forgotten. Ages are in whole days.",
        severity: Severity::Medium,
        reads: &[
            "certificates.not-before",
            "certificates.not-after",
            "certificates.last-rotated",
            "encrypted-data.attributes.contents",
            "encrypted-data.key-created",
            "inventory.created",
            "inventory.last-rotated",
            "keys.last-rotated",
        ],
        remedy: "make a new key, put it to use, revoke the old one, and note the date in the inventory",
        bad_example: "# key-inventory.yaml, judged on 2026-11-23\n\
            - id: billing-api\n  \
            created: 2024-11-23\n  \
            last-rotated: 2026-06-01\n  \
            environment: production",
        good_example: "# key-inventory.yaml, judged on 2026-11-23\n\
            - id: billing-api\n  \
            created: 2024-11-23\n  \
            last-rotated: 2026-11-13\n  \
            environment: production",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::Medium, "a key is older than its maximum"),
        (
            Severity::Low,
            "a certificate or key has expired; a certificate will soon expire, begins later, ends before it begins, or is valid for longer than its key may be used",
        ),
    ];

    const UNDETERMINED: &str = "no environment is known, or an inventory entry has no date at all";

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { settings })
    }
}

impl Judge<Certificate> for RotationAge {
    fn judge(&self, certificate: &Certificate, scan: &Scan, findings: &mut Findings) {
        if certificate.authority || self.judge_sense(certificate, findings) {
            return;
        }
        let Some((limit, whose)) = self.limit(&certificate.context, findings) else { return };
        let rotated = certificate.last_rotated.filter(|rotated| *rotated <= scan.as_of);
        let (since, field) = match rotated {
            Some(rotated) => (rotated, "last-rotated"),
            None => (certificate.not_before, "not-before"),
        };
        if certificate.unknown(field).is_some() || certificate.unknown("last-rotated").is_some() {
            return;
        }
        let too_old = report_age(since, field, limit, whose, scan, findings);
        if !too_old && certificate.unknown("not-after").is_none() {
            self.judge_end(certificate, since, (limit, whose), scan, findings);
        }
    }
}

impl Judge<InventoryEntry> for RotationAge {
    fn judge(&self, entry: &InventoryEntry, scan: &Scan, findings: &mut Findings) {
        let Some((limit, whose)) = self.limit(&entry.context, findings) else { return };
        if entry.unknown("last-rotated").is_some() {
            return;
        }
        match (entry.last_rotated, entry.created) {
            (Some(rotated), _) => _ = report_age(rotated, "last-rotated", limit, whose, scan, findings),
            (None, Some(created)) => _ = report_age(created, "created", limit, whose, scan, findings),
            (None, None) if entry.unknown("created").is_some() => {}
            (None, None) => {
                findings
                    .undetermined("the inventory entry has neither a last rotated date nor a creation date")
                    .remedy("note in the entry when the key was created and last rotated")
                    .at("last-rotated");
            }
        }
    }
}

impl Judge<Key> for RotationAge {
    /// A key is judged only if the inventory records its rotation, or its own format has a date. The public half of a
    /// key that is elsewhere is not judged.
    fn judge(&self, key: &Key, scan: &Scan, findings: &mut Findings) {
        let (created, expires) = (stated(key, "created"), stated(key, "expires"));
        let since = match (key.last_rotated, created) {
            (Some(rotated), _) => Some((rotated, "last-rotated")),
            (None, Some(created)) => Some((created, "attributes.created")),
            (None, None) => None,
        };
        if key.role != Role::Private || since.is_none() && expires.is_none() || key.unknown("last-rotated").is_some() {
            return;
        }
        let Some((limit, whose)) = self.limit(&key.context, findings) else { return };
        let too_old = since.is_some_and(|(since, field)| report_age(since, field, limit, whose, scan, findings));
        if let Some(end) = expires.filter(|end| !too_old && *end < scan.as_of) {
            report_expired("key", end, "attributes.expires", whose, findings);
        }
    }
}

impl Judge<EncryptedItem> for RotationAge {
    fn judge(&self, item: &EncryptedItem, scan: &Scan, findings: &mut Findings) {
        let Some(created) = item.key_created.filter(|_| item.unknown("key-created").is_none()) else { return };
        if let Some((limit, whose)) = self.limit(&item.context, findings) {
            report_age(created, "key-created", limit, whose, scan, findings);
        }
    }
}

impl RotationAge {
    /// The limit that the context sets, if it sets one. If the environment is unknown it adds the undetermined, always
    /// in the same words, so that a report can show it once for all facts.
    fn limit(&self, context: &Context, findings: &mut Findings) -> Option<(Days, Whose)> {
        match self.limit_in(context) {
            Limit::At(days, whose) => Some((days, whose)),
            Limit::None => None,
            Limit::Undetermined => {
                findings
                    .undetermined("no environment is known, so no maximum age either")
                    .remedy("set environment in a scope of keyreeve.toml: production, staging or test (`keyreeve init` proposes scopes)")
                    .at("context.environment");
                None
            }
        }
    }

    /// Judges whether a certificate's validity makes sense at all, whatever the environment; returns whether it does
    /// not.
    fn judge_sense(&self, certificate: &Certificate, findings: &mut Findings) -> bool {
        let Certificate { not_before, not_after, context, .. } = certificate;
        let is_known = ["not-before", "not-after"].iter().all(|field| certificate.unknown(field).is_none());
        if !is_known || !context.is_live() {
            return false;
        }
        let lifetime = whole_days(*not_before, *not_after);
        if not_after < not_before {
            findings
                .violation(format!(
                    "the certificate ends on {}, before it begins on {}",
                    date(*not_after),
                    date(*not_before)
                ))
                .severity(Severity::Low)
                .remedy("have the certificate issued anew: no client takes this one on any day")
                .at("not-after");
            return true;
        }
        // If there is a limit, it is the one that is cited.
        let is_absurd =
            lifetime > self.settings.absurd_lifetime.count() && self.limit_in(context) == Limit::Undetermined;
        if is_absurd {
            findings
                .violation(format!("the certificate is valid for {lifetime} days, until {}", date(*not_after)))
                .severity(Severity::Low)
                .remedy("have certificates issued for a time after which their key is replaced: 90 days in production")
                .at("not-after");
        }
        is_absurd
    }

    /// Judges the beginning and end of a certificate whose key, in use since `since`, is not too old yet.
    fn judge_end(
        &self,
        certificate: &Certificate,
        since: i64,
        limit: (Days, Whose),
        scan: &Scan,
        findings: &mut Findings,
    ) {
        let Certificate { not_before: begin, not_after: end, .. } = *certificate;
        let (limit, whose) = limit;
        let lifetime = whole_days(since, end);
        if end < scan.as_of {
            report_expired("certificate", end, "not-after", whose, findings);
            return;
        }
        if whole_days(scan.as_of, begin) > 0 {
            findings
                .violation(format!("the certificate is only valid from {} on", date(begin)))
                .statement(whose.statement)
                .severity(Severity::Low)
                .remedy("use the certificate that is valid until then, or mend the clock of its issuer")
                .at("not-before");
        }
        if self.settings.judge_lifetime && lifetime > limit.count() {
            findings
                .violation(format!(
                    "{} is certified until it is {lifetime} days old, {} are the maximum",
                    whose.words, limit.0
                ))
                .statement(whose.statement)
                .severity(Severity::Low)
                .remedy(format!("have certificates issued for {} days or less, with a new key each time", limit.0))
                .at("not-after");
        } else if self.expires_soon(begin, end, scan) {
            findings
                .violation(format!("the certificate expires on {}", date(end)))
                .statement(whose.statement)
                .severity(Severity::Low)
                .topic("expiry")
                .remedy("renew the certificate with a new key, and find out why that did not happen by itself")
                .at("not-after");
        }
    }

    fn expires_soon(&self, begin: i64, end: i64, scan: &Scan) -> bool {
        let left = whole_days(scan.as_of, end);
        left < self.settings.expiry_notice.count() && left * 3 < whole_days(begin, end)
    }

    fn limit_in(&self, context: &Context) -> Limit {
        if !context.is_live() {
            return Limit::None;
        }
        match (context.environment, context.data, context.holder) {
            (Environment::Production, ..) => Limit::At(self.settings.production_maximum, PRODUCTION),
            (_, Data::Sensitive, _) => Limit::At(self.settings.production_maximum, SENSITIVE),
            (Environment::Unspecified, ..) => Limit::Undetermined,
            (Environment::Staging | Environment::Test, _, Holder::Personal) => {
                Limit::At(self.settings.personal_maximum, PERSONAL)
            }
            (Environment::Staging | Environment::Test, ..) => Limit::None,
        }
    }
}

/// Adds a violation if the key is older than allowed, and returns whether it did. Days are whole: a key of 90 days and
/// some hours is 90 days old.
fn report_age(since: i64, field: &str, limit: Days, whose: Whose, scan: &Scan, findings: &mut Findings) -> bool {
    let age = whole_days(since, scan.as_of);
    let too_old = age > limit.count();
    if too_old {
        let message = format!("{} is {age} days old (since {}), {} are the maximum", whose.words, date(since), limit.0);
        findings.violation(message).statement(whose.statement).at(field);
    }
    too_old
}

/// Adds that something has expired.
fn report_expired(what: &str, end: i64, field: &str, whose: Whose, findings: &mut Findings) {
    findings
        .violation(format!("the {what} expired on {}", date(end)))
        .statement(whose.statement)
        .severity(Severity::Low)
        .remedy(format!("replace the {what} and what rests on it, or remove it where it is no longer in use"))
        .at(field);
}

/// A timestamp that a key's own format states.
fn stated(key: &Key, name: &str) -> Option<i64> {
    key.attributes.iter().find(|(known, _)| known == name)?.1.parse().ok()
}

#[cfg(test)]
mod tests;
