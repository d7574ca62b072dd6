//! What a rule is to its author: metadata, settings, and a judgement for each kind of fact. How the host calls it is in
//! `guest`.

use crate::{Findings, Scan, Settings, Severity};

/// A rule's description of itself; its id and version are those of its package.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// What it asks for, in a few words.
    pub title: &'static str,
    /// The statement of the policy that it enforces, `S1` to `S16`; several are separated by spaces.
    pub statement: &'static str,
    /// Why the statement is right, in a paragraph, with its sources.
    pub rationale: &'static str,
    /// The severity of an ordinary violation.
    pub severity: Severity,
    /// The fields that it reads, as `<interface>.<field>`: `tls-endpoints.versions`. If one of these is unknown in a
    /// fact, the fact is undetermined unless the rule finds a violation all the same.
    pub reads: &'static [&'static str],
    /// What to do about an ordinary violation, in one sentence without a full stop.
    pub remedy: &'static str,
    /// A piece of a file that violates it, and not a command that made the file; empty if there is no such piece.
    pub bad_example: &'static str,
    /// The same as it should be; empty if there is no such piece.
    pub good_example: &'static str,
}

/// A rule.
pub trait Rule: Sized + Send + Sync + 'static {
    /// What keyreeve.toml can change; `()` for nothing.
    type Settings: Settings;

    /// What it is.
    const ABOUT: About;

    /// The severities of its violations and when each applies, most serious first: `(Severity::High, "TLS 1.1 or older
    /// is enabled")`. Empty if every violation has the ordinary severity.
    const SEVERITIES: &'static [(Severity, &'static str)] = &[];

    /// When the rule itself answers undetermined, as a clause: `a suite is in no registry`. Empty if never. The fields
    /// of [`About::reads`] are handled by the host and not repeated here.
    const UNDETERMINED: &'static str = "";

    /// Makes the rule, once, from its settings. The error is one sentence that names the setting and what it must be.
    fn new(settings: Self::Settings) -> Result<Self, String>;
}

/// Judges facts of one kind.
pub trait Judge<F>: Rule {
    /// Adds to `findings` everything there is to say about `fact`; nothing if it passes or the rule does not apply. The
    /// answer must depend only on the settings, the fact and the scan.
    fn judge(&self, fact: &F, scan: &Scan, findings: &mut Findings);
}

/// What a rule with its default settings says about one fact on the day of [`sample::scan`](crate::sample::scan). For
/// tests.
pub fn judge<R: Judge<F>, F>(fact: &F) -> Vec<crate::Finding> {
    judge_with::<R, F>(R::Settings::default(), fact)
}

/// What a rule with these settings says of one fact on the day of [`sample::scan`](crate::sample::scan). For tests.
///
/// # Panics
///
/// If the rule refuses the settings.
pub fn judge_with<R: Judge<F>, F>(settings: R::Settings, fact: &F) -> Vec<crate::Finding> {
    let rule = R::new(settings).expect("the rule accepts the settings of its test");
    crate::guest::check(&rule, &crate::sample::scan(), std::slice::from_ref(fact))
}

/// Makes a component of a rule: `rule!(KeySize: keys, certificates);` names its type and the kinds of fact that it
/// judges, which are the interfaces of wit/facts.wit with underscores. The type implements [`Rule`] and, for each kind,
/// [`Judge`].
#[macro_export]
macro_rules! rule {
    ($rule:ident: $($kind:ident),+ $(,)?) => {
        const _: () = {
            struct Component;

            static INSTANCE: ::std::sync::OnceLock<$rule> = ::std::sync::OnceLock::new();

            impl $crate::bindings::rule::exports::keyreeve::policy::rule::Guest for Component {
                fn describe() -> $crate::Info {
                    $crate::guest::describe::<$rule>(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
                }

                fn configure(
                    settings: ::std::vec::Vec<(::std::string::String, $crate::Value)>,
                ) -> ::core::result::Result<(), ::std::string::String> {
                    $crate::guest::configure(&INSTANCE, settings)
                }
            }

            #[cfg(target_arch = "wasm32")]
            $crate::bindings::rule::export_rule!(Component with_types_in $crate::bindings::rule);

            $(
                impl $crate::bindings::$kind::Guest for Component {
                    fn check(
                        scan: $crate::Scan,
                        facts: ::std::vec::Vec<$crate::bindings::$kind::Fact>,
                    ) -> ::core::result::Result<::std::vec::Vec<$crate::Finding>, ::std::string::String> {
                        $crate::guest::check_instance(&INSTANCE, &scan, &facts)
                    }
                }

                #[cfg(target_arch = "wasm32")]
                $crate::bindings::$kind::export!(Component with_types_in $crate::bindings::$kind);
            )+
        };
    };
}
