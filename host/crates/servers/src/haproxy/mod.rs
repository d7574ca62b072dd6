//! HAProxy: turns configurations into TLS endpoint facts, with HAProxy's own order, precedence and defaults. It does
//! not check whether HAProxy would start: it examines only what TLS depends on, and reads only files of the scan.
//!
//! Every file is first cut into sections by itself ([`parse`]). [`assemble`] then walks through the files of one
//! configuration in the order in which HAProxy reads them (`configuration` says which files belong together): a `bind`
//! takes the settings of `global` that stand before it, and a `server` those of the `default-server` before it. What a
//! file cannot show is listed as unknown in the fact, with the reason:
//!
//! - a variable of the environment, or of a template engine, makes the setting that it stands in unknown;
//! - a setting under a condition (`.if`) that is not constant is unknown from there on;
//! - a crt-list that is not in the tree is an endpoint of its own, of which only the place is known.

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
        templates: false,
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
