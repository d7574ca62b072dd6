//! The fields of an inventory entry and the names that inventories give them. Not their values.

/// A field of an entry. Names are compared without regard to case, `-`, `_`, spaces, capitals inside a name
/// (`keyOwner`), and a remark in brackets (`Created (UTC)`). In the order of precedence, where an entry has several:
///
/// - id: `id`, `key-id`, `token-id`, `access-key-id`, `name`, `key-name`, `token-name`, `alias`, `key`, `token`,
///   `access-token`, `api-key`, `api-token`; the last five only where they hold a name, not the value itself
/// - kind: `kind`, `type`, `key-type`, `token-type`, `category`
/// - creator: `creator`, `key-creator`, `created-by`, `token-creator`, `issued-by`, `issuer`, `generated-by`
/// - service: `service-description`, `service`, `description`, `service-name`, `used-by`, `used-for`, `usage`,
///   `purpose`, `application`
/// - created: `created`, `creation-date`, `created-at`, `created-on`, `date-created`, `created-date`, `creation`,
///   `issued-at`, `issued`
/// - last-rotated: `last-rotated`, `last-rotated-date`, `last-rotated-at`, `last-rotated-on`, `last-rotation`,
///   `last-rotation-date`, `rotated`, `rotated-at`, `rotated-on`, `rotation-date`, `date-last-rotated`
/// - owner: `owner`, `current-owner`, `key-owner`, `current-key-owner`, `token-owner`, `owned-by`, `responsible`,
///   `contact`
/// - fingerprint: `fingerprint`, `key-fingerprint`, `sha256`, `sha256-fingerprint`, `fingerprint-sha256`, `sha1`,
///   `spki`, `spki-sha256`, `thumbprint`
/// - path: `path`, `file`, `key-file`, `key-path`, `file-path`, `location`, `certificate`, `cert`
/// - environment: `environment`, `env`, `environments`, `stage`, `tier`
/// - holder: `holder`, `scope`, `shared-or-personal`, `ownership`, `access`, `usage-type`
/// - data: `data`, `data-classification`, `classification`, `data-class`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Id,
    Kind,
    Creator,
    Service,
    Created,
    LastRotated,
    Owner,
    Fingerprint,
    Path,
    Environment,
    Holder,
    Data,
}

impl Field {
    /// Every field.
    pub(super) const ALL: [Self; 12] = [
        Self::Id,
        Self::Kind,
        Self::Creator,
        Self::Service,
        Self::Created,
        Self::LastRotated,
        Self::Owner,
        Self::Fingerprint,
        Self::Path,
        Self::Environment,
        Self::Holder,
        Self::Data,
    ];

    /// The five fields that the policy asks for.
    pub(super) const POLICY: [Self; 5] = [Self::Creator, Self::Service, Self::Created, Self::LastRotated, Self::Owner];

    /// Its name in the contract.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Kind => "kind",
            Self::Creator => "creator",
            Self::Service => "service",
            Self::Created => "created",
            Self::LastRotated => "last-rotated",
            Self::Owner => "owner",
            Self::Fingerprint => "fingerprint",
            Self::Path => "path",
            Self::Environment => "context.environment",
            Self::Holder => "context.holder",
            Self::Data => "context.data",
        }
    }

    /// Its names in inventories, normalised by [`normal`]; the first one that is given counts.
    pub(super) fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Id => &[
                "id",
                "key-id",
                "token-id",
                "access-key-id",
                "name",
                "key-name",
                "token-name",
                "alias",
                "key",
                "token",
                "access-token",
                "api-key",
                "api-token",
            ],
            Self::Kind => &["kind", "type", "key-type", "token-type", "category"],
            Self::Creator => {
                &["creator", "key-creator", "created-by", "token-creator", "issued-by", "issuer", "generated-by"]
            }
            Self::Service => &[
                "service-description",
                "service",
                "description",
                "service-name",
                "used-by",
                "used-for",
                "usage",
                "purpose",
                "application",
            ],
            Self::Created => &[
                "created",
                "creation-date",
                "created-at",
                "created-on",
                "date-created",
                "created-date",
                "creation",
                "issued-at",
                "issued",
            ],
            Self::LastRotated => &[
                "last-rotated",
                "last-rotated-date",
                "last-rotated-at",
                "last-rotated-on",
                "last-rotation",
                "last-rotation-date",
                "rotated",
                "rotated-at",
                "rotated-on",
                "rotation-date",
                "date-last-rotated",
            ],
            Self::Owner => &[
                "owner",
                "current-owner",
                "key-owner",
                "current-key-owner",
                "token-owner",
                "owned-by",
                "responsible",
                "contact",
            ],
            Self::Fingerprint => &[
                "fingerprint",
                "key-fingerprint",
                "sha256",
                "sha256-fingerprint",
                "fingerprint-sha256",
                "sha1",
                "spki",
                "spki-sha256",
                "thumbprint",
            ],
            Self::Path => &["path", "file", "key-file", "key-path", "file-path", "location", "certificate", "cert"],
            Self::Environment => &["environment", "env", "environments", "stage", "tier"],
            Self::Holder => &["holder", "scope", "shared-or-personal", "ownership", "access", "usage-type"],
            Self::Data => &["data", "data-classification", "classification", "data-class"],
        }
    }

    /// The field that a name stands for, if the name is normalised by [`normal`].
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.aliases().contains(&name))
    }
}

/// The most bytes of a name that can be a field's.
const NAME_LIMIT: usize = 64;

/// Normalises a name to the spelling of the aliases: lower-case words joined by hyphens. A name that is too long for a
/// field becomes empty.
pub(super) fn normal(name: &str) -> String {
    let name = name.split_once('(').map_or(name, |(start, _)| start).trim();
    let mut words = String::new();
    if name.len() > NAME_LIMIT {
        return words;
    }
    let mut before = '-';
    for c in name.chars() {
        if !c.is_alphanumeric() {
            before = '-';
            continue;
        }
        let begins = before == '-' || (before.is_lowercase() && c.is_uppercase());
        if begins && !words.is_empty() {
            words.push('-');
        }
        words.extend(c.to_lowercase());
        before = c;
    }
    words
}
