//! Tests on hostile configurations and random bytes: reading them never panics, and every place lies in its source.
//! What is read from sound ones is tested elsewhere.

use keyreeve_source::budget::Budget;
use keyreeve_source::problem::Subject;
use keyreeve_source::{Location, Source, SourceId, Sources};
use proptest::prelude::*;

use super::super::*;

/// Pieces of configurations, joined at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "http",
        "server",
        "location",
        "{",
        "}",
        ";",
        " ",
        "\n",
        "listen 443 ssl;",
        "listen 80;",
        "include",
        "*",
        "nginx.conf",
        "ssl_protocols",
        "TLSv1.2",
        "ssl_ciphers",
        "HIGH:!aNULL",
        "ssl_conf_command",
        "MinProtocol",
        "proxy_pass",
        "https://a",
        "$x",
        "${",
        "\\",
        "\"",
        "'",
        "#",
        "x_by_lua_block",
        "[[",
        "--",
        "set",
        "if",
        "($scheme = http)",
        "return 301 https://a;",
        "\u{feff}",
        "é",
        "# configuration file /a:\n",
        "upstream a",
        "map a $x",
        "quic",
        "mail",
        "stream",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.join(" "))
}

/// Checks that every place lies in its source.
fn check(bytes: &[u8]) {
    let sources = Sources::new(vec![Source::new("nginx.conf", None, bytes)]);
    let id = SourceId(0);
    recognises("nginx.conf", bytes);
    let parsed = parse(id, &sources[id]);
    let inside =
        |location: &Location| location.span.start <= location.span.end && location.span.end as usize <= bytes.len();
    for at in 0..parsed.tree.len() as u32 {
        let head = parsed.tree.head(at, bytes);
        assert!(inside(&Location { source: id, span: head }));
        for word in parsed.tree.words(at, bytes) {
            assert!(head.contains(word.span));
            word.text(bytes);
        }
    }
    let reading = assemble(&[parsed], &sources, &Budget::of(bytes.len() as u64));
    for (_, place) in reading.facts.tls_endpoints.iter() {
        assert!(inside(&place.home) && place.parts.values().all(inside));
    }
    for problem in &reading.problems {
        assert!(matches!(&problem.subject, Subject::Place(location) if inside(location)));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn mutilated_configurations_never_panic(text in pieces()) {
        check(text.as_bytes());
        check(format!("http {{ server {{ {text} }} }}").as_bytes());
    }
}
