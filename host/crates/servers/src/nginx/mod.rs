//! nginx: turns configurations into TLS endpoint facts, with includes, inheritance and nginx's own defaults. It does
//! not check whether nginx would start: it examines only what TLS depends on, and reads only files of the scan.
//!
//! Every file is first parsed by itself ([`parse`]). [`assemble`] then follows includes from each main configuration,
//! so that a fragment is judged where it is included, and alone only if nothing includes it. What a file cannot show is
//! listed as unknown in the fact, with the reason:
//!
//! - an include that names no file of the tree makes unknown what it could set, unless an inner block states it
//!   (`paths` says which includes are known to set nothing);
//! - what a fragment would inherit is unknown if nothing includes it;
//! - for a default that depends on nginx's release, the value is taken that the releases in support agree on
//!   (`values`).

mod answers;
mod assemble;
mod commands;
mod dump;
mod expand;
mod files;
mod glob;
mod lexer;
mod line;
mod listen;
mod lua;
mod parse;
mod paths;
mod recognise;
mod servers;
mod settings;
#[cfg(test)]
mod tests;
mod tls;
pub mod tree;
mod upstreams;
mod values;

use keyreeve_contract::FactKind;
use keyreeve_facts::{Claim, Format, Look, Out, Reading, Row, Text};
use keyreeve_source::budget::Budget;
use keyreeve_source::{SourceId, Sources};

pub use assemble::assemble;
pub use parse::parse;
pub use recognise::recognises;
pub use tree::Parsed;

/// nginx.
#[derive(Debug)]
pub struct Nginx;

impl Format for Nginx {
    const ROW: Row = Row {
        id: "nginx",
        title: "nginx",
        makes: &[FactKind::TlsEndpoints],
        exclusive: true,
        names: &[],
        marks: &[
            "ssl_protocols",
            "ssl_certificate",
            "ssl_ciphers",
            "ssl_ecdh_curve",
            "server_name ",
            "proxy_pass ",
            "proxy_ssl_",
        ],
        templates: true,
        beginnings: &[],
    };

    type Part = Parsed;

    fn claims(look: &Look<'_>) -> Claim {
        recognise::claims(look)
    }

    fn read(text: &Text<'_>, _: &mut Out<'_>) -> Option<Parsed> {
        Some(parse(text.id, text.source))
    }

    fn names(parts: Vec<Parsed>, sources: &Sources, _: usize) -> Vec<SourceId> {
        assemble::named(&parts, sources)
    }

    fn assemble(parts: Vec<Parsed>, sources: &Sources, budget: &Budget) -> Reading {
        assemble(&parts, sources, budget)
    }
}
