//! HAProxy: configurations become TLS endpoint facts, with HAProxy's own order, precedence and defaults.
//! Not a check that HAProxy would start: only what TLS depends on is looked at, and only files of the scan are read.
//!
//! Every file is cut into sections by itself ([`parse`]); [`assemble`] walks through those of one configuration in the
//! order in which HAProxy reads them (`configuration` says which files are one): a `bind` takes from `global` what
//! stands before it, and a `server` from the `default-server` before it. What a file cannot show is listed as unknown
//! in the fact, with the reason:
//!
//! - a variable of the environment, or of a template engine, makes unknown what it stands for;
//! - what is stated under a condition (`.if`) that is no constant is unknown from there on;
//! - what the lines of a crt-list set that is not in the tree is an endpoint of its own, unknown but for its place.

mod address;
mod answers;
mod backends;
mod binds;
mod conditions;
mod configuration;
mod crt_list;
mod file;
mod keywords;
mod lexer;
mod options;
mod parse;
mod proxy;
mod recognise;
#[cfg(test)]
mod tests;
mod tls;

use keyreeve_contract::FactKind;
use keyreeve_facts::{Claim, Format, Look, Out, Reading, Row, Text};
use keyreeve_source::Sources;
use keyreeve_source::budget::Budget;

pub use configuration::assemble;
pub use parse::{Parsed, parse};

/// HAProxy.
#[derive(Debug)]
pub struct Haproxy;

impl Format for Haproxy {
    const ROW: Row = Row {
        id: "haproxy",
        title: "HAProxy",
        makes: &[FactKind::TlsEndpoints],
        exclusive: true,
        names: &[],
        marks: &[
            "ssl-default-bind-",
            "ssl-default-server-",
            "default_backend ",
            "use_backend ",
            "timeout connect ",
            "balance roundrobin",
        ],
        beginnings: &[],
    };

    type Part = Parsed;

    fn claims(look: &Look<'_>) -> Claim {
        recognise::claims(look)
    }

    fn read(text: &Text<'_>, _: &mut Out<'_>) -> Option<Parsed> {
        Some(parse(text.id, text.source))
    }

    fn assemble(parts: Vec<Parsed>, sources: &Sources, budget: &Budget) -> Reading {
        assemble(&parts, sources, budget)
    }
}
